import FailoverModel

/// Where a playing picture is and what its keys do. Pure: the same keys and times give the same picture.
struct PlayHead {
    /// Nobody wants to sit through an hour of waiting: longer gaps are shortened to this, in milliseconds as they pass.
    static let longestWaitMilliseconds = 3000.0

    private(set) var position: ReplayPosition
    private(set) var speed: Double
    private(set) var isPaused = false
    private(set) var isOver = false
    /// Time in the run, in milliseconds since its first entry.
    private var elapsed = 0.0
    /// What was typed after `j`.
    private var jump: String?

    init(_ position: ReplayPosition, speed: Double) {
        self.position = position
        self.speed = speed
    }

    mutating func take(_ key: Character) throws {
        if let typed = jump {
            switch key {
            case "\n", "\r":
                jump = nil
                if let sequence = Int64(typed) { try stop { try $0.jump(to: sequence) } }
            case "\u{7F}", "\u{8}": jump = String(typed.dropLast())
            case "0"..."9" where typed.count < 12: jump = typed + String(key)
            default: jump = nil
            }
            return
        }
        switch key {
        case " ": isPaused.toggle()
        case "n": try stop { _ = try $0.stepForward() }
        case "p": try stop { try $0.stepBack() }
        case "0": try stop { try $0.jump(to: 0) }
        case "G": try stop { try $0.jump(to: .max) }
        case "]", "+": speed = min(10_000, speed * 2)
        case "[", "-": speed = max(0.125, speed / 2)
        case "j": jump = ""
        case "q": isOver = true
        default: break
        }
    }

    private mutating func stop(_ move: (inout ReplayPosition) throws -> Void) throws {
        isPaused = true
        try move(&position)
        elapsed = time(of: position.present)
    }

    /// Lets time pass, in milliseconds as they pass for the person.
    mutating func go(on milliseconds: Double) throws {
        guard !isPaused, !isOver, let next = position.next else { return }
        elapsed = max(elapsed + milliseconds * speed, time(of: next) - Self.longestWaitMilliseconds * speed)
        while let next = position.next, time(of: next) <= elapsed { _ = try position.stepForward() }
    }

    private func time(of entry: Entry) -> Double {
        Double(entry.time.milliseconds(since: position.entries[0].time))
    }

    func lines(style: TerminalStyle, tick: Int) -> [String] {
        var room = style
        room.size.rows = max(4, style.size.rows - 3)
        let now =
            position.isAtEnd
            ? position.present.time : position.entries[0].time.advanced(byMilliseconds: Int64(elapsed))
        let frame = RunFrame(
            state: position.state, now: max(now, position.present.time), tick: isPaused ? 0 : tick, style: room)
        let entry = position.present
        let event =
            "entry \(entry.sequence), \(SpanText.moment(entry.time)): \(position.lastEvent.sentence(by: entry.actor))"
        return frame.lines()
            + ["", style.paint(event.shownSafely.truncated(to: style.size.columns), .dim), status(style)]
    }

    private func status(_ style: TerminalStyle) -> String {
        if let jump {
            return
                "jump to entry (\(position.entries[0].sequence) to \(position.entries[position.entries.count - 1].sequence)): \(jump)"
        }
        let mark = position.isAtEnd ? "■ end" : isPaused ? "‖ paused" : "▶ \(Self.text(speed))×"
        let keys = "space pause, n next, p previous, [ slower, ] faster, j jump, 0 start, G end, q quit"
        return "\(mark)  \(position.applied) of \(position.entries.count)  \(keys)".truncated(to: style.size.columns)
    }

    private static func text(_ speed: Double) -> String {
        speed == speed.rounded() ? "\(Int(speed))" : "\(speed)"
    }
}
