import FailoverModel
import HandoverTestSupport
import RunEngine
import Testing

/// A drill in the simulation: whatever becomes of it, nothing that it made stays.
@Suite struct DrillTests {
    /// How many boundaries an uninterrupted drill passes.
    private static let boundaries: Int = {
        let stage = DrillStage()
        let life = Life()
        guard let run = try? stage.start(), (try? stage.goOn(run, as: "first", life: life)) != nil else { return 0 }
        return life.boundariesReached.count
    }()

    /// The next command that acts, after the first process was killed.
    enum Next: CaseIterable, Sendable {
        case resume, rollback
        /// A move gives it up; what it left is removed by the settlement, which is the removal alone.
        case move
    }

    @Test func `a drill goes through, removes what it made, and says that it was good`() throws {
        let stage = DrillStage()
        let state = try stage.goOn(stage.start(), as: "first")
        #expect(state.standing == .completed && state.isGoodDrill == true && state.stepsPastPivot.isEmpty)
        #expect(stage.things.isEmpty && stage.unannounced.isEmpty)
        // 1 claim, 6 intents, 6 outcomes and 1 release; 6 acts; two boundaries each.
        #expect(Self.boundaries == (14 + 6) * 2)
    }

    @Test(arguments: 1...40, Next.allCases)
    func `killed at a boundary, the next command leaves nothing of it`(killAt: Int, next: Next) throws {
        let stage = DrillStage(seed: UInt64(killAt))
        let run = try stage.start()
        let first = Life(killAt: killAt)
        let died = (try? stage.goOn(run, as: "first", life: first)) == nil
        #expect(died == (killAt <= Self.boundaries))
        first.kill()
        if try stage.state(run).standing.isOver { return #expect(stage.things.isEmpty) }
        let state: RunState
        switch next {
        case .resume: state = try stage.goOn(run, as: "second")
        case .rollback:
            state = try stage.machine.run { try await stage.executor("second").rollBack(run: run, reason: nil) }
        case .move:
            state = try stage.machine.run {
                try await stage.acts.abandon(run: run, reason: "dc1 burns", registry: stage.registry, takeOver: true)
            }
            try settle(run, stage)
        }
        #expect(state.standing.isOver && stage.things.isEmpty, "\(state.standing) \(stage.things)")
        #expect(state.isGoodDrill == false || state.standing == .completed)
        #expect(stage.unannounced.isEmpty)
    }

    @Test(arguments: 1...40)
    func `killed again while it is removed, the command after that removes the rest`(killAt: Int) throws {
        let stage = DrillStage(seed: UInt64(killAt))
        let run = try stage.start()
        let first = Life(killAt: 27)
        _ = try? stage.goOn(run, as: "first", life: first)
        #expect(stage.things.count >= 2)
        let second = Life(killAt: killAt)
        _ = try? stage.goOn(run, as: "second", life: second)
        second.kill()
        if try !stage.state(run).standing.isOver { _ = try stage.goOn(run, as: "third") }
        #expect(try stage.state(run).standing == .rolledBack && stage.things.isEmpty)
        #expect(stage.unannounced.isEmpty)
    }

    @Test(arguments: ["clone", "promote", "release", "load", "remove"])
    func `a step that fails turns the drill round at once, without a person`(step: String) throws {
        let stage = DrillStage()
        stage.setBroken(step)
        let state = try stage.goOn(stage.start(), as: "first")
        #expect(state.standing == .rolledBack && state.direction == .back && state.isGoodDrill == false)
        #expect(stage.things.isEmpty)
        #expect(state.drillResult?.problems == ["the drill did not go through: \(step): it does not work"])
        let claims = stage.journal.entries.count { $0.type == "run.claimed" }
        #expect(claims == 2, "it lets go, says why, and turns back by a claim of its own")
    }

    @Test func `a failing check does not stop it, and it is not good`() throws {
        let stage = DrillStage()
        stage.setProblems(["replication.lag at dc2: 3 GiB"], of: "check")
        let state = try stage.goOn(stage.start(), as: "first")
        #expect(state.standing == .completed && state.isGoodDrill == false && stage.things.isEmpty)
        #expect(state.summary.contains("replication.lag at dc2: 3 GiB"))
    }

    @Test func `a person's first wish to stop removes it too; whoever insists leaves it to the next command`() throws {
        for insists in [false, true] {
            let stage = DrillStage()
            stage.setSlow("release", milliseconds: 2000)
            let run = try stage.start()
            let interruption = Interruption()
            let state = try stage.machine.run {
                async let ended = stage.executor("first", interruption: interruption).goOn(run: run)
                await stage.machine.sleep(milliseconds: 500)
                interruption.ask()
                if insists { interruption.ask() }
                return try await ended
            }
            #expect(state.standing == (insists ? .interrupted : .rolledBack))
            #expect(stage.things.isEmpty == !insists)
            guard insists else { continue }
            #expect(try stage.goOn(run, as: "second").standing == .rolledBack && stage.things.isEmpty)
        }
    }

    @Test func `a step that outlives the grace is parked, and removed all the same`() throws {
        let stage = DrillStage()
        stage.setSlow("clone", milliseconds: 600_000)
        let run = try stage.start()
        let interruption = Interruption()
        let state = try stage.machine.run {
            async let ended = stage.executor("first", interruption: interruption).goOn(run: run)
            await stage.machine.sleep(milliseconds: 500)
            interruption.ask()
            return try await ended
        }
        #expect(state.standing == .rolledBack && stage.things.isEmpty)
    }

    @Test func `what cannot be removed stops it, and a resume goes on removing`() throws {
        let stage = DrillStage()
        stage.setBroken("load")
        stage.setStuck("clone")
        let run = try stage.start()
        let stopped = try stage.goOn(run, as: "first")
        #expect(stopped.standing == .failed && stopped.direction == .back && stage.things == ["clone"])
        stage.setStuck("clone", false)
        #expect(try stage.goOn(run, as: "second").standing == .rolledBack && stage.things.isEmpty)
    }

    @Test func `given up while it is carried out, its executor loses it and the removal is owed`() throws {
        let stage = DrillStage()
        stage.setSlow("release", milliseconds: 60_000)
        let run = try stage.start()
        let lost = try stage.machine.run { () async throws -> Bool in
            async let ended = stage.executor("first").goOn(run: run)
            await stage.machine.sleep(milliseconds: 1000)
            _ = try await stage.acts.abandon(run: run, reason: "dc1 burns", registry: stage.registry, takeOver: false)
            do {
                _ = try await ended
                return false
            } catch RunError.claimLost(_, nil) { return true }
        }
        #expect(lost && stage.things == ["clone", "promote"], "nothing more is done once it is given up")
        #expect(try stage.state(run).standing == .abandoned)
        let owed = try stage.journal.entries.compactMap { entry -> DebtReopened? in
            if case .debtReopened(let debt) = try Event(entry) { debt } else { nil }
        }
        #expect(owed.map(\.debt) == [Debt(run: run, step: "remove")] && owed.first?.site == "dc2")
        try settle(run, stage)
        #expect(stage.things.isEmpty)
    }

    @Test func `a drill that did nothing owes nothing, and a removal is not skipped`() throws {
        let stage = DrillStage()
        let run = try stage.start()
        #expect(throws: RunError.self) {
            try stage.machine.run { _ = try await stage.acts.skip(run: run, step: "remove", reason: "no") }
        }
        _ = try stage.machine.run {
            try await stage.acts.abandon(run: run, reason: "later", registry: stage.registry, takeOver: false)
        }
        #expect(!stage.journal.entries.contains { $0.type == "debt.reopened" })
    }

