import FailoverModel
import HandoverTestSupport
import RunEngine
import Testing

/// The whole failover on fake systems, killed at every boundary there is, and resumed.
@Suite struct KillEveryBoundaryTests {
    static let plan = SimulatedRun.plan([
        .fake("fence", site: "dc1", whenUnreachable: .defer),
        .fake("remove", site: "dc1", whenUnreachable: .defer),
        .fake("freeze@dc2", needs: ["fence", "remove"]),
        .fake("freeze@dc3", site: "dc3", needs: ["fence", "remove"]),
        .fake("promote", needs: ["freeze@dc2", "freeze@dc3"], isPivot: true),
        .fake("start", needs: ["promote"]),
        .fake("follow@dc3", site: "dc3", needs: ["start"]),
    ])

    /// How many boundaries an uninterrupted run passes, so that the test kills at each of them and not at a guess.
    static let boundaries: Int = {
        let simulated = SimulatedRun(seed: 0, plan: plan)
        let life = Life()
        do {
            let run = try simulated.start()
            _ = try simulated.machine.run { try await simulated.executor("first", life: life).goOn(run: run) }
        } catch {
            return 0
        }
        return life.boundariesReached.count
    }()

    @Test func `an uninterrupted run passes a boundary before and after every append and every act`() {
        // 1 claim, 7 intents, 7 outcomes and 1 release make 16 appends; 7 acts; two boundaries each.
        #expect(Self.boundaries == (16 + 7) * 2)
    }

    @Test(arguments: 1...60)
    func `killed at a boundary, resume ends as an uninterrupted run would, and repeats no success`(killAt: Int) throws {
        let simulated = SimulatedRun(seed: UInt64(killAt), plan: Self.plan)
        let run = try simulated.start()
        let first = Life(killAt: killAt)
        let died =
            (try? simulated.machine.run { try await simulated.executor("first", life: first).goOn(run: run) }) == nil
        #expect(died == (killAt <= Self.boundaries))
        first.kill()
        if !died { return }
        let state = try simulated.machine.run {
            try await simulated.executor("second", life: Life()).goOn(run: run)
        }
        #expect(state.standing == .completed)
        #expect(simulated.world.on == Set(Self.plan.steps.map(\.id)))
        let oracle = Oracle(simulated)
        #expect(oracle.violations == [])
        // Only a step whose act had no effect before the kill, or whose effect was not seen, is acted on again.
        #expect(oracle.repeatedEffects == [])
    }

    @Test(arguments: 1...60)
    func `killed at a boundary before the pivot, rollback restores what was before`(killAt: Int) throws {
        let simulated = SimulatedRun(seed: UInt64(killAt), plan: Self.plan)
        let run = try simulated.start()
        let first = Life(killAt: killAt)
        _ = try? simulated.machine.run { try await simulated.executor("first", life: first).goOn(run: run) }
        first.kill()
        let promoted = simulated.world.isOn("promote")
        do {
            let state = try simulated.machine.run {
                try await simulated.executor("second", life: Life()).rollBack(run: run, reason: nil)
            }
            #expect(!promoted)
            #expect(state.standing == .rolledBack)
            #expect(simulated.world.on == [])
        } catch RunError.pastPivot(_, let step) {
            #expect(promoted && step == "promote")
        } catch RunError.notPossible(let fault) {
            // The intent is there and the effect is not: it may come yet, so only a person's word leads back.
            #expect(!promoted && fault.kind == .uncertain && [28, 29].contains(killAt))
            let state = try simulated.machine.run {
                _ = try await simulated.acts().decide(run: run, step: "promote", isDone: false, reason: "dc2 is off")
                return try await simulated.executor("third", life: Life()).rollBack(run: run, reason: nil)
            }
            #expect(state.standing == .rolledBack)
            #expect(simulated.world.on == [])
        }
        #expect(Oracle(simulated).violations == [])
    }

    @Test(arguments: 1...40)
    func `a rollback killed at a boundary is resumed and ends rolled back`(killAt: Int) throws {
        let simulated = SimulatedRun(seed: UInt64(killAt), plan: Self.plan)
        let run = try simulated.start()
        let first = Life(killAt: 18)
        _ = try? simulated.machine.run { try await simulated.executor("first", life: first).goOn(run: run) }
        let second = Life(killAt: killAt)
        _ = try? simulated.machine.run {
            try await simulated.executor("second", life: second).rollBack(run: run, reason: "changed my mind")
        }
        second.kill()
        let entries = simulated.journal.entries
        guard try RunState.folding(entries, run: run).standing != .rolledBack else { return }
        let state = try simulated.machine.run {
            try await simulated.executor("third", life: Life()).rollBack(run: run, reason: nil)
        }
        #expect(state.standing == .rolledBack)
        #expect(simulated.world.on == [])
        #expect(Oracle(simulated).violations == [])
    }
}
