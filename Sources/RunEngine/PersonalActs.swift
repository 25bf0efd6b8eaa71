package import FailoverModel

/// What a person says about a run, appended without taking the run from its executor.
package struct PersonalActs: Sendable {
    package var journal: any RunJournal
    package var clock: any EngineClock
    package var actorName: String

    package init(journal: any RunJournal, clock: any EngineClock = SystemClock(), actorName: String) {
        self.journal = journal
        self.clock = clock
        self.actorName = actorName
    }

    /// Says yes. Where the step was refused by a rule that a person may answer for, that is what is accepted.
    package func approve(run: String, step: String, reason: String?) async throws -> RunState {
        try await append(run, step) { state, record, planned in
            var accepts = planned.accepts
            if let acceptance = record.refusal?.acceptance { accepts.append(acceptance) }
            if record.standing == .refused, record.refusal?.acceptance == nil {
                throw RunError.notPossible(
                    Fault(
                        .refused, "nobody can answer for \(record.refusal?.rule ?? "this rule")",
                        at: "step \(step) of \(state.id)", next: record.sentence))
            }
            guard planned.approval != nil || record.refusal?.acceptance != nil else {
                throw RunError.notPossible(
                    Fault(
                        .invalid, "the step waits for nobody's approval (it is \(record.standing.rawValue))",
                        at: "step \(step) of \(state.id)", next: "`handover show \(state.id)` lists what waits"))
            }
            return .stepApproved(StepApproved(step: step, accepts: accepts, reason: reason))
        }
    }

    package func deny(run: String, step: String, reason: String?) async throws -> RunState {
        try await append(run, step) { _, _, _ in .stepDenied(StepDenied(step: step, reason: reason)) }
    }

    package func skip(run: String, step: String, reason: String) async throws -> RunState {
        try await append(run, step) { state, _, planned in
            if planned.command == CommandDefinition.removal, state.direction == .forward {
                throw RunError.notPossible(
                    Fault(
                        .refused, "the removal cannot be skipped: what the drill has made would stay",
                        at: "step \(step) of \(state.id)",
                        next: "Resume, which removes it; or `handover abandon \(state.id)`, and it is owed to the site")
                )
            }
            if planned.isPivot, state.direction == .forward {
                throw RunError.notPossible(
                    Fault(
                        .refused, "the pivot cannot be skipped: what follows needs it",
                        at: "step \(step) of \(state.id)",
                        next: "Resume, or `handover rollback \(state.id)`"))
            }
            return .stepSkipped(StepSkipped(step: step, direction: state.direction, reason: reason))
        }
    }

    package func decide(run: String, step: String, isDone: Bool, reason: String?) async throws -> RunState {
        try await append(run, step) { state, _, _ in
            .stepDecided(StepDecided(step: step, direction: state.direction, isDone: isDone, reason: reason))
        }
    }

    /// Gives the run up: nobody goes on with it in either direction. Past the pivot, what is open at the old site is owed to
    /// it from then on, so that nothing of it is forgotten.
    ///
    /// A drill may be given up while somebody carries it out: it is in the way of a failover then. Its executor loses it and
    /// stops, and what it has made is owed to the site.
    package func abandon(
        run: String, reason: String, registry: any ExecutorRegistry, takeOver: Bool
    ) async throws -> RunState {
        let ledger = try await RunLedger.open(run: run, journal: journal, clock: clock, actorName: actorName)
        return try await ledger.append { state in
            if state.standing.isOver { throw RunError.over(run: state.id, state.standing) }
            if state.kind != .drill, let claim = state.claim {
                switch registry.liveness(of: claim.executor) {
                case .gone: break
                case .unknown where takeOver: break
                case let liveness: throw RunError.held(run: state.id, by: claim, liveness: liveness)
                }
            }
            let isPastPivot = state.direction == .forward && !state.stepsPastPivot.isEmpty
            return (isPastPivot ? state.leftAtOldSite : state.leftByDrill)
                + [.runAbandoned(RunAbandoned(isPastPivot: isPastPivot, reason: reason))]
        }
    }

    /// `at`: when it happened, where that was not just now.
    package func note(run: String, text: String, at moment: Moment? = nil) async throws {
        let ledger = try await RunLedger.open(run: run, journal: journal, clock: clock, actorName: actorName)
        try await ledger.append { _ in [.noteAdded(NoteAdded(text: text, at: moment))] }
    }

    /// Takes events from elsewhere into a run's story, all or none, in the order of their own time; those that the run
    /// has already are left out. Returns how many were taken.
    package func record(run: String, _ events: [OutsideEventRecorded]) async throws -> Int {
        let sorted = events.sorted { ($0.at, $0.digest) < ($1.at, $1.digest) }
        while true {
            let head = try await journal.head()
            var known: Set<String> = []
            for entry in try await journal.entries(run: run) where entry.sequence <= head.sequence {
                if case .outsideEventRecorded(let event) = try Event(entry) { known.insert(event.digest) }
            }
            let new = sorted.filter { known.insert($0.digest).inserted }
            if new.isEmpty { return 0 }
            let time = clock.now()
            let entries = new.map { Event.outsideEventRecorded($0).entry(run: run, time: time, actor: actorName) }
            do {
                _ = try await journal.append(entries, expecting: head)
                return new.count
            } catch is HeadMoved {}
        }
    }

    private func append(
        _ run: String, _ step: String, _ event: @Sendable (RunState, StepRecord, PlannedStep) throws -> Event
    ) async throws -> RunState {
        let ledger = try await RunLedger.open(run: run, journal: journal, clock: clock, actorName: actorName)
        return try await ledger.append { state in
            if state.standing.isOver { throw RunError.over(run: state.id, state.standing) }
            guard let planned = state.plan.step(step) else {
                throw RunError.notPossible(
                    Fault(
                        .invalid, "there is no step \"\(step)\"", at: "run \(state.id)",
                        next: "Its steps are: \(state.plan.steps.map(\.id).joined(separator: ", "))"))
            }
            let record = state.record(step)
            let event = try event(state, record, planned)
            guard let trigger = StepTrigger(event),
                StepTransitions.standing(after: trigger, from: record.standing) != nil
            else {
                throw RunError.notPossible(
                    Fault(
                        .invalid, "a step that is \(record.standing.rawValue) cannot be treated so",
                        at: "step \(step) of \(state.id)", next: "`handover show \(state.id)` shows how things stand"))
            }
            return [event] + state.debtsSaid(by: event, of: planned)
                + (StepTrigger(event) == .leave ? state.leftByDrill : [])
        }
    }
}

