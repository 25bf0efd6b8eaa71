import FailoverModel
import Foundation
import GRDB
import HandoverTestSupport
import JournalStore
import Testing

@Suite struct CheckpointTests {
    private func append(_ events: [Event], to writer: JournalWriter) async throws {
        let head = try await writer.head()
        let entries = events.enumerated().map { index, event in
            event.entry(
                run: "r-\(head.sequence / 10)", time: Moment(microseconds: head.sequence * 1000 + Int64(index)),
                actor: "ada")
        }
        _ = try await writer.append(entries, expecting: head)
    }

    private func records(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT name, key, body FROM projection ORDER BY name, key").map { "\($0)" }
        }
    }

    @Test func `a checkpoint kept along the way equals one rebuilt from the first entry, to the byte`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writer = try JournalWriter(path: path)
            var random = SeededGenerator(seed: 5)
            for _ in 0..<60 {
                let observations = EventSamples.observations.map { Event.siteObserved(SiteObserved($0)) }
                try await append(
                    (0..<random.number(1...5)).compactMap { _ in random.pick(EventSamples.all + observations) },
                    to: writer)
                if random.chance(30) { try await writer.checkpoint(JournalProjections.self) }
            }
            try await writer.checkpoint(JournalProjections.self)
            let kept = try records(path)
            try await writer.rebuild(JournalProjections.self)
            #expect(try records(path) == kept)
            #expect(kept.count > 3)
        }
    }

    @Test func `a checkpoint of another history, or none, is folded anew`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writer = try JournalWriter(path: path)
            try await append(EventSamples.all, to: writer)
            let fresh: JournalProjections = try JournalReader(path: path).projection().projection
            try await writer.checkpoint(JournalProjections.self)
            try tamper(path, "UPDATE projection_head SET hash = randomblob(32); UPDATE projection SET body = X'78'")
            let folded: JournalProjections = try JournalReader(path: path).projection().projection
            #expect(folded.siteViews() == fresh.siteViews())
            #expect(folded.runs.summaries == fresh.runs.summaries)
        }
    }

    @Test func `a projection is had as it was at any sequence`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            let writer = try JournalWriter(path: path)
            try await append(EventSamples.all, to: writer)
            let reader = try JournalReader(path: path)
            for sequence in 0...Int64(EventSamples.all.count) {
                let projection: JournalProjections = try reader.projection(through: sequence)
                // The samples begin with run.started and observe dc2 as the last but one.
                #expect(projection.runs.summaries.isEmpty == (sequence == 0))
                #expect(projection.sites.looks.isEmpty == (sequence < 19))
            }
        }
    }
}
