/// The engine's decisions about a run, made again from its entries: what an executor would begin or ask after each of them.
///
/// A step counts as under way from the moment at which it would be begun until an entry ends the try, as in an executor.
struct DecisionMachine {
    struct Decision: Equatable {
        var step: String
        /// The question, where a person is asked first.
        var question: String?
        /// The entry after which it was taken.
        var sequence: Int64
    }

    private(set) var state: RunState
    private(set) var underWay: Set<String> = []
    /// By step, in order.
    private(set) var decisions: [String: [Decision]] = [:]

    init(_ started: RunStarted, entry: Entry) { state = RunState(started, entry: entry) }

    /// What would be begun now; nothing while nobody holds the run.
    mutating func decide(now: Moment, after sequence: Int64) -> [Decision] {
        guard state.claim != nil else { return [] }
        let moves = state.nextMoves(now: now, underWay: underWay)
        let questions = moves.ask.map {
            Decision(step: $0, question: state.plan.step($0)?.approval ?? "", sequence: sequence)
        }
        let taken = questions + moves.take.map { Decision(step: $0, question: nil, sequence: sequence) }
        for decision in taken {
            underWay.insert(decision.step)
            decisions[decision.step, default: []].append(decision)
        }
        return taken
    }

    /// Whether the step could be begun here but for the time: wall clocks jump, so times of entries prove nothing.
    func mayBegin(_ step: String) -> Bool {
        underWay.contains(step)
            || state.nextMoves(now: Moment(microseconds: .max), underWay: underWay).take.contains(step)
    }

    mutating func apply(_ event: Event, entry: Entry) throws(InvalidTransition) {
        try state.apply(event, entry: entry)
        switch event {
        case .runClaimed, .runReleased, .rollbackStarted, .rollbackWithdrawn, .runAbandoned: underWay = []
        case .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred, .stepDoubted, .stepApproved, .stepDenied,
            .stepSkipped, .stepDecided:
            if let step = event.step { underWay.remove(step) }
        case .stepIntended, .approvalRequested:
            if let step = event.step { underWay.insert(step) }
        case .runStarted, .noteAdded, .outsideEventRecorded, .debtSettled, .siteObserved, .secretsCompared,
            .checkCompleted, .debtReopened:
            break
        }
    }

    /// How an executor would let go of the run here, once nothing is under way; nil where it would go on.
    func ending(now: Moment, isInterrupted: Bool) -> NextMoves.Ending? {
        state.nextMoves(now: now, underWay: [], isInterrupted: isInterrupted).ending
    }

    /// What keeps the step from being begun.
    func obstacle(of step: String) -> String {
        guard let planned = state.plan.step(step) else { return "there is no such step" }
        let waitsFor = planned.needs.filter { !state.record($0).standing.isSettled }
        if !waitsFor.isEmpty { return "it waits for \(waitsFor.joined(separator: ", "))" }
        if planned.approval != nil, state.record(step).approvedBy == nil { return "a person is asked first" }
        let standing = state.record(step).standing
        return standing.isSettled ? "it is \(standing.rawValue) already" : "the run stops before it"
    }
}
