package import FailoverModel

/// What happened in one run, worked out from its entries alone.
package struct RunTimeline: Equatable, Sendable {
    package var run: String
    package var kind: RunStarted.Kind
    package var plan: Plan
    package var standing: RunStanding
    package var direction: Direction
    /// The sentence with which the run was last let go; empty while it goes on for the first time.
    package var summary: String
    package var startedBy: String
    package var started: Point
    /// The run's newest entry.
    package var last: Point
    /// When it came to its end; `nil` while it can be resumed.
    package var ended: Point?
    package var tenures: [Tenure]
    package var interruptions: [Interruption]
    /// In the plan's order.
    package var steps: [Step]
    package var phases: [Phase]
    package var recovery: Recovery
    /// What a drill showed; `nil` for what is no drill.
    package var drill: DrillResult?
    /// What each promotion threw away, one a database cluster; empty where nothing was promoted or tried to.
    package var losses: [Loss]
    package var decisions: [Decision]
    package var troubles: [Trouble]
    /// What the run left undone because a site was away; `isPaid` where the journal knows that it was done since.
    package var debts: [OpenDebt]
    package var notes: [Decision]
    package var roleChanges: [RoleChange]
    /// Times in which the journal is silent and nothing explains it.
    package var silences: [Silence]
    /// Up to the service answering, or up to the last step that was done; `nil` where none was, and for a run that was
    /// turned back.
    package var criticalPath: CriticalPath?
    /// Every entry of the run, in the journal's order, but for those that have a time of their own.
    package var items: [Item]
}

extension RunTimeline {
    /// A place in the run: an entry's sequence and time, and how long after the start that was.
    package struct Point: Hashable, Sendable {
        package var sequence: Int64
        package var time: Moment
        /// Counts forward only: where the clock went back between two entries, no time is taken to have passed, so that
        /// durations are never negative, and at most too short.
        package var elapsedMicroseconds: Int64

        package func milliseconds(since earlier: Point) -> Int64 {
            (elapsedMicroseconds - earlier.elapsedMicroseconds) / 1000
        }
    }

    /// One executor's time with the run.
    package struct Tenure: Equatable, Sendable {
        package var executor: Executor
        package var actor: String
        package var claimed: Point
        /// Why a claim that was still open could be taken.
        package var takenOverBecause: String?
        /// `nil` while it goes on, and for an executor that was lost.
        package var released: Point?
        package var reason: RunReleased.Reason?
    }

    /// A time in which nobody carried the run out.
    package struct Interruption: Equatable, Sendable {
        /// The last sign of life: the release, or the last entry before the take-over.
        package var began: Point
        /// `nil` while nobody has gone on.
        package var resumed: Point?
        package var resumedBy: String?
        package var why: String
        /// The executor did not let go; it was lost.
        package var isLoss: Bool
        /// Steps with a durable intent and no outcome at that moment.
        package var underWay: [String]
    }

    /// The plan's title; a drill's says that it is one.
    package var title: String { (kind == .drill ? "Drill: " : "") + plan.title }

    package struct Phase: Equatable, Sendable {
        package var id: String
        package var title: String
        /// `nil`: none of its steps was begun.
        package var began: Point?
        package var ended: Point?
        /// Of its duration, how long somebody was waited for.
        package var waitedMilliseconds: Int64
    }

    /// Something a person decided, or noted.
    package struct Decision: Equatable, Sendable {
        package var point: Point
        package var actor: String
        package var step: String?
        package var sentence: String
        /// When it happened, where a note says so.
        package var happenedAt: Moment?
    }

    /// Something that went wrong, and what came of it.
    package struct Trouble: Equatable, Sendable {
        package var point: Point
        package var step: String?
        package var sentence: String
        package var handling: String
    }

    package struct OpenDebt: Equatable, Sendable {
        package var step: String
        package var site: String
        package var title: String
        package var reason: String
        package var since: Point
        package var isPaid: Bool
    }

    /// A database changed what it is, as far as the run saw it.
    package struct RoleChange: Equatable, Sendable {
        package var point: Point
        package var site: String
        package var cluster: String?
        /// `nil`: it had not been seen before.
        package var from: String?
        package var to: String
    }

    /// From the start of the run to the service answering.
    package enum Recovery: Equatable, Sendable {
        /// The service check of `step` succeeded so long after the start.
        case after(milliseconds: Int64, step: String)
        /// Why no recovery time can be told.
        case none(String)
    }

    /// What a promotion threw away, from the facts of the steps that compared and promoted.
    package struct Loss: Equatable, Sendable {
        package var cluster: String
        package var site: String
        /// `nil`: the steps left no estimate, so it is unknown.
        package var estimate: LossEstimate?
        package var forkPosition: String?
        package var oldTimeline: Int64?
        package var newTimeline: Int64?
        /// The promotion was seen done; otherwise this is what it would have cost.
        package var isPromoted: Bool
    }
}
