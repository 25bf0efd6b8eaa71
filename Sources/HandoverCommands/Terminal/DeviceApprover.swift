import FailoverModel
import RunEngine

/// Asks the person at the terminal, one question at a time: the word `yes`, or the site's name before a point of no
/// return, so that no habit and no stray key can answer.
///
/// Reads the terminal itself, not standard input, so that a script's input is never taken for a person's word.
actor DeviceApprover: Approver {
    private let path: String
    private let actorName: String
    private let display: RunDisplay?
    private let style: TerminalStyle
    private let write: @Sendable (String) -> Void
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        path: String = "/dev/tty", actorName: String, display: RunDisplay?, style: TerminalStyle,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.path = path
        self.actorName = actorName
        self.display = display
        self.style = style
        self.write = write
    }

    func answer(step: PlannedStep, question: String) async -> Answer? {
        await acquire()
        defer { release() }
        guard !Task.isCancelled, let device = TerminalDevice(path: path) else { return nil }
        display?.pause(true)
        defer { display?.pause(false) }
        let word = step.isPivot ? step.site : "yes"
        show(step, question, word: word)
        while true {
            write("> ")
            guard let line = await device.line() else {
                write("\nNot answered; the run waits.\n")
                return nil
            }
            switch Reply(line, word: word) {
            case .yes(let reason): return Answer(isYes: true, reason: reason)
            case .no(let reason): return Answer(isYes: false, reason: reason)
            case .neither: write("Please type \(word.shownSafely), or no. (Ctrl-D leaves the question open.)\n")
            }
        }
    }

    private func show(_ step: PlannedStep, _ question: String, word: String) {
        let columns = style.size.columns
        var lines = ["", style.paint(step.title.shownSafely.truncated(to: columns), .bold)]
        lines += question.shownSafely.wrapped(to: columns)
        if step.isPivot { lines += "There is no simple way back after this step.".wrapped(to: columns) }
        if !step.accepts.isEmpty {
            lines += "\(actorName) answers for: \(step.accepts.joined(separator: ", ")).".shownSafely.wrapped(
                to: columns)
        }
        lines += "Type \(word.shownSafely) to go on, or no; words after it are kept as the reason.".wrapped(to: columns)
        write(lines.joined(separator: "\n") + "\n")
    }

    /// Two steps may ask at once; an actor alone would let the second in while the first waits for the person.
    private func acquire() async {
        if isBusy { await withCheckedContinuation { waiting.append($0) } } else { isBusy = true }
    }

    private func release() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }

    /// What a line typed means; only the whole word counts as a yes.
    enum Reply: Equatable {
        case yes(String?)
        case no(String?)
        case neither

        init(_ line: String, word: String) {
            let parts = line.split(maxSplits: 1, omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }.map(
                String.init)
            let first = parts.first ?? ""
            let rest = parts.count > 1 ? parts[1].trimmed : ""
            let reason = rest.isEmpty ? nil : rest
            if first == word || word == "yes" && first.lowercased() == word {
                self = .yes(reason)
            } else if first.lowercased() == "no" {
                self = .no(reason)
            } else {
                self = .neither
            }
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }
}
