import FailoverModel
import Foundation
import JournalStore
import RunEngine
import Systems

/// What the engine costs a step beyond the two synced appends it consists of.
enum EngineBenchmark {
    static let steps = 300

    static func run() async throws {
        let folder = try TemporaryFolder()
        let journal = BenchJournal(writer: try JournalWriter(path: folder.path + "/engine.sqlite"))
        let ids = (0..<steps).map { "step-\($0)" }
        let plan = Plan(
            runbook: "bench", title: "Bench", from: "dc1", to: "dc2", others: [],
            phases: [PlanPhase(id: "all", title: "All")],
            steps: ids.enumerated().map { index, id in
                PlannedStep(
                    id: id, phase: "all", title: id, command: "bench.nothing", site: "dc2",
                    needs: index == 0 ? [] : [ids[index - 1]])
            })
        let run = try await RunStarter(journal: journal, actorName: "bench").start(RunStarted(plan: plan))
        let executor = RunExecutor(
            journal: journal, commands: ["bench.nothing": ActsAtOnce()], topology: Topology(name: "bench", sites: []),
            registry: NobodyElse(),
            executor: Executor(identity: "bench", host: "here", boot: "b", pid: 1, processStart: 1), actorName: "bench")
        let whole = try await seconds { _ = try await executor.goOn(run: run) }
        let appends = try await seconds {
            var head = try await journal.head()
            for _ in 0..<steps * 2 {
                let entry = Event.noteAdded(NoteAdded(text: String(repeating: "x", count: 150)))
                    .entry(run: run, time: Moment(microseconds: 0), actor: "bench")
                head = try await journal.append([entry], expecting: head)
            }
        }
        report("engine-step", whole / Double(steps) * 1000, "ms", reference: appends / Double(steps) * 1000)
    }
}

private struct BenchJournal: RunJournal {
    let writer: JournalWriter
    func head() async throws -> JournalHead { try await writer.head() }
    func entries(after sequence: Int64) async throws -> [Entry] { try await writer.entries(after: sequence) }
    func entries(run: String) async throws -> [Entry] { try await writer.entries(run: run) }
    func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        try await writer.append(entries, expecting: head)
    }
}

/// Needs to act once, and then is done.
private struct ActsAtOnce: StepCommand {
    func examine(_ context: StepContext) async throws(Fault) -> Finding { Finding(.needed, "will do nothing") }
    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}
    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        Finding(.done, "done")
    }
}

private struct NobodyElse: ExecutorRegistry {
    func liveness(of executor: Executor) -> Liveness { .gone("nobody") }
}
