/// Where a run stands. `running` is also what a run looks like whose executor died; its claim tells.
package enum RunStanding: String, CaseIterable, Hashable, Sendable {
    case started, running, waiting, failed, refused, interrupted, completed, rolledBack
    /// A person gave it up, because the world has moved past it.
    case abandoned

    /// Whether nothing is left to be done by `resume`.
    package var isOver: Bool { self == .completed || self == .rolledBack || self == .abandoned }

    init(_ reason: RunReleased.Reason) {
        switch reason {
        case .completed: self = .completed
        case .rolledBack: self = .rolledBack
        case .waiting: self = .waiting
        case .failed: self = .failed
        case .refused: self = .refused
        case .interrupted: self = .interrupted
        }
    }
}

package enum RunTrigger: String, CaseIterable, Hashable, Sendable {
    case claim, release, turnBack, turnForward, abandon
}

package enum RunTransitions {
    /// `release` ends in the standing its reason names; the table shows where it may come from.
    package static let table: [(from: RunStanding, trigger: RunTrigger, sentence: String)] = [
        (.started, .claim, "An executor takes the new run."),
        (.running, .claim, "The executor was gone; another one takes over."),
        (.waiting, .claim, "Somebody goes on, or looks again."),
        (.failed, .claim, "Somebody tries again."),
        (.refused, .claim, "Somebody tries again after the rule's reason is gone or accepted."),
        (.interrupted, .claim, "Somebody goes on where the run was interrupted."),
        (.completed, .claim, "Somebody wants to go back, or to pay what is owed."),
        (.running, .turnBack, "A person turns the run round: what was done is undone."),
        (.running, .turnForward, "A person turns a rollback round: the run goes forward again."),
        (.running, .release, "The executor lets go: completed, rolledBack, waiting, failed, refused or interrupted."),
        (.started, .abandon, "A person gives the run up before it was begun."),
        (.running, .abandon, "A person gives the run up, whose executor is gone."),
        (.waiting, .abandon, "A person gives the run up instead of answering."),
        (.failed, .abandon, "A person gives the run up: it cannot be finished any more."),
        (.refused, .abandon, "A person gives the run up: it cannot be finished any more."),
        (.interrupted, .abandon, "A person gives the run up: it is not to be finished any more."),
    ]

    package static func allows(_ trigger: RunTrigger, from: RunStanding) -> Bool {
        table.contains { $0.from == from && $0.trigger == trigger }
    }

    package static var printed: String {
        table.map { "\($0.from.rawValue) --\($0.trigger.rawValue): \($0.sentence)" }.joined(separator: "\n")
    }
}

/// An entry that cannot follow on those before it: the journal was written by something else, or is damaged.
package struct InvalidTransition: Error, Equatable, Sendable, CustomStringConvertible {
    package var sequence: Int64
    package var what: String

    package init(sequence: Int64, what: String) {
        self.sequence = sequence
        self.what = what
    }

    package var description: String {
        "journal sequence \(sequence): \(what). Run `handover journal verify` and look at this entry"
    }
}
