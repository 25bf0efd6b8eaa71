/// Where a step of a run stands.
package enum StepStanding: String, CaseIterable, Hashable, Sendable {
    case pending, asked, approved, denied
    case acting, succeeded, failed, unknown, refused, deferred, skipped, doubted
    case undoing, undone, undoFailed, undoUnknown, undoRefused, undoDoubted, left

    /// Whether steps that need this one may go ahead.
    package var isSettled: Bool {
        switch self {
        case .succeeded, .deferred, .skipped: true
        case .pending, .asked, .approved, .denied, .acting, .failed, .unknown, .refused, .doubted, .undoing, .undone,
            .undoFailed, .undoUnknown, .undoRefused, .undoDoubted, .left:
            false
        }
    }

    /// Whether a rollback is done with this step.
    package var isSettledBack: Bool { self == .undone || self == .left }
}

/// What happens to a step, as its state machine sees it: an event's kind, direction and meaning.
package enum StepTrigger: String, CaseIterable, Hashable, Sendable {
    case ask, approve, deny, intend, succeed, fail, lose, refuse, `defer`, doubt, skip, decideDone, decideNotDone
    case intendUndo, undo, failUndo, loseUndo, refuseUndo, doubtUndo, leave, decideUndone, decideNotUndone
}

extension StepTrigger {
    /// `nil` for events that are not about a step.
    package init?(_ event: Event) {
        switch event {
        case .approvalRequested: self = .ask
        case .stepApproved: self = .approve
        case .stepDenied: self = .deny
        case .stepSkipped(let payload): self = payload.direction == .forward ? .skip : .leave
        case .stepDecided(let payload):
            switch (payload.direction, payload.isDone) {
            case (.forward, true): self = .decideDone
            case (.forward, false): self = .decideNotDone
            case (.back, true): self = .decideUndone
            case (.back, false): self = .decideNotUndone
            }
        case .stepIntended(let payload): self = payload.direction == .forward ? .intend : .intendUndo
        case .stepSucceeded(let payload): self = payload.direction == .forward ? .succeed : .undo
        case .stepFailed(let payload):
            switch (payload.direction, payload.isKnown) {
            case (.forward, true): self = .fail
            case (.forward, false): self = .lose
            case (.back, true): self = .failUndo
            case (.back, false): self = .loseUndo
            }
        case .stepRefused(let payload): self = payload.direction == .forward ? .refuse : .refuseUndo
        case .stepDeferred: self = .defer
        case .stepDoubted(let payload): self = payload.direction == .forward ? .doubt : .doubtUndo
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded, .debtSettled,
            .siteObserved,
            .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
            return nil
        }
    }
}
