/// A place at which today's decisions part from those that a run's entries record.
package struct ReplayDifference: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A step would be begun, or asked about, after another entry than it was.
        case order
        /// A step that was begun would not be.
        case notBegun
        /// The run's entries know a step that the runbook does not have any more.
        case removedStep
        /// The runbook has a step that the run's entries know nothing of; it is taken as done, so that the replay can go on.
        case addedStep
        /// Another command, site or parameters.
        case command
        /// Another question to a person, or another responsibility taken by answering it.
        case question
        /// A try that failed would be repeated, or would not.
        case retry
        /// A site that was away would be owed the step, or would stop the run.
        case unreachable
        /// The step took longer than it may now.
        case deadline
        /// The run would be let go of otherwise.
        case ending
        /// What is recorded cannot happen.
        case impossible
    }

    package var kind: Kind
    /// The entry after which it differs (for `command`, `question`, `retry` and `unreachable` the entry that records it).
    package var sequence: Int64
    package var step: String?
    /// What was decided then, one sentence.
    package var then: String
    /// What would be decided now.
    package var now: String

    package init(_ kind: Kind, sequence: Int64, step: String? = nil, then: String, now: String) {
        self.kind = kind
        self.sequence = sequence
        self.step = step
        self.then = then
        self.now = now
    }
}
