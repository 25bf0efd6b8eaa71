import FailoverModel
import HandoverTestSupport
import RunEngine
import Testing

/// A rollback that is turned round, a run that is given up, and what became of the debts; killed at every boundary.
@Suite struct TurnRoundTests {
    private static let plan = KillEveryBoundaryTests.plan
    /// Kills the first executor when everything before the pivot is done.
    private static let beforePivot = 27

    private func run(
        _ simulated: SimulatedRun, as name: String, life: Life = Life(),
        _ move: @escaping @Sendable (RunExecutor) async throws -> RunState
    ) throws -> RunState {
        try simulated.machine.run { try await move(simulated.executor(name, life: life)) }
    }

    private func owed(_ simulated: SimulatedRun) throws -> [String] {
        var projections = JournalProjections()
        for entry in simulated.journal.entries { try entry.withBytes { try projections.apply($0) } }
        return projections.owed.debts.values.map { "\($0.site) \($0.debt.run)/\($0.debt.step)" }.sorted()
    }

    @Test(arguments: 1...40)
    func `a rollback killed at a boundary and turned round ends as a run that was never turned`(killAt: Int) throws {
        let simulated = SimulatedRun(seed: UInt64(killAt), plan: Self.plan)
        let id = try simulated.start()
        let first = Life(killAt: Self.beforePivot)
        _ = try? run(simulated, as: "first", life: first) { try await $0.goOn(run: id) }
        #expect(!simulated.world.isOn("promote"))
        let second = Life(killAt: killAt)
        _ = try? run(simulated, as: "second", life: second) { try await $0.rollBack(run: id, reason: "dc1 is back") }
        second.kill()
        let turned = try RunState.folding(simulated.journal.entries, run: id)
        guard turned.direction == .back, !turned.standing.isOver else { return }
        let state = try run(simulated, as: "third") { try await $0.goForward(run: id, reason: "it is not") }
        #expect(state.standing == .completed)
        #expect(simulated.world.on == Set(Self.plan.steps.map(\.id)))
        #expect(Oracle(simulated).violations == [])
    }

    @Test(arguments: 1...40)
    func `the turning round killed at a boundary is resumed forward, and ends so`(killAt: Int) throws {
        let simulated = SimulatedRun(seed: UInt64(killAt), plan: Self.plan)
        let id = try simulated.start()
        _ = try? run(simulated, as: "first", life: Life(killAt: Self.beforePivot)) { try await $0.goOn(run: id) }
        _ = try? run(simulated, as: "second", life: Life(killAt: 9)) { try await $0.rollBack(run: id, reason: nil) }
        let third = Life(killAt: killAt)
        _ = try? run(simulated, as: "third", life: third) { try await $0.goForward(run: id, reason: nil) }
        third.kill()
        let after = try RunState.folding(simulated.journal.entries, run: id)
        if after.standing.isOver { return }
        let state = try run(simulated, as: "fourth") { executor in
            after.direction == .back
                ? try await executor.goForward(run: id, reason: nil) : try await executor.goOn(run: id)
        }
        #expect(state.standing == .completed)
        #expect(simulated.world.on == Set(Self.plan.steps.map(\.id)))
        #expect(Oracle(simulated).violations == [])
    }

