import FailoverModel
import RunEngine

/// Asks the person at the terminal, one question at a time.
actor TerminalApprover: Approver {
    private let console: Console
    private let actorName: String
    private let ask: @Sendable (_ isAsking: Bool) -> Void
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// `ask` is told when a question begins and ends, so that a live view leaves the terminal alone.
    init(console: Console, actorName: String, ask: @escaping @Sendable (_ isAsking: Bool) -> Void = { _ in }) {
        self.console = console
        self.actorName = actorName
        self.ask = ask
    }

    func answer(step: PlannedStep, question: String) async -> Answer? {
        await acquire()
        defer { release() }
        if Task.isCancelled { return nil }
        ask(true)
        defer { ask(false) }
        console.error("\n\(step.title)\n\(question)\n")
        while true {
            console.error("Type yes or no, in the name of \(actorName): ")
            guard let line = await console.readLine() else {
                console.error("\n")
                return nil
            }
            switch YesOrNo(line) {
            case .yes: return Answer(isYes: true)
            case .no: return Answer(isYes: false)
            case nil: continue
            }
        }
    }

    /// Two steps may ask at once; an actor alone would let the second in while the first waits for the person.
    private func acquire() async {
        if isBusy { await withCheckedContinuation { waiting.append($0) } } else { isBusy = true }
    }

    private func release() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }
}

/// What a person typed; nothing else counts as either.
enum YesOrNo {
    case yes, no

    init?(_ line: String) {
        switch line.lowercased().filter({ !$0.isWhitespace }) {
        case "yes", "y": self = .yes
        case "no", "n": self = .no
        default: return nil
        }
    }
}

extension Console {
    /// Asks a question about the whole command; no answer is a no.
    func confirms(_ question: String) async -> Bool {
        while true {
            error("\(question) Type yes or no: ")
            guard let line = await readLine() else { return false }
            if let answer = YesOrNo(line) { return answer == .yes }
        }
    }
}
