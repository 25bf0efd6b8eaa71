/// Runs today's decisions over what a run's entries record, and says where they part: from what the executor did then, and,
/// with the plan of a changed runbook, from what the run's own plan leads to.
///
/// Pure: outcomes come from the entries, so nothing is asked of any system, and the same entries give the same answer.
package struct RunReplay {
    /// The run's entries as its own plan decides them.
    var then: DecisionMachine
    /// The same entries as today's plan decides them.
    var now: DecisionMachine
    private(set) var differences: [ReplayDifference] = []
    private let isOwnPlan: Bool
    private let recordedSteps: Set<String>
    private var last: Int64
    private var reported: Set<String> = []
    /// By step: when its present try was begun.
    var begunAt: [String: Moment] = [:]
    private var stepEventsInClaim = 0

    /// Where a run's entries and today's decisions part, in the order of the journal.
    /// - Parameters:
    ///   - entries: all of the run's, in order.
    ///   - plan: that of a changed runbook; `nil` is the one that the run was begun with.
    package static func differences(
        _ entries: [Entry], plan: Plan? = nil
    ) throws -> [ReplayDifference] {
        guard let first = entries.first, case .runStarted(let started) = try Event(first) else {
            throw InvalidTransition(
                sequence: entries.first?.sequence ?? 0, what: "the run does not begin with run.started")
        }
        var replay = RunReplay(started, plan: plan, entry: first)
        for (index, entry) in entries.enumerated().dropFirst() {
            let next = index + 1 < entries.count ? try? Event(entries[index + 1]) : nil
            try replay.take(try Event(entry), entry, next: next)
        }
        return replay.finished
    }

    private init(_ started: RunStarted, plan: Plan?, entry: Entry) {
        var todays = started
        todays.plan = plan ?? started.plan
        then = DecisionMachine(started, entry: entry)
        now = DecisionMachine(todays, entry: entry)
        isOwnPlan = plan == nil || plan == started.plan
        recordedSteps = Set(started.plan.steps.map(\.id))
        last = entry.sequence
    }

    private mutating func take(_ event: Event, _ entry: Entry, next: Event?) throws {
        decide(at: entry.time)
        if let step = event.step, event.isExecutors {
            stepEventsInClaim += 1
            checkBegun(step, event, entry)
        }
        checkRecorded(event, entry)
        try then.apply(event, entry: entry)
        applyNow(event, entry)
        last = entry.sequence
        if case .runClaimed = event { stepEventsInClaim = 0 }
        // Whoever turns the run round claims it first, and begins nothing in between.
        switch next {
        case .rollbackStarted?, .rollbackWithdrawn?: return
        default: decide(at: entry.time)
        }
    }

    private mutating func decide(at moment: Moment) {
        for decision in then.decide(now: moment, after: last) { begunAt[decision.step] = moment }
        while true {
            let added = now.decide(now: moment, after: last).map(\.step).filter { !recordedSteps.contains($0) }
            if added.isEmpty { return }
            for step in added { assumeDone(step, at: moment) }
        }
    }

    private mutating func assumeDone(_ step: String, at moment: Moment) {
        let title = now.state.plan.step(step).map { "\($0.command) at \($0.site)" } ?? step
        report(
            .addedStep, at: last, step, then: "there was no such step",
            now: "\(title) is begun here; nothing is recorded of it, so it is taken as done")
        let done = Event.stepSucceeded(
            StepSucceeded(step: step, how: .alreadySo, facts: .object([:]), sentence: "taken as done in a replay"))
        let entry = Entry(
            sequence: last, run: now.state.id, time: moment, actor: "replay", type: "", version: 1, payload: [],
            hash: [])
        try? now.apply(done, entry: entry)
    }

    private mutating func checkBegun(_ step: String, _ event: Event, _ entry: Entry) {
        guard let planned = now.state.plan.step(step) else {
            if reported.insert("removed \(step)").inserted {
                report(
                    .removedStep, at: entry.sequence, step, then: "it was \(event.replayWord)",
                    now: "there is no such step")
            }
            return
        }
        guard now.state.direction == .forward || isOwnPlan else { return }
        if !now.mayBegin(step) {
            report(
                .notBegun, at: last, step, then: "it was \(event.replayWord)",
                now: "it is not begun: \(now.obstacle(of: step))")
        } else if let question = planned.approval, now.state.record(step).standing == .pending,
            now.state.record(step).approvedBy == nil, !event.isQuestion
        {
            report(
                .question, at: last, step, then: "it was \(event.replayWord)",
                now: "a person is asked first: \(question)")
        }
    }

    private mutating func applyNow(_ event: Event, _ entry: Entry) {
        if let step = event.step, now.state.plan.step(step) == nil { return }
        do { try now.apply(event, entry: entry) } catch {
            report(.impossible, at: entry.sequence, event.step, then: "it was \(event.replayWord)", now: error.what)
        }
    }

    /// What was decided first for each step, side by side: later tries follow from outcomes, which are the same.
    private var finished: [ReplayDifference] {
        var replay = self
        for step in recordedSteps.sorted() {
            guard let was = then.decisions[step]?.first,
                !differences.contains(where: { $0.step == step && $0.isAboutBegin })
            else { continue }
            guard let planned = now.state.plan.step(step) else { continue }
            let would = now.decisions[step]?.first
            guard let would, would.sequence != was.sequence else { continue }
            let lost = then.state.plan.step(step)?.needs.filter { !planned.needs.contains($0) } ?? []
            let gained = planned.needs.filter { then.state.plan.step(step)?.needs.contains($0) == false }
            let reasons = [
                lost.isEmpty ? nil : "it no longer needs \(lost.joined(separator: ", "))",
                gained.isEmpty ? nil : "it now needs \(gained.joined(separator: ", "))",
            ].compactMap(\.self)
            let because = reasons.isEmpty ? "" : ", because \(reasons.joined(separator: " and "))"
            replay.report(
                .order, at: min(was.sequence, would.sequence), step, then: "it was begun after entry \(was.sequence)",
                now: "it is begun after entry \(would.sequence)\(because)")
        }
        return replay.differences.sorted { ($0.sequence, $0.step ?? "") < ($1.sequence, $1.step ?? "") }
    }

    mutating func report(_ kind: ReplayDifference.Kind, at sequence: Int64, _ step: String?, then: String, now: String)
    {
        differences.append(ReplayDifference(kind, sequence: sequence, step: step, then: then, now: now))
    }

    /// Whether the executor let go as it had to: `rollback` does where a promotion may have happened, without a step of its own.
    func isRefusedRollback(_ released: RunReleased) -> Bool {
        stepEventsInClaim <= 1 && !now.state.stepsPastPivot.isEmpty && now.state.direction == .forward
            && (released.reason == .failed || released.reason == .interrupted)
    }
}

