/// What the journal says about one step of a run.
package struct StepRecord: Equatable, Sendable {
    package var standing: StepStanding = .pending
    package var attempts: Int64 = 0
    /// Tries that failed since the present claim began; a resume gets a fresh budget.
    package var failuresInClaim: Int64 = 0
    /// Sequence of the claim under which the standing was last changed by an executor.
    package var claim: Int64 = 0
    /// What the first intent found; an undo goes back to it. `nil`: the step never acted.
    package var remembered: JSONValue?
    /// What the last finding was.
    package var facts: JSONValue?
    package var sentence = ""
    package var how: StepSucceeded.How?
    package var fault: Fault?
    package var retryAt: Moment?
    package var refusal: StepRefused?
    package var approvedBy: String?
    /// What named persons took responsibility for.
    package var accepted: Set<String> = []
    /// What its last success on the way forward found, and when; stays when it is undone.
    package var done: Done?
    package var firstAt: Moment?
    package var lastAt: Moment?
    /// Sequence of the last intent or outcome that may have changed the world; orders a rollback.
    package var effectSequence: Int64 = 0

    package struct Done: Equatable, Sendable {
        package var facts: JSONValue
        package var at: Moment

        package init(facts: JSONValue, at moment: Moment) {
            self.facts = facts
            at = moment
        }
    }

    package init() {}

    /// Whether the step may have changed the world, so that a rollback must look at it.
    package var mayHaveActed: Bool { remembered != nil && !standing.isSettledBack }

    /// The run goes forward again after a rollback was begun. What is done and was not yet touched by the rollback stays, and
    /// so does what a person left out; all the rest is looked at anew. Answers given before the rollback count no more: what
    /// they were given for has changed.
    mutating func reopen() {
        switch standing {
        case .succeeded where remembered != nil: break
        case .skipped: break
        case .undone:
            standing = .pending
            remembered = nil
            facts = nil
            done = nil
            effectSequence = 0
        case .pending, .asked, .approved, .denied, .acting, .succeeded, .failed, .unknown, .refused, .deferred,
            .doubted,
            .undoing, .undoFailed, .undoUnknown, .undoRefused, .undoDoubted, .left:
            standing = .pending
        }
        approvedBy = nil
        accepted = []
        refusal = nil
        retryAt = nil
        failuresInClaim = 0
        claim = 0
    }
}
