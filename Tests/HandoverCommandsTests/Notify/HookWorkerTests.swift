import FailoverModel
import Foundation
import HandoverTestSupport
import RunEngine
import Systems
import Testing

@testable import HandoverCommands

/// What arrives at a hook, in which order and how often, whatever fails and whoever dies.
@Suite struct HookWorkerTests {
    @Test func `a run is told in order, with what to type, and no question that was answered at once`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole())
        #expect(await fixture.worker().pass() == .told)
        #expect(fixture.arrived() == [1, 7, 10])
        #expect(
            fixture.texts() == [
                """
                production, ess-failover-1: ada begins: Fail ESS over from dc1 to dc2
                It is told here when it waits for somebody, when there is no way back, and how it ends.
                Next, on ops1:
                `handover show ess-failover-1`
                """,
                """
                production, ess-failover-1: past the point of no return: dc2/main is the primary on timeline 2
                loss: 0 bytes
                Going back from here means moving data back; handover rollback leads through that.
                """,
                """
                production, ess-failover-1: Fail ESS over from dc1 to dc2: completed in 25.1 s; every step is done.
                dc2: loss: 0 bytes
                Owed, once the site is back:
                dc1: Fence PostgreSQL at dc1 (fence)
                Next, on ops1:
                `handover resume ess-failover-1`
                """,
            ])
    }

    @Test func `a question is told while it is open, once, with both answers`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole(), through: 4)
        let worker = fixture.worker()
        #expect(await worker.pass() == .told)
        #expect(await worker.pass() == .told)
        #expect(fixture.arrived() == [1, 4])
        #expect(
            fixture.texts()[1] == """
                production, ess-failover-1: waits for a yes: Promote PostgreSQL at dc2
                Is dc1 down?
                There is no simple way back after this step.
                Whoever says yes answers for: dc1-is-down.
                Next, on ops1:
                `handover approve ess-failover-1 promote --actor NAME`
                `handover deny ess-failover-1 promote --actor NAME`
                """)
    }

    @Test func `nobody is called to a question that is open for a moment only`() async throws {
        let fixture = try NoticeFixture()
        let story = try TerminalFixture.whole()
        fixture.set(story, through: 4)
        fixture.clock.move(milliseconds: story.sent[3].entry.time.milliseconds(since: TerminalFixture.start))
        let (chat, am) = (fixture.worker(), fixture.worker("am", form: .alertmanager))
        #expect(await chat.pass() == .later)
        #expect(await am.pass() == .later)
        #expect(fixture.arrived() == [1] && fixture.arrived("am").isEmpty)
        fixture.clock.move(milliseconds: 1000)
        #expect(await chat.pass() == .told)
        #expect(await am.pass() == .told)
        #expect(fixture.arrived() == [1, 4] && fixture.arrived("am") == [4])
    }

    @Test func `nobody is there to ask, so that the run waits: one message, not two`() async throws {
        let fixture = try NoticeFixture()
        var story = TerminalFixture()
        try story.add(TerminalFixture.claim)
        try story.add(TerminalFixture.asked)
        try story.add(TerminalFixture.released(.waiting, "promote: Is dc1 down?"))
        try story.add(TerminalFixture.claim)
        fixture.set(story)
        #expect(await fixture.worker().pass() == .told)
        #expect(fixture.arrived() == [1, 4, 5])
        #expect(fixture.texts()[1].contains("waits for a person. Nothing is lost while it waits."))
        #expect(fixture.texts()[2].hasPrefix("production, ess-failover-1: ada goes on with it:"))
    }

    @Test(arguments: [
        ScriptedAnswer.status(503), .status(429), .refuses, .breaksOff, .status(401), .status(404),
    ])
    func `what was not taken is sent again with the same key, and nothing overtakes it`(answer: ScriptedAnswer)
        async throws
    {
        let fixture = try NoticeFixture()
        fixture.set(try .whole())
        fixture.hooks.answer("https://chat", .status(200), answer.value, answer.value)
        let worker = fixture.worker()
        #expect(await worker.pass() == .later)
        #expect(await worker.pass() == .later, "a pause is kept")
        let once = fixture.arrived()
        fixture.clock.move(milliseconds: 400_000)
        #expect(await worker.pass() == .later)
        fixture.clock.move(milliseconds: 400_000)
        #expect(await worker.pass() == .told)
        let reaches = answer.value.reaches
        #expect(once == (reaches ? [1, 7] : [1]))
        #expect(fixture.arrived() == (reaches ? [1, 7, 7, 7, 10] : [1, 7, 10]))
        #expect(Set(fixture.hooks.keys()).count == 3)
    }

    @Test func `the pause grows, and one that the hook asks for is kept`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole(), through: 1)
        fixture.hooks.answer(
            "https://chat", .status(500), .status(500), .status(429, headers: ["Retry-After": "90"]), .status(200))
        let worker = fixture.worker()
        for pause: Int64 in [1000, 2000, 90_000] {
            let before = fixture.arrived().count
            #expect(await worker.pass() == .later)
            #expect(fixture.arrived().count == before + 1)
            fixture.clock.move(milliseconds: pause - 1)
            #expect(await worker.pass() == .later)
            #expect(fixture.arrived().count == before + 1)
            fixture.clock.move(milliseconds: 1)
        }
        #expect(await worker.pass() == .told)
    }

    @Test func `killed after a message was taken and before that is noted, it is sent again with its key`() async throws
    {
        let fixture = try NoticeFixture()
        fixture.set(try .whole())
        fixture.dieAtCursor(7)
        #expect(await fixture.worker().pass() == .later)
        #expect(fixture.arrived() == [1, 7])
        fixture.dieAtCursor(nil)
        #expect(await fixture.worker().pass() == .told)
        #expect(fixture.arrived() == [1, 7, 7, 10])
        #expect(fixture.hooks.keys()[1] == fixture.hooks.keys()[2])
        #expect(await fixture.worker().pass(isLast: true) == .told)
        #expect(fixture.arrived().count == 4)
    }

    @Test func `a new hook is told nothing of the past, and begins with the run that has just begun`() async throws {
        let fixture = try NoticeFixture()
        var story = try TerminalFixture.whole()
        fixture.set(story)
        let late = fixture.worker("late", beginning: 10)
        #expect(await late.pass() == .told)
        #expect(await late.isNew)
        #expect(fixture.arrived("late").isEmpty)
        let fresh = fixture.worker("fresh", beginning: 0)
        #expect(await fresh.pass() == .told)
        #expect(fixture.arrived("fresh") == [1, 7, 10])
        try story.add(TerminalFixture.claim)
        fixture.set(story)
        #expect(await fixture.worker("late", beginning: 11).pass() == .told)
        #expect(fixture.arrived("late") == [11], "what comes later is told, also by another process")
    }

    @Test(arguments: ["another journal", "another course", "an older copy"])
    func `where the cursor is not this journal's, nothing of the past is sent`(what: String) async throws {
        let fixture = try NoticeFixture()
        let story = try TerminalFixture.whole()
        fixture.set(story, through: 6)
        #expect(await fixture.worker().pass(isLast: true) == .told)
        let before = fixture.arrived()
        switch what {
        case "another journal":
            fixture.set(story)
            fixture.becomeAnotherJournal()
        case "another course": fixture.set(story, course: 1)
        default: fixture.set(story, through: 5)
        }
        let head = try await fixture.head().sequence
        #expect(await fixture.worker(beginning: head).pass() == .told)
        #expect(fixture.arrived() == before)
    }

    @Test(arguments: ["what is this\n", "\n", String(repeating: "\0", count: 240), "0707 7:"])
    func `a cursor that holds anything else is said, and nothing is sent or left out until somebody mends it`(
        garbage: String
    ) async throws {
        let fixture = try NoticeFixture()
        let story = try TerminalFixture.whole()
        fixture.set(story, through: 6)
        #expect(await fixture.worker().pass(isLast: true) == .told)
        let path = NoticeCursor.path(journal: fixture.journal, hook: "chat")
        let kept = try String(contentsOfFile: path, encoding: .utf8)
        func write(_ text: String) throws { try text.write(toFile: path, atomically: false, encoding: .utf8) }
        try write(garbage)
        fixture.set(story)
        let said = Texts()
        let worker = fixture.worker(beginning: 10, said: said)
        #expect(await worker.pass() == .later)
        #expect(await worker.pass(isLast: true) == .later)
        #expect(fixture.arrived() == [1])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == garbage, "it is kept for whoever mends it")
        #expect(said.all.count == 1)
        #expect(said.all[0].contains("\(path): the file does not say up to where this hook was told. Nothing is sent"))
        #expect(said.all[0].contains("write the line JOURNAL SEQUENCE:HASH"))
        try write(kept)
        fixture.clock.move(milliseconds: 400_000)
        #expect(await worker.pass() == .told)
        #expect(fixture.arrived() == [1, 7, 10])
        #expect(await worker.trouble == nil)
    }

    @Test func `a copy of the journal that goes on by itself has other keys`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole(), through: 1)
        #expect(await fixture.worker("one").pass() == .told)
        fixture.set(try .whole(), through: 1, course: 1)
        #expect(await fixture.worker("two").pass() == .told)
        #expect(fixture.arrived("one") == fixture.arrived("two"))
        #expect(fixture.hooks.keys("https://one") != fixture.hooks.keys("https://two"))
    }

    @Test func `what is older than a day is one message, and what is fresh is told after it`() async throws {
        let fixture = try NoticeFixture()
        var story = try TerminalFixture.whole()
        fixture.clock.move(milliseconds: 3 * 86_400_000)
        try story.add(TerminalFixture.claim, after: 3 * 86_400_000)
        fixture.set(story)
        #expect(await fixture.worker().pass() == .told)
        #expect(fixture.arrived() == [10, 11])
        #expect(
            fixture.texts()[0] == """
                production: what could not be told here in time, 2026-11-23 03:13:07Z to 2026-11-23 03:13:32Z
                ess-failover-1 (Fail ESS over from dc1 to dc2): completed, 2 days ago
                How things are now, on ops1:
                `handover status`
                """)
    }

    @Test func `two processes do not tell the same hook at once, and the second goes on where the first stopped`()
        async throws
    {
        let fixture = try NoticeFixture()
        fixture.set(try .whole())
        do {
            let held = try #require(try NoticeCursor(journal: fixture.journal, hook: "chat"))
            #expect(await fixture.worker().pass() == .elsewhere)
            #expect(try held.read() == nil)
        }
        fixture.set(try .whole(), through: 7)
        let first = fixture.worker()
        #expect(await first.pass() == .told)
        fixture.set(try .whole())
        #expect(await fixture.worker().pass() == .told)
        #expect(await first.pass() == .told)
        #expect(fixture.arrived() == [1, 7, 10])
    }

    @Test func `a message that is refused for itself is left out and said, and others go on`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole())
        fixture.hooks.answer("https://chat", .status(200), .status(413))
        let said = Texts()
        #expect(await fixture.worker(said: said).pass() == .told)
        #expect(fixture.arrived() == [1, 7, 10])
        #expect(said.all.count == 1 && said.all[0].contains("it answers 413; this message is left out"))
    }

    @Test func `a trouble is said once, and again when it is another one`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole(), through: 1)
        fixture.hooks.answer("https://chat", .status(404), .status(404), .status(401), .status(200))
        let said = Texts()
        let worker = fixture.worker(said: said)
        for _ in 0..<4 {
            await worker.pass()
            fixture.clock.move(milliseconds: 400_000)
        }
        #expect(said.all.map { $0.contains("404") } == [true, false])
        #expect(await worker.trouble == nil)
    }

    @Test func `a cursor that cannot be kept is a trouble, and nothing is sent without one`() async throws {
        let fixture = try NoticeFixture()
        fixture.set(try .whole())
        try FileManager.default.createDirectory(
            atPath: NoticeCursor.path(journal: fixture.journal, hook: "chat"), withIntermediateDirectories: false)
        let worker = fixture.worker()
        #expect(await worker.pass() == .later)
        #expect(await worker.trouble?.fault.what.contains("cannot be opened") == true)
        #expect(fixture.arrived().isEmpty)
    }

    @Test func `Alertmanager is told of a state as long as it is so, and of none that was over at once`() async throws {
        let fixture = try NoticeFixture()
        var story = try TerminalFixture.promoting()
        let worker = fixture.worker("am", form: .alertmanager)
        fixture.set(story, through: 4)
        #expect(await worker.pass() == .told)
        fixture.set(story)
        #expect(await worker.pass() == .told)
        try story.add(TerminalFixture.released(.failed, "promote: no answer"))
        fixture.set(story)
        #expect(await worker.pass() == .told)
        try story.add(TerminalFixture.claim)
        try story.add(TerminalFixture.released(.failed, "promote: no answer"))
        fixture.set(story)
        #expect(await worker.pass() == .told, "gone on with and stopped again between two looks")
        try story.add(TerminalFixture.claim)
        fixture.set(story)
        #expect(await worker.pass() == .told)
        let alerts = fixture.hooks.bodies("https://am").map { body in
            (body.elements ?? []).map { alert in
                let isOver = alert["startsAt"] == nil
                return "\(alert["labels"]?["alertname"]?.text ?? "") \(isOver ? "over" : "fires")"
            }
        }
        #expect(
            alerts == [
                ["HandoverRunWaits fires"], ["HandoverRunWaits over"], ["HandoverRunStopped fires"],
                ["HandoverRunStopped over"],
            ])
        let bodies = fixture.hooks.bodies("https://am").compactMap(\.elements?.first)
        #expect(bodies[0]["labels"] == bodies[1]["labels"], "the same alert ends that began")
        #expect(
            bodies[0]["annotations"]?["description"]
                == "On ops1: handover approve ess-failover-1 promote --actor NAME; handover deny ess-failover-1 promote --actor NAME"
        )
    }

    @Test func `a journal that cannot be read on is said, and ends nothing`() async throws {
        let fixture = try NoticeFixture()
        var entries = try TerminalFixture.whole().sent.map(\.entry)
        entries[5].type = "step.imagined"
        fixture.set(entries)
        let worker = fixture.worker()
        #expect(await worker.pass() == .later)
        #expect(await worker.trouble?.fault.what.contains("step.imagined") == true)
    }
}

/// An answer that can be a test's argument.
struct ScriptedAnswer: Sendable, CustomStringConvertible {
    var value: ScriptedHooks.Answer
    var description: String { "\(value)" }

    static func status(_ status: Int) -> ScriptedAnswer { ScriptedAnswer(value: .status(status)) }
    static let refuses = ScriptedAnswer(value: .refuses)
    static let breaksOff = ScriptedAnswer(value: .breaksOff)
}

extension ScriptedHooks.Answer {
    /// Whether the request arrives.
    fileprivate var reaches: Bool { if case .refuses = self { false } else { true } }
}
