package import FailoverModel

extension RunTimeline {
    /// From all entries of one run, in order.
    ///
    /// What a run owes may have been paid by a later run, which these entries do not tell: `stillOwed` names the steps
    /// that the journal still knows as owed; `nil` takes all that the run left.
    package init(entries: [Entry], stillOwed: Set<String>? = nil) throws {
        let events = try PlacedEvent.placing(entries)
        guard let first = events.first, let last = events.last else { throw TimelineFailure("the run has no entries") }
        guard case .runStarted(let payload) = first.event else {
            throw TimelineFailure("the run does not begin with run.started", sequence: first.entry.sequence)
        }
        var state = RunState(payload, entry: first.entry)
        var executors = ExecutorHistory()
        var silence = SilenceHistory(payload.plan)
        silence.take(first)
        var histories: [String: StepHistory] = [:]
        var spans: [String: (Point, Point)] = [:]
        for placed in events.dropFirst() {
            try state.apply(placed.event, entry: placed.entry)
            executors.take(placed)
            silence.take(placed)
            guard let step = placed.event.step else { continue }
            histories[step, default: StepHistory()].take(placed)
            spans[step] = (spans[step]?.0 ?? placed.point, placed.point)
        }
        let steps = state.plan.steps.map { planned in
            Step(
                planned: planned, standing: state.record(planned.id).standing, began: spans[planned.id]?.0,
                ended: spans[planned.id]?.1, attempts: histories[planned.id]?.attempts ?? [],
                waits: histories[planned.id]?.waits ?? [], sentence: state.record(planned.id).sentence)
        }
        run = state.id
        kind = state.kind
        plan = state.plan
        standing = state.standing
        direction = state.direction
        summary = state.summary
        startedBy = state.startedBy
        started = first.point
        self.last = last.point
        let abandoned = events.last { if case .runAbandoned = $0.event { true } else { false } }
        ended = state.standing.isOver ? abandoned?.point ?? executors.tenures.last?.released : nil
        tenures = executors.tenures
        interruptions = executors.interruptions
        self.steps = steps
        phases = Self.phases(of: state.plan, steps)
        recovery = .of(events, state: state)
        drill = state.drillResult
        losses = Loss.of(events, plan: state.plan)
        decisions = events.compactMap(Self.decision)
        troubles = TroubleHistory(events: events, state: state, interruptions: executors.interruptions).troubles
        debts =
            (state.direction == .back ? [] : Self.debts(events, steps, stillOwed: stillOwed))
            + Self.debtsOfDrill(events, stillOwed: stillOwed)
        notes = events.compactMap(Self.note)
        roleChanges = RoleChange.of(events)
        silences = silence.silences
        items = Item.placing(events)
        criticalPath = nil
        criticalPath = foundPath
    }

    private var foundPath: CriticalPath? {
        guard direction == .forward else { return nil }
        let finder = CriticalPathFinder(steps, last: last, interruptions: interruptions)
        if case .after(_, let step) = recovery { return finder.path(to: step) }
        let done = steps.filter { $0.standing == .succeeded }
        let newest = done.max { ($0.ended?.sequence ?? 0) < ($1.ended?.sequence ?? 0) }
        return newest.flatMap { finder.path(to: $0.planned.id) }
    }

    /// To its end, or to its newest entry where it is not over.
    package var milliseconds: Int64 { (ended ?? last).milliseconds(since: started) }

    private static func phases(of plan: Plan, _ steps: [Step]) -> [Phase] {
        plan.phases.map { phase in
            let own = steps.filter { $0.planned.phase == phase.id }
            return Phase(
                id: phase.id, title: phase.title,
                began: own.compactMap(\.began).min { $0.sequence < $1.sequence },
                ended: own.compactMap(\.ended).max { $0.sequence < $1.sequence },
                waitedMilliseconds: own.reduce(0) { $0 + $1.waitedMilliseconds })
        }
    }

    private static func decision(_ placed: PlacedEvent) -> Decision? {
        switch placed.event {
        case .runStarted, .stepApproved, .stepDenied, .stepSkipped, .stepDecided, .rollbackStarted, .rollbackWithdrawn,
            .runAbandoned:
            Decision(
                point: placed.point, actor: placed.entry.actor, step: placed.event.step, sentence: placed.sentence)
        case .runClaimed, .runReleased, .noteAdded, .outsideEventRecorded, .approvalRequested, .stepIntended,
            .stepSucceeded, .stepFailed,
            .stepRefused, .stepDeferred, .stepDoubted, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted,
            .debtReopened:
            nil
        }
    }

    private static func note(_ placed: PlacedEvent) -> Decision? {
        guard case .noteAdded(let note) = placed.event else { return nil }
        return Decision(
            point: placed.point, actor: placed.entry.actor, step: nil, sentence: note.text, happenedAt: note.at)
    }

    /// What a drill has left: its removal, which no step of it owes.
    private static func debtsOfDrill(_ events: [PlacedEvent], stillOwed: Set<String>?) -> [OpenDebt] {
        events.compactMap { placed in
            guard case .debtReopened(let payload) = placed.event, payload.debt.run == placed.entry.run else {
                return nil
            }
            return OpenDebt(
                step: payload.debt.step, site: payload.site, title: payload.title, reason: payload.reason,
                since: placed.point, isPaid: stillOwed.map { !$0.contains(payload.debt.step) } ?? false)
        }
    }

    private static func debts(_ events: [PlacedEvent], _ steps: [Step], stillOwed: Set<String>?) -> [OpenDebt] {
        let deferred = Set(steps.filter { $0.standing == .deferred }.map(\.planned.id))
        return events.compactMap { placed in
            guard case .stepDeferred(let payload) = placed.event, deferred.contains(payload.step) else { return nil }
            return OpenDebt(
                step: payload.step, site: payload.site, title: payload.title, reason: payload.reason,
                since: placed.point, isPaid: stillOwed.map { !$0.contains(payload.step) } ?? false)
        }
    }
}
