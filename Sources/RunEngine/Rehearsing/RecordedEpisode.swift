import FailoverModel

/// One try of a step as a run's entries tell it: what was found, what came of it, and how long that took.
struct RecordedEpisode: Equatable, Sendable {
    enum Outcome: Equatable, Sendable {
        case foundDone(facts: JSONValue, sentence: String)
        case lookFailed(Fault)
        case refused(StepRefused)
        case doubted(String)
        case acted(facts: JSONValue, sentence: String)
        /// `isKnown` false: nobody could say whether it took effect.
        case actFailed(Fault, isKnown: Bool)
    }

    /// What the intent said; nil where the try ended with a look.
    var intent: StepIntended?
    var outcome: Outcome
    var lookMilliseconds: Int64
    var actMilliseconds: Int64

    /// The tries of every step, in the order of the entries. A try whose executor died and whose work was found done counts as
    /// one that acted; one whose work was not there does not count.
    static func all(in entries: [Entry]) throws -> [String: [Direction: [RecordedEpisode]]] {
        var collector = Collector()
        for entry in entries { try collector.take(try Event(entry), at: entry.time) }
        return collector.episodes
    }

    private struct Collector {
        var episodes: [String: [Direction: [RecordedEpisode]]] = [:]
        /// Since when somebody can have looked at a step: the last thing that happened in the run.
        private var last = Moment(microseconds: 0)
        private var open: [String: (intent: StepIntended, lookedSince: Moment, at: Moment)] = [:]
        private var claimedAt: Moment?

        init() {}

        mutating func take(_ event: Event, at moment: Moment) throws {
            defer { last = moment }
            switch event {
            case .runClaimed: claimedAt = moment
            case .stepIntended(let payload): open[payload.step] = (payload, last, moment)
            case .stepSucceeded(let payload):
                let acted = payload.how == .alreadySo ? nil : open[payload.step]
                end(
                    payload.step, payload.direction, at: moment, intent: acted?.intent,
                    acted == nil
                        ? .foundDone(facts: payload.facts, sentence: payload.sentence)
                        : .acted(facts: payload.facts, sentence: payload.sentence))
            case .stepFailed(let payload):
                let intended = open[payload.step]?.intent
                let outcome: Outcome =
                    intended == nil ? .lookFailed(payload.fault) : .actFailed(payload.fault, isKnown: payload.isKnown)
                end(payload.step, payload.direction, at: moment, intent: intended, outcome)
            case .stepRefused(let payload):
                end(payload.step, payload.direction, at: moment, intent: nil, .refused(payload))
            case .stepDoubted(let payload):
                end(payload.step, payload.direction, at: moment, intent: nil, .doubted(payload.sentence))
            case .stepDeferred(let payload):
                let away = Fault(
                    .unreachable, payload.reason, at: payload.site, next: "Settle it when the site is back")
                end(payload.step, .forward, at: moment, intent: nil, .lookFailed(away))
            case .runStarted, .runReleased, .rollbackStarted, .noteAdded, .approvalRequested, .stepApproved,
                .stepDenied, .stepSkipped, .stepDecided, .debtSettled, .siteObserved, .secretsCompared,
                .checkCompleted:
                break
            }
        }

        private mutating func end(
            _ step: String, _ direction: Direction, at moment: Moment, intent: StepIntended?, _ outcome: Outcome
        ) {
            let since = open[step]
            open[step] = nil
            var acting: Int64 = 0
            if let since, intent != nil {
                // While nobody carried the run out, nothing took time.
                acting = moment.milliseconds(since: max(since.at, claimedAt.map { max($0, since.at) } ?? since.at))
            }
            let looking =
                intent == nil
                ? moment.milliseconds(since: last) : since.map { $0.at.milliseconds(since: $0.lookedSince) } ?? 0
            episodes[step, default: [:]][direction, default: []].append(
                RecordedEpisode(
                    intent: intent, outcome: outcome, lookMilliseconds: max(0, looking),
                    actMilliseconds: max(0, acting)))
        }
    }
}
