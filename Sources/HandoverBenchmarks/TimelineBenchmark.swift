import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore

/// The page of a run of 10,000 steps at the end of a journal of a million entries, and `status --at` anywhere in it, each
/// beside what we allow.
enum TimelineBenchmark {
    static let run = "large-run"
    private static let steps = 10_000

    static func run(journal: String) async throws {
        try await addRun(to: journal)
        let folder = try TemporaryFolder()
        let page = "\(folder.path)/page.html"
        var milliseconds: [Double] = []
        for _ in 0..<5 {
            try? FileManager.default.removeItem(atPath: page)
            let ending = try await Measured.run(
                Measured.handover, ["timeline", run, "--format", "html", "--output", page, "--journal", journal])
            milliseconds.append(ending.milliseconds)
        }
        report("timeline-html", milliseconds.sorted()[2], "ms", reference: 5000)
        let size = try FileManager.default.attributesOfItem(atPath: page)[.size] as? Int ?? 0
        report("timeline-html-size", Double(size) / 1_000_000, "MB", reference: 10)
        try await reportStatusAt(journal)
    }

    /// The slowest of nine places all over the journal, and of the times of those entries.
    private static func reportStatusAt(_ journal: String) async throws {
        let reader = try JournalReader(path: journal)
        let last = try reader.head().sequence
        var slowest = (sequence: 0.0, time: 0.0)
        for part in 1...9 {
            let sequence = last * Int64(part) / 9 - Int64(part) * 7
            let time = try reader.entry(sequence)?.time.description ?? ""
            func look(_ point: String) async throws -> Double {
                try await Measured.median(Measured.handover, ["status", "--at", point, "--journal", journal, "--json"])
                    .milliseconds
            }
            slowest.sequence = max(slowest.sequence, try await look("\(sequence)"))
            slowest.time = max(slowest.time, try await look(time))
        }
        report("status-at-entry", slowest.sequence, "ms", reference: 300)
        report("status-at-time", slowest.time, "ms", reference: 300)
    }

    /// Adds the run where it is not there yet.
    static func addRun(to journal: String) async throws {
        guard try JournalReader(path: journal).entries(run: run).isEmpty else { return }
        let writer = try JournalWriter(path: journal)
        var head = try await writer.head()
        let entries = events.enumerated().map { index, event in
            event.entry(
                run: run, time: Moment(microseconds: 1_800_000_000_000_000 + Int64(index) * 50_000), actor: "ada")
        }
        for start in stride(from: 0, to: entries.count, by: 10_000) {
            let batch = Array(entries[start..<min(entries.count, start + 10_000)])
            head = try await writer.append(batch, expecting: head)
        }
        try await writer.checkpoint(JournalProjections.self)
    }

    private static var events: [Event] {
        let planned = (0..<steps).map { number in
            PlannedStep(
                id: "step-\(number)", phase: "phase-\(number / 500)", title: "Move workload \(number) to dc2",
                command: "kubernetes.scale-up", site: "dc2", needs: number == 0 ? [] : ["step-\(number - 1)"])
        }
        let phases = (0...(steps - 1) / 500).map { PlanPhase(id: "phase-\($0)", title: "Phase \($0)") }
        let plan = Plan(
            runbook: "large", title: "Move a large site", from: "dc1", to: "dc2", others: ["dc3"], phases: phases,
            steps: planned)
        let executor = Executor(identity: "f00d", host: "ops1", boot: "b", pid: 1, processStart: 1)
        let middle = planned.flatMap { step -> [Event] in
            [
                .stepIntended(
                    StepIntended(
                        step: step.id, attempt: 1, facts: ["replicas": 0],
                        sentence: "1 of 1 workloads will be scaled up: \(step.id) 0 to 1")),
                .siteObserved(SiteObserved(EventSamples.observations[0])),
                .stepSucceeded(
                    StepSucceeded(
                        step: step.id, how: .acted, facts: ["replicas": 1], sentence: "all workloads are ready")),
            ]
        }
        return [.runStarted(RunStarted(plan: plan)), .runClaimed(RunClaimed(executor: executor))] + middle
            + [.runReleased(RunReleased(reason: .completed, executor: "f00d", summary: "every step is done"))]
    }
}
