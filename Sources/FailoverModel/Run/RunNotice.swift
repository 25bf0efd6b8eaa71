/// What happened to a run that people who are not at its terminal want to know.
package enum NoticeMatter: String, CaseIterable, Hashable, Sendable {
    /// The run was begun.
    case begun
    /// A step waits for a person's yes, or for a person's word on what became of it.
    case waiting
    /// Somebody goes on with a run that had been let go of, or whose executor had died.
    case resumed
    /// From here on, going back means moving data back.
    case pastPivot
    /// The run was turned round: what was done is undone.
    case turnedBack
    /// A rollback was turned round.
    case turnedForward
    /// The executor let go of the run before it was over: it failed, a safety rule forbids it, a person is missing, or
    /// somebody interrupted it.
    case stopped
    case completed
    case rolledBack
    case abandoned
}

/// What a run wants of a person while it stands so; an alert fires for as long as this is the same.
package enum RunAttention: String, CaseIterable, Hashable, Sendable {
    /// A person's approval or decision is missing.
    case waits
    /// Nobody carries it out, and it is not over.
    case stopped
}

extension RunState {
    /// What people are to be told of an entry; `nil` for most. `before` is the run as it was, `nil` at its first entry.
    package static func matter(of event: Event, before: RunState?) -> NoticeMatter? {
        let matter = matterOfMove(event, before: before)
        // A drill that stops is removed at once; what there is to tell is how that ends.
        guard let before, before.kind == .drill, let matter else { return matter }
        let isOnTheWay =
            matter == .stopped && before.direction == .forward || matter == .resumed || matter == .turnedBack
        return isOnTheWay ? nil : matter
    }

    private static func matterOfMove(_ event: Event, before: RunState?) -> NoticeMatter? {
        switch event {
        case .runStarted: .begun
        case .runClaimed: before?.standing == .started ? nil : .resumed
        case .runReleased(let payload): payload.reason.matter
        case .rollbackStarted: .turnedBack
        case .rollbackWithdrawn: .turnedForward
        case .runAbandoned: .abandoned
        case .approvalRequested, .stepDoubted: .waiting
        case .stepSucceeded(let payload): payload.isPivot && payload.direction == .forward ? .pastPivot : nil
        case .noteAdded, .outsideEventRecorded, .stepApproved, .stepDenied, .stepSkipped, .stepDecided, .stepIntended,
            .stepFailed, .stepRefused, .stepDeferred, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted,
            .debtReopened:
            nil
        }
    }

    /// The steps that wait for a person's yes or word right now, in the plan's order.
    package var stepsInNeedOfAnswer: [PlannedStep] {
        plan.steps.filter { step in
            switch record(step.id).standing {
            case .asked, .doubted: direction == .forward
            case .undoDoubted: direction == .back
            case .pending, .approved, .denied, .acting, .succeeded, .failed, .unknown, .refused, .deferred, .skipped,
                .undoing, .undone, .undoFailed, .undoUnknown, .undoRefused, .left:
                false
            }
        }
    }

    /// `nil` where it goes on by itself, or is over.
    package var attention: RunAttention? {
        switch standing {
        case .running: stepsInNeedOfAnswer.isEmpty ? nil : .waits
        case .waiting: .waits
        case .failed, .refused, .interrupted: .stopped
        case .started, .completed, .rolledBack, .abandoned: nil
        }
    }
}

extension RunReleased.Reason {
    fileprivate var matter: NoticeMatter {
        switch self {
        case .completed: .completed
        case .rolledBack: .rolledBack
        case .waiting, .failed, .refused, .interrupted: .stopped
        }
    }
}
