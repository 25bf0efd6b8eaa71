import FailoverModel
import Glibc
import RunEngine

/// Plays a run as it went: a picture that moves on a terminal, a line an event in a pipe.
struct RunPlayer {
    private let position: ReplayPosition
    private let speed: Double?
    private let invocation: Invocation

    /// `speed`: how many times as fast; in a pipe nil is without any wait.
    init(_ entries: [Entry], speed: Double?, _ invocation: Invocation) throws {
        position = try ReplayPosition(entries)
        self.speed = speed
        self.invocation = invocation
    }

    func play() async throws -> ExitStatus {
        let interruption = Interruption()
        let signals = invocation.wiring.handlesSignals ? StopSignals(interruption) { _ in } : nil
        defer { signals?.end() }
        return invocation.style.isTerminal
            ? try await playOnTerminal(interruption) : try await playInLines(interruption)
    }

    private func playInLines(_ interruption: Interruption) async throws -> ExitStatus {
        var position = position
        var lines = RunLines()
        func show() {
            let line = lines.line(position.lastEvent, entry: position.present, state: position.state)
            if let line { invocation.print(line) }
        }
        show()
        while let next = position.next {
            if let speed {
                let wait = Double(max(0, next.time.milliseconds(since: position.present.time))) / speed
                await pause(min(wait, PlayHead.longestWaitMilliseconds), interruption)
            }
            if interruption.isAsked || Task.isCancelled { return .interrupted }
            _ = try position.stepForward()
            show()
        }
        return .done
    }

    private func pause(_ milliseconds: Double, _ interruption: Interruption) async {
        let clock = invocation.wiring.clock
        let end = clock.monotonicMilliseconds() + Int64(milliseconds)
        while clock.monotonicMilliseconds() < end, !interruption.isAsked, !Task.isCancelled {
            await clock.sleep(milliseconds: max(1, min(100, end - clock.monotonicMilliseconds())))
        }
    }

    private func playOnTerminal(_ interruption: Interruption) async throws -> ExitStatus {
        let keys = TerminalKeys(path: "/dev/tty")
        defer { keys?.end() }
        var head = PlayHead(position, speed: speed ?? 1)
        var region = ScreenRegion()
        var tick = 0
        invocation.console.output(ScreenRegion.hideCursor)
        defer { invocation.console.output(ScreenRegion.showCursor) }
        let clock = invocation.wiring.clock
        var last = clock.monotonicMilliseconds()
        while !interruption.isAsked, !Task.isCancelled {
            for key in keys?.typed() ?? [] { try head.take(key) }
            let now = clock.monotonicMilliseconds()
            try head.go(on: Double(now - last))
            last = now
            let style = invocation.style
            invocation.console.output(region.draw(head.lines(style: style, tick: tick), columns: style.size.columns))
            // Without keys nobody can stay at the end, as nobody can begin anew.
            if head.isOver || keys == nil && head.position.isAtEnd { return .done }
            await clock.sleep(milliseconds: 50)
            tick += 1
        }
        return .interrupted
    }
}
