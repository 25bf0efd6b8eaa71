import FailoverModel
import Foundation
import HandoverTestSupport
import RunEngine
import Synchronization
import Systems

@testable import HandoverCommands

/// A journal in memory, a folder for cursors, and hooks that answer as they are told.
final class NoticeFixture: NoticeSource {
    struct Died: Error {}

    private struct State {
        var entries: [Entry] = []
        var identity = [UInt8](repeating: 7, count: 16)
        var diesAtHash: Int64?
    }

    let hooks = ScriptedHooks()
    let clock = StillClock()
    let folder = NSTemporaryDirectory() + "handover-notices-\(UUID().uuidString)"
    private let state = Mutex(State())
    var journal: String { "\(folder)/journal.sqlite" }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// `course`: another one gives the same entries other hashes, as in a copy that went on by itself.
    func set(_ entries: [Entry], course: UInt8 = 0) {
        state.withLock {
            $0.entries = entries.map { entry in
                var entry = entry
                entry.hash = [course] + [UInt8](repeating: UInt8(entry.sequence), count: 31)
                return entry
            }
        }
    }

    /// Up to an entry of a story.
    func set(_ fixture: TerminalFixture, through last: Int? = nil, course: UInt8 = 0) {
        set(Array(fixture.sent.map(\.entry).prefix(last ?? .max)), course: course)
    }

    func becomeAnotherJournal() { state.withLock { $0.identity = [UInt8](repeating: 9, count: 16) } }

    /// The process dies when it wants to note that it told up to this entry.
    func dieAtCursor(_ sequence: Int64?) { state.withLock { $0.diesAtHash = sequence } }

    func worker(
        _ name: String = "chat", form: AlertHook.Form = .slack, beginning: Int64 = 0, said: Texts = Texts()
    ) -> HookWorker {
        let hook = AlertHook(name: name, form: form, url: .plain("https://\(name)"))
        let topology = Topology(name: "production", sites: [], alerts: [hook])
        let words = NoticeWords(
            topology: "production", host: "ops1", line: { "handover " + $0.joined(separator: " ") },
            next: { ["handover resume \($0.id)"] })
        return HookWorker(
            hook: hook, sender: HookSender(topology: topology, secrets: NoSecrets(), transport: hooks), source: self,
            journalPath: journal, words: words, clock: clock, beginning: beginning, say: { said.append($0) })
    }

    /// What the journal's sequence numbers are of the messages that arrived.
    func arrived(_ name: String = "chat") -> [Int] {
        hooks.keys("https://\(name)").compactMap { $0.split(separator: "-").dropFirst(2).first.flatMap { Int($0) } }
    }

    func texts(_ name: String = "chat") -> [String] { hooks.bodies("https://\(name)").compactMap { $0["text"]?.text } }

    func identity() async throws -> [UInt8] { state.withLock(\.identity) }
    func head() async throws -> JournalHead {
        state.withLock { state in
            state.entries.last.map { JournalHead(sequence: $0.sequence, hash: $0.hash) } ?? .empty
        }
    }
    func entriesOfRuns(after sequence: Int64, through last: Int64) async throws -> [Entry] {
        state.withLock { $0.entries.filter { $0.sequence > sequence && $0.sequence <= last && !$0.run.isEmpty } }
    }
    func entries(run: String) async throws -> [Entry] { state.withLock { $0.entries.filter { $0.run == run } } }
    func hash(of sequence: Int64) async throws -> [UInt8]? {
        try state.withLock { state in
            if state.diesAtHash == sequence { throw Died() }
            return state.entries.first { $0.sequence == sequence }?.hash
        }
    }

    private struct NoSecrets: SecretSource {
        func value(of reference: SecretReference) throws(Fault) -> Secret {
            throw Fault(.invalid, "there is no secret", at: "test", next: "none")
        }
    }
}

/// A clock that stands still unless it is moved.
final class StillClock: EngineClock {
    private let time = Mutex(TerminalFixture.start)

    func move(milliseconds: Int64) { time.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) } }
    func now() -> Moment { time.withLock(\.self) }
    func monotonicMilliseconds() -> Int64 { now().microseconds / 1000 }
    func sleep(milliseconds: Int64) async { move(milliseconds: milliseconds) }
}

extension TerminalFixture {
    /// 1 begun, 2 claimed, 3 owed, 4 asked, 5 answered, 6 doing, 7 done, 8 doing, 9 done, 10 completed.
    static func whole() throws -> TerminalFixture {
        var fixture = try promoting()
        try fixture.add(
            .stepSucceeded(
                StepSucceeded(
                    step: "promote", how: .acted, isPivot: true, facts: ["lossText": "loss: 0 bytes"],
                    sentence: "dc2/main is the primary on timeline 2")))
        try fixture.add(intended("service", "will be asked"))
        try fixture.add(succeeded("service", "it answers"))
        try fixture.add(released(.completed, "every step is done"))
        return fixture
    }

    static func released(_ reason: RunReleased.Reason, _ summary: String) -> Event {
        .runReleased(RunReleased(reason: reason, executor: "e", summary: summary))
    }
}
