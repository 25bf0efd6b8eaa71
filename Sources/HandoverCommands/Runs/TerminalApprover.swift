import FailoverModel
import RunEngine

/// Asks the person at the terminal, one question at a time: the word `yes`, or the site's name before a point of no
/// return, so that no habit and no stray key can answer.
actor TerminalApprover: Approver {
    private let console: Console
    private let actorName: String
    private let style: @Sendable () -> TerminalStyle
    private let ask: @Sendable (_ isAsking: Bool) -> Void
    private let answered: @Sendable (_ step: String) async -> String?
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// `style` is asked at every question, so that a resize is seen. `ask` is told when a question begins and ends, so that
    /// a live view leaves the terminal alone. `answered` tells who else has answered a step's question and what; `nil`:
    /// nobody has.
    init(
        console: Console, actorName: String, style: @escaping @Sendable () -> TerminalStyle,
        ask: @escaping @Sendable (_ isAsking: Bool) -> Void = { _ in },
        answered: @escaping @Sendable (_ step: String) async -> String? = { _ in nil }
    ) {
        self.console = console
        self.actorName = actorName
        self.style = style
        self.ask = ask
        self.answered = answered
    }

    func answer(step: PlannedStep, question: String) async -> Answer? {
        await acquire()
        defer { release() }
        if Task.isCancelled { return nil }
        ask(true)
        defer { ask(false) }
        let word = step.isPivot ? step.site : "yes"
        show(step, question, word: word)
        while true {
            guard let line = await console.ask("> ") else {
                await tellWhyNot(step)
                return nil
            }
            switch Reply(line, word: word) {
            case .yes(let reason): return Answer(isYes: true, reason: reason)
            case .no(let reason): return Answer(isYes: false, reason: reason)
            case .neither: console.error("Please type \(word.shownSafely), or no. (Ctrl-D leaves the question open.)\n")
            }
        }
    }

    /// Cancelled: somebody answered elsewhere, or wants the run to stop.
    private func tellWhyNot(_ step: PlannedStep) async {
        guard Task.isCancelled else { return console.error("\nNot answered; the run waits.\n") }
        let words = await answered(step.id).map { "Answered elsewhere: \($0)." } ?? "No answer is wanted here any more."
        console.error(([""] + words.shownSafely.wrapped(to: style().size.columns)).joined(separator: "\n") + "\n")
    }

    private func show(_ step: PlannedStep, _ question: String, word: String) {
        let style = style()
        let columns = style.size.columns
        var lines = ["", style.paint(step.title.shownSafely.truncated(to: columns), .bold)]
        lines += question.shownSafely.wrapped(to: columns)
        if step.isPivot { lines += "There is no simple way back after this step.".wrapped(to: columns) }
        if !step.accepts.isEmpty {
            lines += "\(actorName) answers for: \(step.accepts.joined(separator: ", ")).".shownSafely.wrapped(
                to: columns)
        }
        lines += "Type \(word.shownSafely) to go on, or no; words after it are kept as the reason.".wrapped(to: columns)
        console.error(lines.joined(separator: "\n") + "\n")
    }

    /// Two steps may ask at once; an actor alone would let the second in while the first waits for the person.
    private func acquire() async {
        if isBusy { await withCheckedContinuation { waiting.append($0) } } else { isBusy = true }
    }

    private func release() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}

/// What a line typed means; only the whole word counts as a yes. What follows it is the reason.
enum Reply: Equatable {
    case yes(String?)
    case no(String?)
    case neither

    init(_ line: String, word: String) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        let reason = words.count > 1 ? words.dropFirst().joined(separator: " ") : nil
        switch words.first {
        case word: self = .yes(reason)
        case let first? where first.lowercased() == "no": self = .no(reason)
        case let first? where word == "yes" && first.lowercased() == word: self = .yes(reason)
        default: self = .neither
        }
    }
}

extension Console {
    /// Asks a question about the whole command; no answer is a no.
    func confirms(_ question: String) async -> Bool {
        while true {
            guard let line = await ask("\(question) Type yes or no: ") else { return false }
            switch Reply(line, word: "yes") {
            case .yes: return true
            case .no: return false
            case .neither: error("Please type the whole word.\n")
            }
        }
    }
}
