import FailoverModel
import HandoverTestSupport
import RunEngine
import Testing

@Suite("Replay of recorded runs")
struct ReplayTests {
    /// What an executor did in a simulated world with failures, kills, clock jumps, people and rollbacks must follow from the
    /// entries alone.
    @Test(arguments: environmentSeed.map { [$0] } ?? Array(UInt64(9000)..<9080))
    func `Today's decisions over any recorded run are those that were recorded`(seed: UInt64) throws {
        var scenario = RandomScenario(seed: seed)
        _ = scenario.play()
        let entries = scenario.simulated.journal.entries
        let run = try #require(entries.first?.run)
        let differences = try RunReplay.differences(entries.filter { $0.run == run })
        #expect(differences == [], "seed \(seed)")
    }

    @Test func `A need that is gone is told with the entry after which the step begins now`() throws {
        let entries = try recorded()
        var plan = try plan(of: entries)
        let index = try #require(plan.steps.firstIndex { $0.id == "start" })
        plan.steps[index].needs = ["fence", "freeze"]
        let differences = try RunReplay.differences(entries, plan: plan)
        let freeze = try sequence(entries) {
            if case .stepSucceeded(let payload) = $0 { payload.step == "freeze" } else { false }
        }
        let promote = try sequence(entries) {
            if case .stepSucceeded(let payload) = $0 { payload.step == "promote" } else { false }
        }
        #expect(
            differences == [
                ReplayDifference(
                    .order, sequence: freeze, step: "start", then: "it was begun after entry \(promote)",
                    now: "it is begun after entry \(freeze), because it no longer needs promote")
            ])
    }

    @Test func `A need that is new is told where the step was begun without it`() throws {
        let entries = try recorded()
        var plan = try plan(of: entries)
        let index = try #require(plan.steps.firstIndex { $0.id == "freeze" })
        plan.steps[index].needs = ["promote"]
        let difference = try #require(try RunReplay.differences(entries, plan: plan).first { $0.step == "freeze" })
        #expect(difference.kind == .notBegun)
        #expect(difference.now == "it is not begun: it waits for promote")
    }

    struct Change: CustomTestStringConvertible, Sendable {
        var name: String
        var kind: ReplayDifference.Kind
        var step: String
        var change: @Sendable (inout PlannedStep) -> Void
        var testDescription: String { name }
    }

    @Test(arguments: [
        Change(name: "another question", kind: .question, step: "promote") { $0.approval = "Is it really down?" },
        Change(name: "no question", kind: .question, step: "promote") { $0.approval = nil },
        Change(name: "a new question", kind: .question, step: "freeze") { $0.approval = "May I?" },
        Change(name: "another responsibility", kind: .question, step: "promote") { $0.accepts = ["dc1-is-gone"] },
        Change(name: "another site", kind: .command, step: "freeze") { $0.site = "dc3" },
        Change(name: "no retry", kind: .retry, step: "freeze") { $0.retry.attempts = 1 },
        Change(name: "not deferred any more", kind: .unreachable, step: "fence") { $0.whenUnreachable = .fail },
        Change(name: "a shorter deadline", kind: .deadline, step: "promote") { $0.deadlineMilliseconds = 200 },
    ])
    func `What a changed line decides otherwise is told`(change: Change) throws {
        let entries = try recorded()
        var plan = try plan(of: entries)
        let index = try #require(plan.steps.firstIndex { $0.id == change.step })
        change.change(&plan.steps[index])
        let differences = try RunReplay.differences(entries, plan: plan)
        #expect(
            differences.contains { $0.kind == change.kind && $0.step == change.step },
            "\(differences)")
        #expect(differences.allSatisfy { $0.step == change.step || $0.step == nil }, "\(differences)")
    }

    @Test func `Steps that came and went are told, and the rest is still compared`() throws {
        let entries = try recorded()
        var plan = try plan(of: entries)
        plan.steps.removeAll { $0.id == "freeze" }
        for index in plan.steps.indices { plan.steps[index].needs.removeAll { $0 == "freeze" } }
        plan.steps.insert(.fake("probe", needs: ["fence"]), at: 1)
        let promote = try #require(plan.steps.firstIndex { $0.id == "promote" })
        plan.steps[promote].needs.append("probe")
        let differences = try RunReplay.differences(entries, plan: plan)
        #expect(differences.contains { $0.kind == .removedStep && $0.step == "freeze" })
        #expect(differences.contains { $0.kind == .addedStep && $0.step == "probe" })
    }

    /// As an engine with a bug would have recorded it.
    @Test func `An entry that no engine of ours would have written is found`() throws {
        let entries = try recorded()
        let promote = try sequence(entries) {
            if case .stepIntended(let payload) = $0 { payload.step == "promote" } else { false }
        }
        let claim = try sequence(entries) { if case .runClaimed = $0 { true } else { false } }
        var forged = entries.filter { $0.sequence <= claim }
        forged += entries.filter { $0.sequence == promote }
        let difference = try #require(try RunReplay.differences(forged).first)
        #expect(difference.step == "promote")
        #expect(difference.sequence == claim)
        #expect(difference.now.contains("it waits for fence, freeze"))
    }

    @Test(arguments: environmentSeed.map { [$0] } ?? Array(UInt64(9000)..<9040))
    func `A rehearsal of any recorded run ends, and a run that went through ends as it did`(seed: UInt64) throws {
        var scenario = RandomScenario(seed: seed)
        _ = scenario.play()
        let entries = scenario.simulated.journal.entries
        let run = try #require(entries.first?.run)
        let own = entries.filter { $0.run == run }
        let result = try RunRehearsal.play(own)
        let then = try RunState.folding(own, run: run)
        if then.standing == .completed, result.assumed.isEmpty {
            #expect(result.state.standing == .completed, "seed \(seed)")
            for step in then.plan.steps {
                #expect(
                    result.state.record(step.id).standing == then.record(step.id).standing, "seed \(seed), \(step.id)")
            }
        }
    }

    @Test func `A rehearsal meets the same obstacles and takes as long`() throws {
        let entries = try recorded()
        let result = try RunRehearsal.play(entries)
        #expect(result.state.standing == .completed)
        #expect(result.assumed == [])
        #expect(result.state.record("fence").standing == .deferred)
        #expect(result.state.record("freeze").attempts == 2)
        #expect(result.state.record("promote").accepted == ["dc1-is-down"])
        let failures = try result.entries.filter { if case .stepFailed = try Event($0) { true } else { false } }
        #expect(failures.count == 1)
        #expect(abs(result.nowMilliseconds - result.thenMilliseconds) < 2000)
    }

    @Test func `With a need gone a rehearsal tells how much sooner it would have been over`() throws {
        let entries = try recorded()
        var plan = try plan(of: entries)
        let index = try #require(plan.steps.firstIndex { $0.id == "warm" })
        plan.steps[index].needs = []
        let result = try RunRehearsal.play(entries, plan: plan)
        #expect(result.state.standing == .completed)
        #expect(result.nowMilliseconds < result.thenMilliseconds - 3000)
    }

    /// dc1 is away, one try fails, a person says yes, and a last step takes long.
    private func recorded() throws -> [Entry] {
        let steps: [PlannedStep] = [
            .fake("fence", site: "dc1", whenUnreachable: .defer),
            .fake("freeze", needs: ["fence"]),
            .fake(
                "promote", needs: ["fence", "freeze"], approval: "Is dc1 down?", accepts: ["dc1-is-down"], isPivot: true
            ),
            .fake("start", needs: ["fence", "freeze", "promote"]),
            .fake("warm", site: "dc3", needs: ["start"]),
        ]
        let simulated = SimulatedRun(
            seed: 7, plan: SimulatedRun.plan(steps),
            behaviours: [
                "freeze": .fake { $0.tries = [.fails, .works] }, "promote": .fake { $0.takesMilliseconds = 500 },
                "start": .fake { $0.takesMilliseconds = 200 }, "warm": .fake { $0.takesMilliseconds = 4000 },
            ])
        simulated.world.set("dc1", away: true)
        let run = try simulated.start()
        let executor = simulated.executor("ada", life: Life(), approver: YesInAdvance())
        let state = try simulated.machine.run { try await executor.goOn(run: run) }
        try #require(state.standing == .completed)
        return simulated.journal.entries
    }

    private func plan(of entries: [Entry]) throws -> Plan {
        guard case .runStarted(let started) = try Event(try #require(entries.first)) else {
            throw RunError.noSuchRun("recorded")
        }
        return started.plan
    }

    private func sequence(_ entries: [Entry], _ isIt: (Event) -> Bool) throws -> Int64 {
        try #require(try entries.first { isIt(try Event($0)) }).sequence
    }
}

extension FakeBehaviour {
    fileprivate static func fake(_ change: (inout FakeBehaviour) -> Void) -> FakeBehaviour {
        var behaviour = FakeBehaviour()
        change(&behaviour)
        return behaviour
    }
}
