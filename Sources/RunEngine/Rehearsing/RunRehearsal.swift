package import FailoverModel

/// Plays a recorded world against today's engine with a virtual clock: the same sites away, the same failures, the same people.
///
/// Nothing is asked of any system and no time passes. With another plan it shows what would have come of a changed runbook.
package struct RunRehearsal: Sendable {
    package struct Result: Sendable {
        /// How the run ends in the rehearsal.
        package var state: RunState
        /// What the rehearsed engine appended.
        package var entries: [Entry]
        /// Steps of which nothing, or not enough, was recorded; they were taken as done.
        package var assumed: [String]
        /// From the first claim to the last entry, in milliseconds; waits between two executors are left out, then and now.
        package var thenMilliseconds: Int64
        package var nowMilliseconds: Int64
    }

    /// - Parameters:
    ///   - entries: all of the run's, in order.
    ///   - plan: that of a changed runbook; `nil` is the recorded one.
    package static func play(_ entries: [Entry], plan: Plan? = nil) throws -> Result {
        guard let first = entries.first, case .runStarted(var started) = try Event(first) else {
            throw InvalidTransition(
                sequence: entries.first?.sequence ?? 0, what: "the run does not begin with run.started")
        }
        started.plan = plan ?? started.plan
        // The runs whose debts a settlement pays are not played, and its recorded steps know already what those found.
        started.settles = []
        let machine = SimulatedMachine(seed: 0, startingAt: first.time)
        let rehearsal = Rehearsal(
            machine: machine, world: try RecordedWorld(entries, clock: machine), persons: try RecordedPersons(entries))
        let begun = started
        let state = try machine.run { try await rehearsal.play(begun, actor: first.actor) }
        return Result(
            state: state, entries: rehearsal.journal.entries, assumed: rehearsal.world.assumed.sorted(),
            thenMilliseconds: try Self.carriedOut(entries),
            nowMilliseconds: try Self.carriedOut(rehearsal.journal.entries))
    }

    /// How long executors held the run.
    private static func carriedOut(_ entries: [Entry]) throws -> Int64 {
        var total: Int64 = 0
        var since: Moment?
        var last: Moment?
        for entry in entries {
            switch try Event(entry) {
            case .runClaimed:
                if let since, let last { total += last.milliseconds(since: since) }
                since = entry.time
            case .runReleased:
                if let since { total += entry.time.milliseconds(since: since) }
                since = nil
            case .runAbandoned:
                if let since, let last { total += last.milliseconds(since: since) }
                since = nil
            case .runStarted, .rollbackStarted, .rollbackWithdrawn, .debtReopened, .noteAdded, .outsideEventRecorded,
                .approvalRequested,
                .stepApproved, .stepDenied,
                .stepSkipped, .stepDecided, .stepIntended, .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred,
                .stepDoubted, .debtSettled, .siteObserved, .secretsCompared, .checkCompleted:
                break
            }
            last = entry.time
        }
        if let since, let last { total += last.milliseconds(since: since) }
        return total
    }
}

private struct Rehearsal: Sendable {
    let machine: SimulatedMachine
    let journal = MemoryJournal()
    let world: RecordedWorld
    let persons: RecordedPersons

    func play(_ started: RunStarted, actor: String) async throws -> RunState {
        let run = try await RunStarter(journal: journal, clock: machine, actorName: actor).start(started)
        let approver = RecordedApprover(persons, clock: machine)
        let commands = Dictionary(started.plan.steps.map { ($0.command, world) }) { first, _ in first }
        var state = try RunState.folding(try await journal.entries(run: run), run: run)
        for (number, session) in persons.sessions.enumerated()
        where !state.standing.isOver || session.rollsBack != nil && state.standing != .rolledBack {
            let executor = RunExecutor(
                journal: journal, commands: commands, topology: Topology(name: "recorded", sites: []), clock: machine,
                registry: NobodyLives(),
                executor: Executor(
                    identity: "rehearsal-\(number)", host: "rehearsal", boot: "", pid: 0, processStart: 0),
                actorName: actor, approver: approver, random: { 0.5 })
            state = try await carryOut(run, session, executor)
            for act in session.after { state = await self.act(act, run) ?? state }
        }
        return state
    }

    private func carryOut(
        _ run: String, _ session: RecordedPersons.Session, _ executor: RunExecutor
    ) async throws -> RunState {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for act in session.during { await waitFor(act, run) } }
            let state =
                if let reason = session.rollsBack {
                    try await executor.rollBack(run: run, reason: reason)
                } else if let reason = session.goesForward {
                    try await forward(run, reason, executor)
                } else { try await executor.goOn(run: run) }
            group.cancelAll()
            return state
        }
    }

    /// Where the rehearsed run is not on its way back there is nothing to turn round.
    private func forward(_ run: String, _ reason: String?, _ executor: RunExecutor) async throws -> RunState {
        let state = try RunState.folding(try await journal.entries(run: run), run: run)
        return state.direction == .back
            ? try await executor.goForward(run: run, reason: reason) : try await executor.goOn(run: run)
    }

    /// What a person did while the run went on: at the same time since its beginning, or as soon as it is possible.
    private func waitFor(_ act: RecordedPersons.Act, _ run: String) async {
        let begun = machine.monotonicMilliseconds()
        await machine.sleep(milliseconds: act.afterClaimMilliseconds ?? 0)
        while !Task.isCancelled, await self.act(act, run) == nil {
            // A person who could not say it within a day has something else to say.
            guard machine.monotonicMilliseconds() - begun < 86_400_000 else { return }
            await machine.sleep(milliseconds: 500)
        }
    }

    private func act(_ act: RecordedPersons.Act, _ run: String) async -> RunState? {
        let acts = PersonalActs(journal: journal, clock: machine, actorName: act.actor)
        switch act.event {
        case .stepApproved(let payload):
            return try? await acts.approve(run: run, step: payload.step, reason: payload.reason)
        case .stepDenied(let payload):
            return try? await acts.deny(run: run, step: payload.step, reason: payload.reason)
        case .stepSkipped(let payload):
            return try? await acts.skip(run: run, step: payload.step, reason: payload.reason)
        case .stepDecided(let payload):
            return try? await acts.decide(
                run: run, step: payload.step, isDone: payload.isDone, reason: payload.reason)
        case .runAbandoned(let payload):
            return try? await acts.abandon(run: run, reason: payload.reason, registry: NobodyLives(), takeOver: true)
        case .runStarted, .runClaimed, .runReleased, .rollbackStarted, .noteAdded, .outsideEventRecorded,
            .approvalRequested, .stepIntended,
            .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred, .stepDoubted, .debtSettled, .siteObserved,
            .secretsCompared, .checkCompleted, .rollbackWithdrawn, .debtReopened:
            return nil
        }
    }
}
