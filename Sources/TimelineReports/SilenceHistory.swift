import FailoverModel

extension RunTimeline {
    /// A time in which the journal says nothing though somebody carried the run out, and nothing that was under way may
    /// take so long: the clock was set forward, or the machine stood still.
    package struct Silence: Equatable, Sendable {
        package var began: Point
        package var ended: Point
        /// What was under way, beyond its deadline; empty where nothing was.
        package var steps: [String]

        package var milliseconds: Int64 { ended.milliseconds(since: began) }
    }
}

/// Finds the silences that nothing explains.
struct SilenceHistory {
    /// Looks at systems, and waits between two of them, are not journalled; they do not take so long.
    static let tolerated: Int64 = 60_000

    private(set) var silences: [RunTimeline.Silence] = []
    private let deadlines: [String: Int64]
    private var last: RunTimeline.Point?
    private var isCarriedOut = false
    private var asking: Set<String> = []
    private var underWay: Set<String> = []
    private var retryAt: Moment?

    init(_ plan: Plan) {
        deadlines = Dictionary(plan.steps.map { ($0.id, $0.deadlineMilliseconds) }) { first, _ in first }
    }

    mutating func take(_ placed: PlacedEvent) {
        if let last, isCarriedOut, asking.isEmpty, !placed.event.isTakeOver {
            let silent = placed.point.milliseconds(since: last)
            let longest = underWay.map { deadlines[$0] ?? 0 }.max() ?? 0
            let pause = retryAt.map { max(0, $0.milliseconds(since: last.time)) } ?? 0
            if silent > max(longest, pause) + Self.tolerated {
                silences.append(.init(began: last, ended: placed.point, steps: underWay.sorted()))
            }
        }
        last = placed.point
        follow(placed.event)
    }

    private mutating func follow(_ event: Event) {
        retryAt = nil
        switch event {
        case .runClaimed: (isCarriedOut, asking, underWay) = (true, [], [])
        case .runReleased, .runAbandoned: (isCarriedOut, asking, underWay) = (false, [], [])
        case .approvalRequested(let payload): asking.insert(payload.step)
        case .stepApproved, .stepDenied, .stepSkipped: if let step = event.step { asking.remove(step) }
        case .stepIntended(let payload): underWay.insert(payload.step)
        case .stepFailed(let payload):
            underWay.remove(payload.step)
            retryAt = payload.retryAt
        case .stepSucceeded, .stepRefused, .stepDeferred, .stepDoubted, .stepDecided:
            if let step = event.step { underWay.remove(step) }
        case .runStarted, .rollbackStarted, .noteAdded, .outsideEventRecorded, .debtSettled, .debtReopened,
            .siteObserved,
            .secretsCompared, .checkCompleted, .rollbackWithdrawn:
            break
        }
    }
}

extension Event {
    fileprivate var isTakeOver: Bool {
        if case .runClaimed(let payload) = self { payload.takenOverBecause != nil } else { false }
    }
}
