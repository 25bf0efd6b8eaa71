package import FailoverModel

/// Who wants to see a run while it goes on: the terminal, a test.
package protocol RunListener: Sendable {
    /// The event is durable.
    func appended(_ event: Event, entry: Entry, state: RunState)
    /// Something worth showing that is not worth journalling: what a step waits for, and what was seen of sites meanwhile.
    func noticed(step: String, _ sentence: String, seen: [SiteObservation])
}

extension RunListener {
    package func noticed(step: String, _ sentence: String) { noticed(step: step, sentence, seen: []) }
}

package struct SilentListener: RunListener {
    package init() {}
    package func appended(_ event: Event, entry: Entry, state: RunState) {}
    package func noticed(step: String, _ sentence: String, seen: [SiteObservation]) {}
}

/// Puts a question to the person at the terminal.
package protocol Approver: Sendable {
    /// `nil`: no answer is to be had here, so the run stops and waits.
    func answer(step: PlannedStep, question: String) async -> Answer?
}

package struct Answer: Equatable, Sendable {
    package var isYes: Bool
    package var reason: String?

    package init(isYes: Bool, reason: String? = nil) {
        self.isYes = isYes
        self.reason = reason
    }
}

/// Nobody is there to ask.
package struct NobodyToAsk: Approver {
    package init() {}
    package func answer(step: PlannedStep, question: String) async -> Answer? { nil }
}

/// Says yes to what the runbook asks, in the name of the person who gave `--yes`.
package struct YesInAdvance: Approver {
    package init() {}
    package func answer(step: PlannedStep, question: String) async -> Answer? {
        Answer(isYes: true, reason: "given in advance with --yes")
    }
}
