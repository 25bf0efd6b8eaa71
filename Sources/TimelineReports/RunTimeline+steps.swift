package import FailoverModel

extension RunTimeline {
    package struct Step: Equatable, Sendable {
        package var planned: PlannedStep
        package var standing: StepStanding
        /// First and last entry about it.
        package var began: Point?
        package var ended: Point?
        package var attempts: [Attempt]
        package var waits: [Wait]
        /// What was last said about it.
        package var sentence: String

        package var waitedMilliseconds: Int64 { waits.reduce(0) { $0 + $1.milliseconds } }
        /// From the first to the last entry about it.
        package var milliseconds: Int64? { began.flatMap { began in ended.map { $0.milliseconds(since: began) } } }
    }

    /// One try: from the durable intent to the outcome, or a look that ended without an intent.
    package struct Attempt: Equatable, Sendable {
        package enum Outcome: String, CaseIterable, Sendable {
            case succeeded, alreadySo, adopted, failed, unknown, refused, deferred, doubted, skipped
            case decidedDone, decidedNotDone
            /// The executor was lost before it could say.
            case lost
        }

        /// As journalled in the intent; `nil` for a look that led to none.
        package var number: Int64?
        package var direction: Direction
        /// The intent; `nil` where nothing was done.
        package var intended: Point?
        /// `nil` while it goes on, and where the outcome is `lost`.
        package var ended: Point?
        package var outcome: Outcome?
        package var sentence: String
        package var fault: Fault?

        package var milliseconds: Int64? { intended.flatMap { start in ended.map { $0.milliseconds(since: start) } } }
    }

    /// A question to a person, and how long it stood.
    package struct Wait: Equatable, Sendable {
        package var question: String
        package var asked: Point
        package var answered: Point?
        package var answeredBy: String?
        package var answer: String?

        /// 0 while it is not answered.
        package var milliseconds: Int64 { answered?.milliseconds(since: asked) ?? 0 }
    }
}