extension ReplayDifference {
    fileprivate var isAboutBegin: Bool {
        switch kind {
        case .notBegun, .question, .removedStep: true
        case .order, .addedStep, .command, .retry, .unreachable, .deadline, .ending, .impossible: false
        }
    }
}

extension Event {
    /// Whether an executor says it about a step, as opposed to a person.
    var isExecutors: Bool {
        switch self {
        case .approvalRequested, .stepIntended, .stepSucceeded, .stepFailed, .stepRefused, .stepDoubted: true
        case .stepDeferred(let payload): !payload.isByGivingUp
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded, .stepApproved,
            .stepDenied,
            .stepSkipped, .stepDecided, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted, .runAbandoned,
            .rollbackWithdrawn, .debtReopened:
            false
        }
    }

    fileprivate var isQuestion: Bool { if case .approvalRequested = self { true } else { false } }

    /// `begun`, as in "it was begun".
    var replayWord: String {
        switch self {
        case .approvalRequested: "put to a person"
        case .stepIntended(let payload): payload.direction == .forward ? "begun" : "undone"
        case .stepSucceeded: "found done"
        case .stepFailed: "tried"
        case .stepRefused: "refused by a rule"
        case .stepDeferred: "owed to its site"
        case .stepDoubted: "left to a person to say"
        case .stepApproved: "approved"
        case .stepDenied: "denied"
        case .stepSkipped: "skipped"
        case .stepDecided: "decided by a person"
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded, .debtSettled,
            .siteObserved,
            .secretsCompared, .checkCompleted, .runAbandoned, .rollbackWithdrawn, .debtReopened:
            "recorded"
        }
    }
}
