import FailoverModel
import HandoverTestSupport
import RunEngine
import Synchronization
import Systems

/// A site with nothing at it, and a drill there whose commands make things, look, and remove all things.
final class DrillStage: Sendable {
    /// What is made where, as seen from outside.
    private struct World {
        var things: Set<String> = []
        var broken: Set<String> = []
        var stuck: Set<String> = []
        var slow: [String: Int64] = [:]
        var problems: [String: [String]] = [:]
        /// Acts that took effect, with how many entries the journal had then.
        var acts: [(name: String, journalLength: Int)] = []
    }

    let machine: SimulatedMachine
    let journal = MemoryJournal()
    let registry = LivesRegistry()
    private let world = Mutex(World())

    init(seed: UInt64 = 1) { machine = SimulatedMachine(seed: seed) }

    static let plan: Plan = {
        let steps = ["check", "clone", "promote", "release", "load", "remove"]
        var planned: [PlannedStep] = []
        for name in steps {
            planned.append(
                PlannedStep(
                    id: name, phase: "p", title: name, command: "drill.\(name)", site: "dc2", needs: planned.map(\.id),
                    retry: RetryPolicy(attempts: 1)))
        }
        return Plan(
            runbook: "ess-drill", title: "Try it", from: "dc1", to: "dc2", others: [],
            phases: [PlanPhase(id: "p", title: "p")], steps: planned)
    }()

    var things: Set<String> { world.withLock(\.things) }
    func leave(_ thing: String) { world.withLock { _ = $0.things.insert(thing) } }
    func setBroken(_ step: String, _ isBroken: Bool = true) {
        world.withLock { if isBroken { $0.broken.insert(step) } else { $0.broken.remove(step) } }
    }
    /// It can be made, and not be removed.
    func setStuck(_ thing: String, _ isStuck: Bool = true) {
        world.withLock { if isStuck { $0.stuck.insert(thing) } else { $0.stuck.remove(thing) } }
    }
    func setSlow(_ step: String, milliseconds: Int64) { world.withLock { $0.slow[step] = milliseconds } }
    func setProblems(_ problems: [String], of step: String) { world.withLock { $0.problems[step] = problems } }

    func start(kind: RunStarted.Kind = .drill) throws -> String {
        try machine.run { [self] in
            try await RunStarter(journal: JournalOfOneLife(journal), clock: machine, actorName: "ada")
                .start(RunStarted(kind: kind, plan: Self.plan))
        }
    }

    func executor(_ name: String, life: Life = Life(), interruption: Interruption = Interruption()) -> RunExecutor {
        registry.register(life, as: name)
        let command = Command(stage: self, life: life)
        return RunExecutor(
            journal: JournalOfOneLife(journal, life: life),
            commands: Dictionary(Self.plan.steps.map { ($0.command, command) }) { first, _ in first },
            topology: Topology(name: "t", sites: []), clock: machine, registry: registry,
            executor: Executor(identity: name, host: "here", boot: "b", pid: 1, processStart: 1), actorName: name,
            interruption: interruption, random: { 0.5 })
    }

    func goOn(_ run: String, as name: String, life: Life = Life(), interruption: Interruption = Interruption()) throws
        -> RunState
    {
        let executor = executor(name, life: life, interruption: interruption)
        return try machine.run { try await executor.goOn(run: run) }
    }

    var acts: PersonalActs {
        PersonalActs(journal: JournalOfOneLife(journal), clock: machine, actorName: "ben")
    }

    func state(_ run: String) throws -> RunState {
        try RunState.folding(journal.entries.filter { $0.run == run }, run: run)
    }

    /// Effects before which no intent of their step was durable.
    var unannounced: [String] {
        world.withLock(\.acts).filter { act in
            let step = act.name.split(separator: " ").last.map(String.init) ?? ""
            return !journal.entries.prefix(act.journalLength).contains { entry in
                if case .stepIntended(let intent) = try? Event(entry) { intent.step == step } else { false }
            }
        }.map(\.name)
    }

    private struct Command: StepCommand {
        let stage: DrillStage
        let life: Life
        private static let makers: Set = ["clone", "promote", "release"]

        func examine(_ context: StepContext) async throws(Fault) -> Finding {
            try await look()
            switch context.step {
            case "remove": return Finding(stage.things.isEmpty ? .done : .needed, "removes all")
            case let step where Self.makers.contains(step):
                return Finding(stage.things.contains(step) ? .done : .needed, "makes it")
            default: return Finding(.needed, "looks")
            }
        }

        func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
            let step = context.step
            try await act(step) { world throws(Fault) in
                if world.broken.contains(step) {
                    throw Fault(.rejected, "it does not work", at: "dc2", next: "Mend it")
                }
                if Self.makers.contains(step) { world.things.insert(step) }
                if step == "remove" { world.things.formIntersection(world.stuck) }
            }
        }

        func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
            try await look()
            let problems = stage.world.withLock { $0.problems[context.step] ?? [] }
            let facts: JSONValue = [DrillFacts.problems: .array(problems.map(JSONValue.string))]
            if context.step == "remove", !stage.things.isEmpty { return Finding(.waiting, "not all is gone") }
            return Finding(.done, "it is so", facts: facts)
        }

        func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
            try await look()
            return Finding(stage.things.contains(context.step) ? .needed : .done, "removes it")
        }

        func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
            let step = context.step
            try await act("undo \(step)") { world throws(Fault) in
                if world.stuck.contains(step) { throw Fault(.rejected, "it stays", at: "dc2", next: "Mend it") }
                world.things.remove(step)
            }
        }

        private func look() async throws(Fault) {
            await stage.machine.sleep(milliseconds: 1)
            if life.isDead { throw Fault(.uncertain, "dead", at: "dc2", next: "") }
        }

        private func act(_ name: String, _ effect: (inout World) throws(Fault) -> Void) async throws(Fault) {
            try pass("before \(name)")
            let wait = stage.world.withLock { $0.slow[name] ?? 10 }
            await stage.machine.sleep(milliseconds: wait)
            if life.isDead { throw Fault(.uncertain, "dead", at: "dc2", next: "") }
            if Task.isCancelled { throw Fault(.uncertain, "cancelled", at: "dc2", next: "Look") }
            let length = stage.journal.entries.count
            let result = stage.world.withLock { world -> Result<Void, Fault> in
                do throws(Fault) {
                    try effect(&world)
                    world.acts.append((name, length))
                    return .success(())
                } catch { return .failure(error) }
            }
            try result.get()
            try pass("after \(name)")
        }

        private func pass(_ boundary: String) throws(Fault) {
            do { try life.pass(boundary) } catch { throw Fault(.uncertain, "dead", at: "dc2", next: "") }
        }
    }
}