    @Test func `a drill that is turned back is not turned forward again, and a move is not turned back by itself`()
        throws
    {
        let stage = DrillStage()
        stage.setBroken("load")
        stage.setStuck("clone")
        let run = try stage.start()
        _ = try stage.goOn(run, as: "first")
        #expect(throws: RunError.self) {
            try stage.machine.run { _ = try await stage.executor("second").goForward(run: run, reason: nil) }
        }
        let other = DrillStage()
        other.setBroken("load")
        let move = try other.goOn(other.start(kind: .runbook), as: "first")
        #expect(
            move.standing == .failed && move.direction == .forward && other.things == ["clone", "promote", "release"])
    }

    /// What `handover settle` does: the removal alone, as a run of its own.
    private func settle(_ run: String, _ stage: DrillStage) throws {
        let debts = try stage.journal.entries.contains { entry in
            if case .debtReopened(let debt) = try Event(entry) { debt.debt.run == run } else { false }
        }
        guard debts else { return }
        let started = Settlement.of(try stage.state(run), site: "dc2", steps: ["remove"])
        let state = try stage.machine.run {
            let settlement = try await RunStarter(
                journal: JournalOfOneLife(stage.journal), clock: stage.machine, actorName: "ben"
            ).start(started)
            return try await stage.executor("settler").goOn(run: settlement)
        }
        #expect(state.standing == .completed)
    }
}
