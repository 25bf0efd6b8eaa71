package import FailoverModel
package import RunEngine
import Systems

/// A run on a fake world: sessions of executors that live and die, one after the other or at once.
package struct SimulatedRun: Sendable {
    package let machine: SimulatedMachine
    package let journal = MemoryJournal()
    package let world = FakeWorld()
    package let registry = LivesRegistry()
    package let plan: Plan
    package let behaviours: [String: FakeBehaviour]

    package init(seed: UInt64, plan: Plan, behaviours: [String: FakeBehaviour] = [:]) {
        machine = SimulatedMachine(seed: seed)
        self.plan = plan
        self.behaviours = behaviours
    }

    package func start() throws -> String {
        try machine.run { [self] in
            try await RunStarter(journal: JournalOfOneLife(journal), clock: machine, actorName: "ada")
                .start(RunStarted(plan: plan))
        }
    }

    package func executor(
        _ identity: String, life: Life, approver: any Approver = NobodyToAsk(),
        interruption: Interruption = Interruption()
    ) -> RunExecutor {
        registry.register(life, as: identity)
        let command = FakeCommand(
            world: world, journal: journal, life: life, clock: machine, executor: identity, behaviours: behaviours)
        let topology = Topology(
            name: "fake", sites: ["dc1", "dc2", "dc3"].map { Topology.Site(name: $0, postgres: []) })
        return RunExecutor(
            journal: JournalOfOneLife(journal, life: life), commands: ["fake.switch": command], topology: topology,
            clock: machine, registry: registry,
            executor: Executor(identity: identity, host: "here", boot: "b", pid: 1, processStart: 1),
            actorName: identity, approver: approver, interruption: interruption, random: { 0.5 })
    }

    package func acts(_ name: String = "ada") -> PersonalActs {
        PersonalActs(journal: JournalOfOneLife(journal), clock: machine, actorName: name)
    }

    package static func plan(_ steps: [PlannedStep]) -> Plan {
        var phases: [PlanPhase] = []
        for step in steps where phases.last?.id != step.phase {
            phases.append(PlanPhase(id: step.phase, title: step.phase))
        }
        return Plan(
            runbook: "fake", title: "Fake", from: "dc1", to: "dc2", others: ["dc3"], phases: phases, steps: steps)
    }
}

extension PlannedStep {
    /// A step of a fake plan.
    package static func fake(
        _ id: String, site: String = "dc2", needs: [String] = [], deadline: Int64 = 60_000, attempts: Int64 = 3,
        whenUnreachable: WhenUnreachable = .fail, approval: String? = nil, accepts: [String] = [], isPivot: Bool = false
    ) -> PlannedStep {
        PlannedStep(
            id: id, phase: "one", title: "Turn on \(id)", command: "fake.switch", site: site, needs: needs,
            deadlineMilliseconds: deadline, retry: RetryPolicy(attempts: attempts), whenUnreachable: whenUnreachable,
            approval: approval, accepts: accepts, isPivot: isPivot)
    }
}
