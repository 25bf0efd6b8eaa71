import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Testing

@testable import HandoverCommands

@Suite("Another journal in the place of the one that is served", .timeLimit(.minutes(3)))
struct ServedReplacementTests {
    enum Swap: String, CaseIterable {
        /// By rename, with all that lies beside it taken away.
        case renamedAlone
        /// By rename, while the log and the witness of the old one lie beside it.
        case renamed
        /// `cp`, into the same file.
        case copiedOver
        /// The same journal as it was some entries ago.
        case olderCopyRenamed, olderCopyCopiedOver
        /// The same journal, which went on with other entries.
        case otherCourse

        func put(_ stage: Stage) async throws {
            switch self {
            case .renamedAlone: try stage.rename(stage.other)
            case .renamed: #expect(Foundation.rename(stage.other, stage.journal) == 0)
            case .copiedOver: try await stage.copyOver(stage.other)
            case .olderCopyRenamed: try stage.rename(stage.older)
            case .olderCopyCopiedOver: try await stage.copyOver(stage.older)
            case .otherCourse: try stage.rename(stage.course)
            }
        }
    }

    /// A journal of twelve notes more than a waiting run, and what may come in its place.
    struct Stage {
        let bench: Bench
        var journal: String { bench.journal }
        var own: String { "\(bench.directory)/own.sqlite" }
        var other: String { "\(bench.directory)/other.sqlite" }
        var older: String { "\(bench.directory)/older.sqlite" }
        var course: String { "\(bench.directory)/course.sqlite" }
        let head: Int64

        init(_ bench: Bench) async throws {
            self.bench = bench
            let run = await bench.waitingRun()
            let notes = (0..<12).map { Event.noteAdded(NoteAdded(text: "own note \($0)")) }
            let journal = bench.journal
            func copy(to path: String) throws { try JournalReader(path: journal).backup(to: path) }
            try copy(to: "\(bench.directory)/older.sqlite")
            try copy(to: "\(bench.directory)/course.sqlite")
            try await bench.append(run, notes)
            try copy(to: "\(bench.directory)/own.sqlite")
            head = try JournalReader(path: journal).head().sequence
            // The same run and more entries, so that nothing but the journal's identity tells them apart.
            try await Bench.with { stranger in
                _ = await stranger.waitingRun()
                try await stranger.append("small-1", (0..<40).map { .noteAdded(NoteAdded(text: "a stranger's \($0)")) })
                try JournalReader(path: stranger.journal).backup(to: other)
            }
            try await append("a stranger's", 40, to: course)
        }

        func append(_ text: String, _ count: Int = 1, to path: String) async throws {
            let writer = try JournalWriter(path: path)
            let entries = (0..<count).map {
                Event.noteAdded(NoteAdded(text: "\(text) \($0)")).entry(
                    run: "small-1", time: Moment(microseconds: 1), actor: "z")
            }
            _ = try await writer.append(entries, expecting: try await writer.head())
        }

        func rename(_ path: String) throws {
            for suffix in ["-wal", "-shm", ".head"] { try? FileManager.default.removeItem(atPath: journal + suffix) }
            #expect(Foundation.rename(path, journal) == 0)
        }

        /// By a process of its own: closing the file here would drop the locks of SQLite in this process.
        func copyOver(_ path: String) async throws {
            let ended = try await ChildProgram.run("cp", [path, journal])
            #expect(ended.code == 0, "\(ended.errors)")
        }
    }

    /// What every page and document says; the place of the reader is the run's page.
    private let pages = ["/", "/runs/small-1", "/runs/small-1/timeline.html", "/api/status", "/api/runs", "/?at=3"]

