package import FailoverModel
package import Systems

/// Carries out one run: asks the state what comes next, does it, and lets go of the run when nothing more can be done.
package struct RunExecutor: Sendable {
    package var journal: any RunJournal
    package var commands: [String: any StepCommand]
    package var topology: Topology
    package var clock: any EngineClock
    package var registry: any ExecutorRegistry
    package var executor: Executor
    /// The person in whose name it runs.
    package var actorName: String
    package var listener: any RunListener
    package var approver: any Approver
    package var interruption: Interruption
    /// Databases as last seen before this run, by `site/cluster`.
    package var recorded: StepContext.Recorded
    /// 0 to 1, for the jitter of retries.
    package var random: @Sendable () -> Double
    /// How long steps under way may take to finish after the first signal.
    package var graceMilliseconds: Int64 = 10_000

    package init(
        journal: any RunJournal, commands: [String: any StepCommand], topology: Topology,
        clock: any EngineClock = SystemClock(), registry: any ExecutorRegistry, executor: Executor, actorName: String,
        listener: any RunListener = SilentListener(), approver: any Approver = NobodyToAsk(),
        interruption: Interruption = Interruption(), recorded: StepContext.Recorded = .init(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.journal = journal
        self.commands = commands
        self.topology = topology
        self.clock = clock
        self.registry = registry
        self.executor = executor
        self.actorName = actorName
        self.listener = listener
        self.approver = approver
        self.interruption = interruption
        self.recorded = recorded
        self.random = random
    }

    /// Goes on with the run until it is over or cannot go on, and returns its state. A drill that stopped is not gone on with:
    /// what it would measure then is worth nothing, so what it has made is removed.
    package func goOn(run: String, takeOver: Bool = false) async throws -> RunState {
        let ledger = try await RunLedger.open(
            run: run, journal: journal, clock: clock, actorName: actorName, listener: listener)
        let before = await ledger.state
        try await ledger.claim(executor, registry: registry, takeOver: takeOver)
        if before.kind == .drill, before.direction == .forward, before.standing != .started, !before.standing.isOver {
            try await ledger.append { state in
                let reason = state.summary.isEmpty ? "its executor was lost" : state.summary
                return [.rollbackStarted(RollbackStarted(reason: "the drill did not go through: \(reason)"))]
            }
        }
        return try await carryOut(ledger)
    }

    /// Turns the run round, undoes what it did, and returns its state. Refused past the pivot.
    package func rollBack(run: String, reason: String?, takeOver: Bool = false) async throws -> RunState {
        try await refusePastPivot(run)
        let ledger = try await claimed(run, takeOver: takeOver)
        if await ledger.state.direction == .forward {
            try await makeSureOfPivot(ledger)
            try await ledger.append { _ in [.rollbackStarted(RollbackStarted(reason: reason))] }
        }
        return try await carryOut(ledger)
    }

    /// Turns a rollback round: the run goes forward again, and looks at everything anew. Sound wherever a rollback is under
    /// way, because a rollback is begun only where the pivot did not happen.
    package func goForward(run: String, reason: String?, takeOver: Bool = false) async throws -> RunState {
        let state = try RunState.folding(try await journal.entries(run: run), run: run)
        if state.standing.isOver { throw RunError.over(run: run, state.standing) }
        if state.kind == .drill {
            throw RunError.notPossible(
                Fault(
                    .invalid, "a drill that was turned back is not gone on with", at: "run \(run)",
                    next: "Let it be removed by `handover resume \(run)`, and begin another"))
        }
        guard state.direction == .back else {
            throw RunError.notPossible(
                Fault(
                    .invalid, "the run goes forward already", at: "run \(run)",
                    next: "Go on with it by `handover resume \(run)`"))
        }
        let ledger = try await claimed(run, takeOver: takeOver)
        try await ledger.append { state in
            state.direction == .back ? [.rollbackWithdrawn(RollbackWithdrawn(reason: reason))] : []
        }
        return try await carryOut(ledger)
    }

    private func claimed(_ run: String, takeOver: Bool) async throws -> RunLedger {
        let ledger = try await RunLedger.open(
            run: run, journal: journal, clock: clock, actorName: actorName, listener: listener)
        try await ledger.claim(executor, registry: registry, takeOver: takeOver)
        return ledger
    }

    private func carryOut(_ ledger: RunLedger) async throws -> RunState {
        let state = try await RunSession(executor: self, ledger: ledger).run()
        guard state.kind == .drill, state.direction == .forward, !state.standing.isOver, !interruption.isUrgent else {
            return state
        }
        return try await removeDrill(state)
    }

    /// What a drill that did not go through has made is removed at once, by a claim of its own. A person who wanted it to stop
    /// wanted that too; whoever insists is not held up, and the next command removes it.
    private func removeDrill(_ state: RunState) async throws -> RunState {
        var remover = self
        let insisting = Interruption()
        remover.interruption = insisting
        return try await withThrowingTaskGroup(of: RunState?.self) { group in
            group.addTask { [interruption] in
                await interruption.wait(for: .urgent)
                if !Task.isCancelled { insisting.ask() }
                return nil
            }
            group.addTask { [remover] in
                try await remover.goOn(run: state.id)
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let ended { return ended }
            }
            return state
        }
    }

    /// Where the journal knows already, the run is left alone. What a settlement did for a run that is past its pivot
    /// belongs to that: taken back, it would let the old site serve beside the new one.
    private func refusePastPivot(_ run: String) async throws {
        let state = try RunState.folding(try await journal.entries(run: run), run: run)
        for debtor in Set(state.settles.map(\.run)).sorted() { try await refusePastPivot(debtor) }
        guard state.direction == .forward,
            let step = state.stepsPastPivot.first(where: { state.record($0.id).standing == .succeeded })
        else { return }
        throw RunError.pastPivot(run: run, step: step.id)
    }

    /// Before going back it must be certain that the pivot did not happen. A promotion that was asked for may come at any
    /// time, so not seeing it proves nothing: where its outcome is not known, a person has to say.
    private func makeSureOfPivot(_ ledger: RunLedger) async throws {
        guard let step = await ledger.state.stepsPastPivot.first else { return }
        let run = await ledger.state.id
        let seen = try await lookAtPivot(step, ledger)
        if seen.isDone {
            try await letGo(ledger, reason: .interrupted, "rollback refused past the pivot")
            throw RunError.pastPivot(run: run, step: step.id)
        }
        try await letGo(ledger, reason: .failed, "rollback needs to know whether \(step.id) happened")
        throw RunError.notPossible(
            Fault(
                .uncertain, "\(step.id) was begun, and may happen yet: \(seen.sentence)",
                at: "step \(step.id) of \(run)",
                next:
                    "Finish it with `handover resume \(run)`. Or make sure at \(step.site) that it cannot happen any more "
                    + "(stop the server), say so with `handover decide \(run) \(step.id) --as not-done`, and roll back again"
            ))
    }

    private func lookAtPivot(
        _ step: PlannedStep, _ ledger: RunLedger
    ) async throws -> (isDone: Bool, sentence: String) {
        guard let command = commands[step.command] else { throw RunError.notPossible(.unknownCommand(step)) }
        let context = await ledger.context(for: step, topology: topology, recorded: recorded)
        let looked = await withDeadline(
            milliseconds: step.deadlineMilliseconds, clock: clock, standsLate: \.standsLate
        ) { () async throws(Fault) in try await command.examine(context)
        }
        guard case .ended(.success(let finding)) = looked else { return (false, "it cannot be looked at") }
        guard finding.verdict == .done else { return (false, finding.sentence) }
        try await ledger.append { _ in
            [
                .stepSucceeded(
                    StepSucceeded(
                        step: step.id, how: .adopted, isPivot: true, facts: finding.facts, sentence: finding.sentence))
            ]
        }
        return (true, finding.sentence)
    }

    private func letGo(_ ledger: RunLedger, reason: RunReleased.Reason, _ summary: String) async throws {
        try await ledger.release(executor, reason: reason, summary)
    }
}

extension Fault {
    static func unknownCommand(_ step: PlannedStep) -> Fault {
        Fault(
            .invalid, "this version has no command \"\(step.command)\"", at: "step \(step.id)",
            next: "Use the version of handover that began the run")
    }
}

extension RunLedger {
    /// What a command is told about a step.
    package func context(
        for step: PlannedStep, topology: Topology, recorded: StepContext.Recorded
    ) -> StepContext {
        var context = state.context(for: step, topology: topology, recorded: recorded)
        context.history.merge(inherited) { own, _ in own }
        return context
    }
}

extension RunState {
    func context(for step: PlannedStep, topology: Topology, recorded: StepContext.Recorded) -> StepContext {
        StepContext(
            run: id, step: step.id, site: step.site, from: plan.from, to: plan.to, others: plan.others,
            cluster: step.cluster, parameters: step.parameters, topology: topology,
            remembered: record(step.id).remembered, history: records.compactMapValues(\.facts),
            // The same claim (dc1 is down, dc2's secrets are right) may be met by several steps; a person makes it once.
            accepted: records.values.reduce(into: []) { $0.formUnion($1.accepted) }, recorded: recorded)
    }
}