extension RunState {
    /// In a settlement, what a person leaves out or says is done is owed no more.
    fileprivate func debtsSaid(by event: Event, of step: PlannedStep) -> [Event] {
        guard kind == .settlement, direction == .forward,
            let index = plan.steps.firstIndex(where: { $0.id == step.id }), index < settles.count
        else { return [] }
        switch StepTrigger(event) {
        case .skip, .decideDone: return [.debtSettled(DebtSettled(site: step.site, debt: settles[index]))]
        default: return []
        }
    }

    /// The removal of what a drill has made and not removed yet. Said of the site and not as a deferred step, because it is
    /// owed however the removal itself stands.
    fileprivate var leftByDrill: [Event] {
        guard kind == .drill, stepsToUndo.contains(where: { $0.command != DrillCheckCommand.name }),
            let removal = plan.steps.first(where: { $0.command == CommandDefinition.removal })
        else { return [] }
        return [
            .debtReopened(
                DebtReopened(
                    site: removal.site, debt: Debt(run: id, step: removal.id), title: removal.title,
                    reason: "the drill was given up before it had removed what it made"))
        ]
    }

    /// The steps at the old site that were not done and may be owed to it.
    fileprivate var leftAtOldSite: [Event] {
        plan.steps.filter { step in
            step.site == plan.from && step.whenUnreachable == .defer
                && StepTransitions.standing(after: .defer, from: record(step.id).standing) != nil
        }.map { step in
            .stepDeferred(
                StepDeferred(
                    step: step.id, site: step.site, title: step.title,
                    reason: StepDeferred.reasonOfGivingUp))
        }
    }
}