    @Test(arguments: Swap.allCases)
    func `It is said everywhere, nothing of it is shown, and the right one put back is followed again`(swap: Swap)
        async throws
    {
        try await Bench.with { bench in
            let stage = try await Stage(bench)
            try await bench.serving { client in
                for path in pages { #expect(try await client.ask(path).status == 200, "\(path)") }
                async let followed = client.events("/api/events?after=\(stage.head - 2)") {
                    $0.contains("after all") && $0.hasSuffix("\n\n\n")
                }
                while try await !client.ask("/metrics").body.contains("handover_serve_events_sent_total 2\n") {}
                try await swap.put(stage)
                var health = try await client.ask("/healthz")
                while health.status == 200 { health = try await client.ask("/healthz") }
                // Half of a copy is no journal at all; then it is another one. The log over an older copy is no journal either.
                let what = swap == .olderCopyCopiedOver ? "the journal " : "the journal was replaced: "
                while health.status == 503, !health.body.contains(what) { health = try await client.ask("/healthz") }
                #expect(health.status == 503 && health.body.contains(". Next: "), "\(health.body)")
                let page = try await client.ask("/")
                #expect(page.status == 200 && page.body.contains("cannot be read any further"))
                #expect(page.body.contains("small-1"))
                // What is appended to it now is nobody's business here.
                try? await stage.append("a stranger's", to: stage.journal)
                for path in pages + ["/api/runs/small-1", "/api/runs/small-1/timeline", "/api/checks"] {
                    let answer = try await client.ask(path)
                    #expect(answer.status == (path == "/" ? 200 : 503), "\(path)")
                    #expect(!answer.body.contains("a stranger"), "\(path)")
                    #expect(answer.body.contains(what), "\(path)")
                }
                try stage.rename(stage.own)
                while try await client.ask("/healthz").status != 200 {}
                #expect(try await client.ask("/runs/small-1").body.contains("own note 11"))
                try await stage.append("after all", to: stage.journal)
                let events = try await followed
                #expect(WebClient.sequences(events) == [stage.head - 1, stage.head, stage.head + 1])
                #expect(!events.contains("a stranger"))
                let failures = events.components(separatedBy: "event: failure\ndata: ").dropFirst()
                #expect(failures.first?.contains("\"what\":\"the journal ") == true, "\(events)")
                #expect(failures.last?.hasPrefix("{\"next\":null,\"what\":null}\n") == true, "\(events)")
            }
        }
    }

    @Test func `A journal that is gone is said, with what to do`() async throws {
        try await Bench.with { bench in
            let stage = try await Stage(bench)
            try await bench.serving { client in
                #expect(rename(stage.journal, stage.journal + ".away") == 0)
                var health = try await client.ask("/healthz")
                while health.status == 200 { health = try await client.ask("/healthz") }
                #expect(
                    health.body
                        == "the journal is gone. Next: Put it back with its -wal, or restart handover serve on another one\n"
                )
                #expect(try await client.ask("/").body.contains("the journal is gone"))
                #expect(rename(stage.journal + ".away", stage.journal) == 0)
                while try await client.ask("/healthz").status != 200 {}
            }
        }
    }

    @Test func `A page of another journal is told to load anew, whatever its place`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await bench.serving { client in
                let page = try await client.ask("/").body
                let own = try #require(page.firstMatch(of: /data-journal=([0-9a-f]{16})>/)).1
                let other = try await client.ask("/api/events?after=1&journal=0011223344556677").body
                #expect(other.hasPrefix("event: reload"))
                let same = try await client.events("/api/events?after=1&journal=\(own)") {
                    !WebClient.sequences($0).isEmpty
                }
                #expect(!same.contains("reload"))
            }
        }
    }

    @Test func `Who answers on the page does not answer in another journal`() async throws {
        try await Bench.with { bench in
            let stage = try await Stage(bench)
            try bench.writeTokens()
            try await bench.serving("--token-file", bench.tokens, "--approvals") { client in
                let anna = ["Authorization": "Bearer \(Bench.annasToken)"]
                try stage.rename(stage.other)
                while try await client.ask("/healthz").status == 200 {}
                let before = try JournalReader(path: stage.journal).head()
                let answer = try await client.ask(
                    "/runs/small-1/answer", method: "POST", headers: anna,
                    form: ["step": "promote", "seen": "x", "answer": "yes", "said": "dc2"])
                #expect(answer.status == 503 && answer.body.contains("the journal was replaced"))
                #expect(try JournalReader(path: stage.journal).head() == before)
            }
        }
    }
}
