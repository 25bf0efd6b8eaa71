import FailoverModel
import Foundation
import GRDB
import JournalStore

/// Durable appends a second, beside bare SQLite doing the same inserts with the same settings.
enum AppendBenchmark {
    static let count = 2000

    static func run() async throws {
        var ours: [Double] = []
        var theirs: [Double] = []
        // Turn and turn about, because a disk's mood changes within seconds.
        for _ in 0..<5 {
            let folder = try TemporaryFolder()
            ours.append(Double(count) / (try await appends(folder.path)))
            theirs.append(Double(count) / (try await bare(folder.path)))
        }
        report("appends", ours.sorted()[2], "per-second", reference: theirs.sorted()[2])
    }

    private static func appends(_ folder: String) async throws -> Double {
        let writer = try JournalWriter(path: folder + "/journal.sqlite")
        var head = JournalHead.empty
        return try await seconds {
            for number in 0..<count {
                let event = GrownJournal.event(number)
                head = try await writer.append(
                    [event.entry(run: "bench-1", time: Moment(microseconds: Int64(number)), actor: "ada")],
                    expecting: head)
            }
        }
    }

    private static func bare(_ folder: String) async throws -> Double {
        var configuration = Configuration()
        configuration.journalMode = .wal
        let queue = try DatabaseQueue(path: folder + "/bare.sqlite", configuration: configuration)
        let rows = (0..<count).map { number in
            GrownJournal.event(number).entry(run: "bench-1", time: Moment(microseconds: Int64(number)), actor: "ada")
        }
        let hash = Data(repeating: 7, count: 32)
        try await queue.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    CREATE TABLE entry (sequence INTEGER PRIMARY KEY, run TEXT NOT NULL, time INTEGER NOT NULL,
                        actor TEXT NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL, payload TEXT NOT NULL,
                        hash BLOB NOT NULL) STRICT;
                    CREATE INDEX entry_run ON entry (run, sequence);
                    """)
        }
        // One call for all rows: no hop between threads, one statement, each row its own synced transaction.
        return try await queue.writeWithoutTransaction { db in
            let insert = try db.cachedStatement(
                sql: "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)")
            let start = ContinuousClock.now
            for (number, row) in rows.enumerated() {
                try insert.execute(arguments: [
                    number + 1, row.run, row.time.microseconds, row.actor, row.type, row.version, Data(row.payload),
                    hash,
                ])
            }
            return start.secondsSince
        }
    }
}
