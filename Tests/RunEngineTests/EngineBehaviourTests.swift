import FailoverModel
import HandoverTestSupport
import RunEngine
import Testing

@Suite struct EngineBehaviourTests {
    private func finish(
        _ simulated: SimulatedRun, _ run: String, as name: String = "exec", approver: any Approver = NobodyToAsk()
    ) throws -> RunState {
        try simulated.machine.run {
            try await simulated.executor(name, life: Life(), approver: approver).goOn(run: run)
        }
    }

    private func events(_ simulated: SimulatedRun, step: String) -> [Event] {
        simulated.journal.entries.compactMap { try? Event($0) }.filter { $0.step == step }
    }

    private func failures(_ simulated: SimulatedRun, step: String) -> [StepFailed] {
        events(simulated, step: step).compactMap { if case .stepFailed(let failed) = $0 { failed } else { nil } }
    }

    @Test func `steps that need nothing of each other are under way at the same time`() throws {
        var slow = FakeBehaviour()
        slow.takesMilliseconds = 10_000
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a"), .fake("b"), .fake("c", needs: ["a", "b"])]),
            behaviours: ["a": slow, "b": slow, "c": slow])
        let run = try simulated.start()
        _ = try finish(simulated, run)
        #expect((20_000..<22_000).contains(simulated.machine.monotonicMilliseconds()))
    }

    @Test func `a try that fails is repeated after a growing wait, and its failure is journalled`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", attempts: 3)]),
            behaviours: ["a": FakeBehaviour([.losesRequest, .losesRequest, .works])])
        let run = try simulated.start()
        #expect(try finish(simulated, run).standing == .completed)
        let failures = failures(simulated, step: "a")
        #expect(failures.count == 2)
        #expect(failures.allSatisfy { !$0.isKnown && $0.retryAt != nil })
    }

    @Test func `when tries are used up the run stops, and a resume tries afresh`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 2000, attempts: 2), .fake("b", needs: ["a"])]),
            behaviours: ["a": FakeBehaviour([.losesRequest, .losesRequest, .works])])
        let run = try simulated.start()
        let stopped = try finish(simulated, run)
        #expect(stopped.standing == .failed)
        #expect(stopped.record("b").standing == .pending)
        #expect(try finish(simulated, run, as: "again").standing == .completed)
    }

    @Test func `an act whose answer is lost is looked at and taken as done, not repeated`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a")]), behaviours: ["a": FakeBehaviour([.losesAnswer])])
        let run = try simulated.start()
        #expect(try finish(simulated, run).record("a").how == .acted)
        #expect(simulated.world.acts.count == 1)
    }

    /// The look is cut off before it begins, and in its middle.
    @Test(arguments: [1, 250] as [Int64])
    func `a wait that is too long ends with what the last whole look saw, not with the look that was cut off`(
        lookMilliseconds: Int64
    ) throws {
        var waiting = FakeBehaviour()
        waiting.waits = 1000
        waiting.lookMilliseconds = lookMilliseconds
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 1000, attempts: 1, whenUnreachable: .defer)]),
            behaviours: ["a": waiting])
        let run = try simulated.start()
        _ = try finish(simulated, run)
        let failed = try #require(failures(simulated, step: "a").first)
        #expect(failed.fault.what == "not so within 1.0 s: not ready yet" && failed.fault.kind == .unavailable)
        #expect(failed.isKnown)
    }

    @Test func `what was seen after an act stands when the last look is cut off`() throws {
        var silent = FakeBehaviour([.losesRequest])
        silent.lookMilliseconds = 2500
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 6000, attempts: 1)]), behaviours: ["a": silent])
        let run = try simulated.start()
        _ = try finish(simulated, run)
        #expect(failures(simulated, step: "a").map(\.fault.what) == ["no answer; then seen: not on yet"])
    }

    @Test func `a look that is cut off and sees it done still counts`() throws {
        var late = FakeBehaviour([.isLate])
        late.lookMilliseconds = 2500
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 6000, attempts: 1)]), behaviours: ["a": late])
        let run = try simulated.start()
        #expect(try finish(simulated, run).record("a").how == .acted)
    }

    @Test func `a step of a site that is away is deferred and owed, and the run goes on`() throws {
        let simulated = SimulatedRun(
            seed: 1,
            plan: SimulatedRun.plan([.fake("a", site: "dc1", whenUnreachable: .defer), .fake("b", needs: ["a"])]))
        simulated.world.set("dc1", away: true)
        let run = try simulated.start()
        let state = try finish(simulated, run)
        #expect(state.standing == .completed)
        #expect(state.record("a").standing == .deferred)
        #expect(state.summary == "done, except that a is owed to dc1")
        var projections = JournalProjections()
        for entry in simulated.journal.entries { try entry.withBytes { try projections.apply($0) } }
        #expect(projections.owed.owed(to: "dc1").map(\.debt) == [Debt(run: run, step: "a")])
    }

    @Test func `a settlement pays what is owed, and only then it is owed no more`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", site: "dc1", whenUnreachable: .defer)]))
        simulated.world.set("dc1", away: true)
        let run = try simulated.start()
        let state = try finish(simulated, run)
        simulated.world.set("dc1", away: false)
        let settlement = try simulated.machine.run {
            let starter = RunStarter(
                journal: JournalOfOneLife(simulated.journal), clock: simulated.machine, actorName: "ada")
            let id = try await starter.start(Settlement.of(state, site: "dc1", steps: ["a"]))
            return try await simulated.executor("settler", life: Life()).goOn(run: id)
        }
        #expect(settlement.standing == .completed)
        #expect(simulated.world.on == ["a"])
        var projections = JournalProjections()
        for entry in simulated.journal.entries { try entry.withBytes { try projections.apply($0) } }
        #expect(projections.owed.debts.isEmpty)
    }

    @Test func `a step with an approval waits for a person and goes on in that person's name`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", approval: "May I?"), .fake("b", needs: ["a"])]))
        let run = try simulated.start()
        #expect(try finish(simulated, run).standing == .waiting)
        #expect(simulated.world.acts.isEmpty)
        _ = try simulated.machine.run { try await simulated.acts("grace").approve(run: run, step: "a", reason: nil) }
        let state = try finish(simulated, run, as: "again")
        #expect(state.standing == .completed)
        #expect(state.record("a").approvedBy == "grace")
    }

    @Test func `an approval given elsewhere while the executor asks is taken`() throws {
        struct Silence: Approver {
            let clock: SimulatedMachine
            func answer(step: PlannedStep, question: String) async -> Answer? {
                await clock.sleep(milliseconds: 1_000_000)
                return nil
            }
        }
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("a", approval: "May I?")]))
        let run = try simulated.start()
        let state = try simulated.machine.run {
            async let finished = simulated.executor("exec", life: Life(), approver: Silence(clock: simulated.machine))
                .goOn(run: run)
            await simulated.machine.sleep(milliseconds: 5000)
            _ = try await simulated.acts("grace").approve(run: run, step: "a", reason: nil)
            return try await finished
        }
        #expect(state.standing == .completed)
        #expect(simulated.machine.monotonicMilliseconds() < 20_000)
    }

    @Test func `a refusal that a person may answer for stops the run until somebody does`() throws {
        var risky = FakeBehaviour()
        risky.acceptance = "the-risk"
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("risky")]), behaviours: ["risky": risky])
        let run = try simulated.start()
        #expect(try finish(simulated, run).standing == .refused)
        #expect(try finish(simulated, run, as: "again").standing == .refused)
        _ = try simulated.machine.run {
            try await simulated.acts("grace").approve(run: run, step: "risky", reason: "seen")
        }
        #expect(try finish(simulated, run, as: "third").standing == .completed)
        #expect(Oracle(simulated).violations == [])
    }

    @Test func `what a person answered for at one step holds for another step that meets the same claim`() throws {
        var risky = FakeBehaviour()
        risky.acceptance = "dc1-is-down"
        let plan = SimulatedRun.plan([
            .fake("first"), .fake("second", needs: ["first"]), .fake("other", needs: ["second"]),
        ])
        var other = risky
        other.acceptance = "another-risk"
        let behaviours = ["first": risky, "second": risky, "other": other]
        let simulated = SimulatedRun(seed: 1, plan: plan, behaviours: behaviours)
        let run = try simulated.start()
        #expect(try finish(simulated, run).standing == .refused)
        _ = try simulated.machine.run {
            try await simulated.acts("grace").approve(run: run, step: "first", reason: "seen")
        }
        let state = try finish(simulated, run, as: "again")
        #expect(state.record("second").standing == .succeeded)
        #expect(state.record("other").refusal?.acceptance == "another-risk")
    }

    @Test func `a step that cannot be observed is put to a person after a crash, and done at most as that person says`()
        throws
    {
        var blind = FakeBehaviour()
        blind.isObservable = false
        for (isDone, effects) in [(true, 1), (false, 2)] {
            let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("a")]), behaviours: ["a": blind])
            let run = try simulated.start()
            // Boundaries: claim 1–2, intent 3–4, act 5–6.
            let first = Life(killAt: 6)
            _ = try? simulated.machine.run { try await simulated.executor("first", life: first).goOn(run: run) }
            #expect(first.isDead)
            #expect(try finish(simulated, run, as: "second").record("a").standing == .doubted)
            #expect(simulated.world.acts.count == 1)
            _ = try simulated.machine.run {
                try await simulated.acts().decide(run: run, step: "a", isDone: isDone, reason: "looked")
            }
            #expect(try finish(simulated, run, as: "third").standing == .completed)
            #expect(simulated.world.acts.count == effects)
        }
    }

    @Test func `a second executor is refused with who holds the run and since when`() throws {
        var slow = FakeBehaviour()
        slow.takesMilliseconds = 30_000
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("a")]), behaviours: ["a": slow])
        let run = try simulated.start()
        let error = try simulated.machine.run { () -> RunError? in
            async let first = simulated.executor("first", life: Life()).goOn(run: run)
            await simulated.machine.sleep(milliseconds: 1000)
            var refused: RunError?
            do { _ = try await simulated.executor("second", life: Life()).goOn(run: run) } catch let error as RunError {
                refused = error
            }
            _ = try await first
            return refused
        }
        guard case .held(_, let claim, .alive)? = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(claim.executor.identity == "first")
        #expect(claim.since.microseconds > 0)
    }

    @Test func `an executor that slept through its claim appends nothing after another took over`() throws {
        var slow = FakeBehaviour()
        slow.takesMilliseconds = 30_000
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a"), .fake("b", needs: ["a"])]), behaviours: ["a": slow])
        let run = try simulated.start()
        let sleeper = Life()
        let error = try simulated.machine.run { () -> RunError? in
            async let first = simulated.executor("sleeper", life: sleeper).goOn(run: run)
            await simulated.machine.sleep(milliseconds: 1000)
            // The registry takes it for dead, as after SIGSTOP in another boot; the process itself still runs.
            simulated.registry.register(dead(), as: "sleeper")
            _ = try await simulated.executor("heir", life: Life()).goOn(run: run)
            do { _ = try await first } catch let error as RunError { return error }
            return nil
        }
        guard case .claimLost(_, let heir)? = error else {
            Issue.record("the sleeper went on: \(String(describing: error))")
            return
        }
        #expect(heir == nil || heir?.identity == "heir")
        #expect(Oracle(simulated).violations == [])
    }

    private func dead() -> Life {
        let life = Life()
        life.kill()
        return life
    }

    @Test func `an interruption lets the act under way finish, begins nothing new, and can be resumed`() throws {
        var slow = FakeBehaviour()
        slow.takesMilliseconds = 5000
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a"), .fake("b", needs: ["a"])]), behaviours: ["a": slow])
        let run = try simulated.start()
        let interruption = Interruption()
        let state = try simulated.machine.run {
            async let first = simulated.executor("first", life: Life(), interruption: interruption).goOn(run: run)
            await simulated.machine.sleep(milliseconds: 1000)
            interruption.ask()
            return try await first
        }
        #expect(state.standing == .interrupted)
        #expect(state.record("a").standing == .succeeded)
        #expect(state.record("b").standing == .pending)
        #expect(try finish(simulated, run, as: "again").standing == .completed)
    }

    @Test func `an act that outlives the grace is parked as unknown and looked at on resume`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 600_000), .fake("b", needs: ["a"])]),
            behaviours: ["a": FakeBehaviour([.isLate])])
        let run = try simulated.start()
        let interruption = Interruption()
        let state = try simulated.machine.run {
            async let first = simulated.executor("first", life: Life(), interruption: interruption).goOn(run: run)
            await simulated.machine.sleep(milliseconds: 1000)
            interruption.ask()
            return try await first
        }
        #expect(state.standing == .interrupted)
        #expect([.unknown, .succeeded].contains(state.record("a").standing))
        #expect(simulated.machine.monotonicMilliseconds() < 60_000)
        #expect(try finish(simulated, run, as: "again").standing == .completed)
        #expect(simulated.world.acts.map(\.step) == ["a", "b"])
    }

    @Test func `setting the clock back an hour does not hold up a retry`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 2000)]),
            behaviours: ["a": FakeBehaviour([.losesRequest, .works])])
        let run = try simulated.start()
        let state = try simulated.machine.run {
            async let finished = simulated.executor("first", life: Life()).goOn(run: run)
            await simulated.machine.sleep(milliseconds: 500)
            simulated.machine.jump(milliseconds: -3_600_000)
            return try await finished
        }
        #expect(state.standing == .completed)
        #expect(simulated.machine.monotonicMilliseconds() < 60_000)
    }

    @Test func `setting the clock forward a day ends no deadline early`() throws {
        var slow = FakeBehaviour()
        slow.takesMilliseconds = 30_000
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("a")]), behaviours: ["a": slow])
        let run = try simulated.start()
        let state = try simulated.machine.run {
            async let finished = simulated.executor("first", life: Life()).goOn(run: run)
            await simulated.machine.sleep(milliseconds: 500)
            simulated.machine.jump(milliseconds: 86_400_000)
            return try await finished
        }
        #expect(state.record("a").attempts == 1)
        #expect(state.standing == .completed)
    }

    @Test func `the pivot cannot be skipped`() throws {
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("promote", isPivot: true)]))
        let run = try simulated.start()
        #expect(throws: RunError.self) {
            try simulated.machine.run { try await simulated.acts().skip(run: run, step: "promote", reason: "no") }
        }
    }

    @Test(arguments: [(1, 500), (2, 1000), (3, 2000), (4, 4000), (10, 30_000), (500, 30_000)] as [(Int64, Int64)])
    func `waits double up to the cap and are never shorter than half`(failure: Int64, half: Int64) {
        let policy = RetryPolicy(attempts: 9, firstMilliseconds: 1000, mostMilliseconds: 60_000)
        #expect(policy.waitMilliseconds(afterFailure: failure, jitter: 0, asked: nil) == half)
        #expect(policy.waitMilliseconds(afterFailure: failure, jitter: 1, asked: nil) == half * 2)
        #expect(policy.waitMilliseconds(afterFailure: failure, jitter: 0, asked: 90_000) == 90_000)
    }
}
