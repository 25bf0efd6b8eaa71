import FailoverModel
import Foundation
import HandoverTestSupport
import RunEngine
import Systems
import Testing

@testable import HandoverCommands

/// Hooks beside a run: whatever they do, the run goes on as if they were not there.
@Suite struct CourierTests {
    /// A journal in memory, as those see it who tell of it.
    private struct MemorySource: NoticeSource {
        let journal: MemoryJournal

        func identity() async throws -> [UInt8] { [UInt8](repeating: 1, count: 16) }
        func head() async throws -> JournalHead { Self.whole(try await journal.head()) }
        func entriesOfRuns(after sequence: Int64, through last: Int64) async throws -> [Entry] {
            try await journal.entries(after: sequence).filter { $0.sequence <= last && !$0.run.isEmpty }
        }
        func entries(run: String) async throws -> [Entry] { try await journal.entries(run: run) }
        func hash(of sequence: Int64) async throws -> [UInt8]? {
            journal.entries.first { $0.sequence == sequence }.map { Self.padded($0.hash) }
        }

        private static func whole(_ head: JournalHead) -> JournalHead {
            JournalHead(sequence: head.sequence, hash: padded(head.hash))
        }
        private static func padded(_ hash: [UInt8]) -> [UInt8] {
            hash + [UInt8](repeating: 0, count: max(0, 32 - hash.count))
        }
    }

    private struct NoSecrets: SecretSource {
        func value(of reference: SecretReference) throws(Fault) -> Secret {
            throw Fault(.invalid, "there is no secret", at: "test", next: "none")
        }
    }

    private struct Ended: Equatable, Sendable {
        var standing: RunStanding
        /// Milliseconds of the machine's clock until the run was over, and until the courier was.
        var run: Int64
        var all: Int64
        var untold: [String]
    }

    private static let plan = SimulatedRun.plan([
        .fake("one"), .fake("two", needs: ["one"], isPivot: true), .fake("three", needs: ["two"]),
    ])

    /// The same seed gives the same run, with or without hooks.
    private func carryOut(_ hooks: ScriptedHooks, names: [String]) throws -> Ended {
        let folder = NSTemporaryDirectory() + "handover-courier-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = SimulatedRun(seed: 7, plan: Self.plan)
        let id = try run.start()
        let alerts = names.map { AlertHook(name: $0, form: .slack, url: .plain("https://\($0)")) }
        let sender = HookSender(
            topology: Topology(name: "t", sites: [], alerts: alerts), secrets: NoSecrets(), transport: hooks)
        let words = NoticeWords(
            topology: "t", host: "ops1", line: { $0.joined(separator: " ") }, next: { _ in [] })
        let courier = Courier(
            workers: alerts.map {
                HookWorker(
                    hook: $0, sender: sender, source: MemorySource(journal: run.journal),
                    journalPath: folder + "/journal", words: words, clock: run.machine, beginning: 0, say: { _ in })
            }, clock: run.machine)
        return try run.machine.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await courier.run() }
                let state = try await run.executor("e", life: Life()).goOn(run: id)
                let over = run.machine.monotonicMilliseconds()
                courier.close()
                group.addTask {
                    await run.machine.sleep(milliseconds: 5000)
                    throw CancellationError()
                }
                do { try await group.next() } catch is CancellationError {}
                group.cancelAll()
                while (try? await group.next()) != nil {}
                return Ended(
                    standing: state.standing, run: over, all: run.machine.monotonicMilliseconds(),
                    untold: await courier.untold(typing: "handover notify"))
            }
        }
    }

    @Test func `a hook that hangs, one that is gone and one that knows nobody hold up neither the run nor each other`()
        throws
    {
        let without = try carryOut(ScriptedHooks(), names: [])
        let hooks = ScriptedHooks()
        hooks.always("https://hangs", .hangs)
        hooks.always("https://gone", .refuses)
        hooks.always("https://unknown", .status(404))
        let with = try carryOut(hooks, names: ["hangs", "gone", "unknown", "fine"])
        #expect(without.standing == .completed && with.standing == .completed)
        #expect(with.run == without.run, "the run takes as long as without hooks")
        #expect(with.all - with.run <= 5000)
        #expect(hooks.keys("https://fine").count == 3 && Set(hooks.keys("https://fine")).count == 3)
        #expect(
            with.untold == [
                "hangs (slack) does not know everything yet: it has not answered yet. The next command tells it, or "
                    + "handover watch, or: handover notify",
                "gone (slack) does not know everything yet: the connection was refused. The next command tells it, or "
                    + "handover watch, or: handover notify",
                "unknown (slack) does not know everything yet: it answers 404. Check its address, its form and its "
                    + "secret. Then: handover notify",
            ])
    }

    @Test func `where all is told nothing is waited for`() throws {
        let ended = try carryOut(ScriptedHooks(), names: ["fine"])
        #expect(ended.untold.isEmpty && ended.all - ended.run <= 400)
    }
}