    @Test(arguments: 0...6)
    func `rolled back after any of its steps, every switch is as it was before the run`(done: Int) throws {
        // Some switches were on before: they are to be on afterwards.
        let steps = ["fence", "remove", "freeze", "slots", "start", "service"].map { PlannedStep.fake($0) }
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan(steps))
        let before: Set = ["remove", "start"]
        for step in before { simulated.world.set(on: step) }
        let id = try simulated.start()
        // Two boundaries for the claim, six for each step that acts.
        _ = try? run(simulated, as: "first", life: Life(killAt: 3 + done * 6)) { try await $0.goOn(run: id) }
        let state = try run(simulated, as: "second") { try await $0.rollBack(run: id, reason: nil) }
        #expect(state.standing == .rolledBack)
        #expect(simulated.world.on == before)
        #expect(Oracle(simulated).violations == [])
    }

    @Test func `an answer given before the turning round is asked for again`() throws {
        let plan = SimulatedRun.plan([
            .fake("a"), .fake("b", needs: ["a"], approval: "Is dc1 down?", accepts: ["dc1-is-down"]),
            .fake("c", needs: ["b"], approval: "Really?"),
        ])
        let simulated = SimulatedRun(seed: 1, plan: plan)
        let id = try simulated.start()
        func approve(_ step: String) throws {
            _ = try simulated.machine.run { try await simulated.acts().approve(run: id, step: step, reason: nil) }
        }
        _ = try run(simulated, as: "one") { try await $0.goOn(run: id) }
        try approve("b")
        #expect(try run(simulated, as: "two") { try await $0.goOn(run: id) }.standing == .waiting)
        // The rollback undoes b and dies before it gets to a.
        let life = Life(killAt: 9)
        _ = try? run(simulated, as: "three", life: life) { try await $0.rollBack(run: id, reason: nil) }
        #expect(simulated.world.on == ["a"])
        let state = try run(simulated, as: "four") { try await $0.goForward(run: id, reason: nil) }
        #expect(state.standing == .waiting)
        #expect(state.record("b").standing == .asked && state.record("b").accepted.isEmpty)
        #expect(state.record("a").standing == .succeeded)
        try approve("b")
        _ = try run(simulated, as: "five") { try await $0.goOn(run: id) }
        try approve("c")
        #expect(try run(simulated, as: "six") { try await $0.goOn(run: id) }.standing == .completed)
    }

    @Test func `a run that goes forward is not turned forward, and one that is over neither`() throws {
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("a", approval: "May I?")]))
        let id = try simulated.start()
        #expect(throws: RunError.self) {
            try run(simulated, as: "one") { try await $0.goForward(run: id, reason: nil) }
        }
        _ = try run(simulated, as: "two") { try await $0.rollBack(run: id, reason: nil) }
        #expect(throws: RunError.over(run: id, .rolledBack)) {
            try run(simulated, as: "three") { try await $0.goForward(run: id, reason: nil) }
        }
    }

    @Test func `a step that was left out after it may have acted is undone with the rest`() throws {
        var blind = FakeBehaviour([.losesAnswer, .works])
        blind.isObservable = false
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", deadline: 2000, attempts: 1), .fake("b", needs: ["a"])]),
            behaviours: ["a": blind])
        let id = try simulated.start()
        #expect(try run(simulated, as: "one") { try await $0.goOn(run: id) }.standing == .failed)
        _ = try simulated.machine.run { try await simulated.acts().skip(run: id, step: "a", reason: "goes without") }
        #expect(try run(simulated, as: "two") { try await $0.goOn(run: id) }.standing == .completed)
        #expect(simulated.world.on == ["a", "b"])
        #expect(try run(simulated, as: "three") { try await $0.rollBack(run: id, reason: nil) }.standing == .rolledBack)
        #expect(simulated.world.on == [])
    }

    @Test(arguments: [false, true])
    func `given up past the pivot, what is open at dc1 is owed to it; nobody goes on with it`(isPast: Bool) throws {
        let simulated = SimulatedRun(
            seed: 1,
            plan: SimulatedRun.plan([
                .fake("fence", site: "dc1", whenUnreachable: .defer),
                .fake("promote", needs: ["fence"], isPivot: isPast),
                .fake("start", needs: ["promote"], attempts: 1),
                .fake("stand-down", site: "dc1", needs: ["start"], whenUnreachable: .defer),
            ]), behaviours: ["start": FakeBehaviour([.losesRequest])])
        simulated.world.set("dc1", away: true)
        let id = try simulated.start()
        #expect(try run(simulated, as: "one") { try await $0.goOn(run: id) }.standing == .failed)
        let state = try simulated.machine.run {
            try await simulated.acts("ben").abandon(
                run: id, reason: "dc2 burns", registry: simulated.registry, takeOver: false)
        }
        #expect(state.standing == .abandoned && state.summary == "given up by ben: dc2 burns")
        #expect(try owed(simulated) == (isPast ? ["dc1 \(id)/fence", "dc1 \(id)/stand-down"] : []))
        #expect(throws: RunError.over(run: id, .abandoned)) {
            try run(simulated, as: "two") { try await $0.goOn(run: id) }
        }
        #expect(throws: RunError.over(run: id, .abandoned)) {
            try simulated.machine.run { try await simulated.acts().skip(run: id, step: "start", reason: "x") }
        }
        #expect(Oracle(simulated).violations == [])
    }

    @Test func `a run whose executor lives is not given up`() throws {
        let simulated = SimulatedRun(seed: 1, plan: SimulatedRun.plan([.fake("a")]))
        let id = try simulated.start()
        let life = Life(killAt: 4)
        _ = try? run(simulated, as: "one", life: life) { try await $0.goOn(run: id) }
        simulated.registry.register(Life(), as: "one")
        #expect(throws: RunError.self) {
            try simulated.machine.run {
                try await simulated.acts().abandon(
                    run: id, reason: "x", registry: simulated.registry, takeOver: true)
            }
        }
    }

    @Test func `what is settled and taken back is owed again, and what a person leaves out is owed no more`() throws {
        let simulated = SimulatedRun(
            seed: 1, plan: SimulatedRun.plan([.fake("a", site: "dc1", whenUnreachable: .defer), .fake("b")]))
        simulated.world.set("dc1", away: true)
        let id = try simulated.start()
        let debtor = try run(simulated, as: "one") { try await $0.goOn(run: id) }
        simulated.world.set("dc1", away: false)
        func settlement() throws -> String {
            try simulated.machine.run {
                try await RunStarter(
                    journal: JournalOfOneLife(simulated.journal), clock: simulated.machine, actorName: "ada"
                ).start(Settlement.of(debtor, site: "dc1", steps: ["a"]))
            }
        }
        let first = try settlement()
        _ = try run(simulated, as: "two") { try await $0.goOn(run: first) }
        #expect(try owed(simulated) == [])
        _ = try run(simulated, as: "three") { try await $0.rollBack(run: first, reason: nil) }
        #expect(try owed(simulated) == ["dc1 \(id)/a"])
        let second = try settlement()
        _ = try simulated.machine.run {
            try await simulated.acts().skip(run: second, step: "a", reason: "dc1 is scrap")
        }
        #expect(try owed(simulated) == [])
        #expect(try run(simulated, as: "four") { try await $0.goOn(run: second) }.standing == .completed)
    }
}
