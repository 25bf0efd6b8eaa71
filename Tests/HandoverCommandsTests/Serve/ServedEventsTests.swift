import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Testing

@testable import HandoverCommands
@testable import StatusPage

@Suite("Events that are followed", .timeLimit(.minutes(3)))
struct ServedEventsTests {
    static let handover: String = {
        // The tests' bundle lies beside the program.
        let tests = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "handover").path
    }()

    @Test func `Whoever comes back misses nothing and gets nothing twice, while another process appends`() async throws
    {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            let head = try JournalReader(path: bench.journal).head().sequence
            let notes = 24
            try await bench.serving { client in
                async let written: Void = {
                    for number in 0..<notes {
                        let words = ["note", "small-1", "note \(number)", "--journal", bench.journal, "--actor", "ops"]
                        let ended = try await ChildProgram.run(Self.handover, words)
                        #expect(ended.code == 0, "\(ended.errors)")
                    }
                }()
                var seen: [Int64] = []
                var place = head
                while seen.count < notes {
                    let before = place
                    let text = try await client.events("/api/events?after=0", headers: ["Last-Event-ID": "\(place)"]) {
                        WebClient.sequences($0).count >= 5 || WebClient.sequences($0).last == before + 4
                            || WebClient.sequences($0).last == head + Int64(notes)
                    }
                    // What was cut off in its middle does not count.
                    let whole = WebClient.sequences(
                        String(text[..<(text.range(of: "\n\n", options: .backwards)?.upperBound ?? text.startIndex)]))
                    seen += whole
                    place = whole.last ?? place
                }
                try await written
                #expect(seen == Array((head + 1)...(head + Int64(notes))))
            }
        }
    }

    @Test func `From the first entry on everything is sent, in order, as the journal has it`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let entries = try JournalReader(path: bench.journal).entries(after: 0)
            try await bench.serving { client in
                let text = try await client.events("/api/events?at=0") {
                    WebClient.sequences($0).last == entries.last?.sequence && $0.hasSuffix("\n\n\n")
                }
                #expect(text.contains("Content-Type: text/event-stream; charset=utf-8"))
                #expect(WebClient.sequences(text) == entries.map(\.sequence))
                let data = text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
                for (line, entry) in zip(data, entries) {
                    let document = try JSONValue(json: Array(line.utf8))
                    #expect(document["sequence"]?.integer == entry.sequence && document["run"]?.text == entry.run)
                    #expect(document["time"]?.text == entry.time.description)
                    let sentence = try Event(entry).sentence(by: entry.actor)
                    #expect(document["sentence"]?.text == sentence)
                }
            }
        }
    }

    @Test func `A place that the journal does not have makes the page begin anew`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await bench.serving { client in
                let answer = try await client.ask("/api/events", headers: ["Last-Event-ID": "99999"])
                #expect(answer.body.hasPrefix("event: reload"))
            }
        }
    }

    @Test func `Many clients at once all get the same`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            let head = try JournalReader(path: bench.journal).head().sequence
            try await bench.serving { client in
                try await withThrowingTaskGroup(of: [Int64].self) { group in
                    for _ in 0..<40 {
                        group.addTask {
                            WebClient.sequences(
                                try await client.events("/api/events?after=\(head)") {
                                    WebClient.sequences($0).last == head + 3
                                })
                        }
                    }
                    try await bench.append("small-1", (0..<3).map { .noteAdded(NoteAdded(text: "n\($0)")) })
                    for try await seen in group { #expect(seen == [head + 1, head + 2, head + 3]) }
                }
            }
        }
    }

    @Test func `A client that reads nothing is dropped, and holds up nobody`() async throws {
        try await Bench.with { bench in
            let text = String(repeating: "x", count: 1990)
            try await bench.append("", (0..<6000).map { _ in .noteAdded(NoteAdded(text: text)) })
            let documents = PageDocuments(
                status: { _ in .null }, runs: { _ in .null }, run: { _, _ in .null }, next: { _ in [] },
                whyGone: { _ in nil },
                siteNames: [], now: { Moment(microseconds: 0) }, version: "0")
            let server = try PageServer(
                journal: bench.journal, settings: PageSettings(address: try #require(ListenAddress("127.0.0.1:0"))),
                documents: documents, patience: EventPatience(milliseconds: 300)
            ) { _ in }
            let (ports, ready) = AsyncStream.makeStream(of: Int.self)
            let serving = Task { try await server.run { ready.yield($0) } }
            let port = try #require(await ports.first { _ in true })
            let client = WebClient(port: UInt16(port))
            // It asks for everything, and takes nothing of it.
            let idler = try WebClient.Lazy(port: UInt16(port), path: "/api/events?after=0")
            async let others = client.events("/api/events?after=5990") { WebClient.sequences($0).last == 6001 }
            while try await !client.ask("/metrics").body.contains("handover_serve_clients_dropped_total 1\n") {}
            try await bench.append("", [.noteAdded(NoteAdded(text: "for those who read"))])
            let seen = WebClient.sequences(try await others)
            #expect(seen == Array(5991...6001))
            idler.end()
            serving.cancel()
            _ = try? await serving.value
        }
    }

    @Test func `The feed keeps the newest, says what is older, and holds no client's place`() async throws {
        let feed = EventFeed(most: 10)
        guard case .older = feed.take(after: 0) else {
            Issue.record("an empty feed knows nothing")
            return
        }
        func frames(_ range: ClosedRange<Int64>) throws -> [EventFrame] {
            try range.map { sequence in
                let new = Event.noteAdded(NoteAdded(text: "x")).entry(
                    run: "r", time: Moment(microseconds: 0), actor: "a")
                let entry = Entry(new, sequence: sequence)
                return EventFrame(entry, event: try Event(entry))
            }
        }
        for start in stride(from: Int64(101), through: 191, by: 10) { feed.publish(try frames(start...(start + 9))) }
        if case .frames = feed.take(after: 150) { Issue.record("150 is long gone") }
        guard case .frames(let newest) = feed.take(after: 195, upTo: 3), case .frames(let none) = feed.take(after: 200)
        else {
            Issue.record("the newest are kept")
            return
        }
        #expect(newest.map(\.sequence) == [196, 197, 198] && none.isEmpty)
        let (client, signs, _) = feed.listen()
        #expect(feed.clients == 1)
        feed.leave(client)
        feed.end()
        #expect(feed.clients == 0)
        var heard = 0
        for await _ in feed.listen().signs { heard += 1 }
        #expect(heard <= 1)
        _ = signs
    }
}
