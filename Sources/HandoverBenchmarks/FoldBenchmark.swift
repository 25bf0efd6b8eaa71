import FailoverModel
import Foundation
import GRDB
import HandoverTestSupport
import JournalStore

/// Entries a second folded from the file into all projections, beside SQLite reading the same rows; and the memory it takes.
enum FoldBenchmark {
    static func run(journal: String) async throws {
        let child = try await Measured.run(CommandLine.arguments[0], ["fold-child", journal])
        let figures = child.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard figures.count == 2 else { throw Measured.Failure(what: "the fold gave no figures: \(child.output)") }
        report("fold", figures[0], "entries-per-second", reference: figures[1])
        report("fold-memory", Double(child.peakBytes) / 1_048_576, "MB", reference: 300)
    }

    static func child(journal: String) throws {
        let reader = try JournalReader(path: journal)
        let entries = Double(try reader.head().sequence)
        let start = ContinuousClock.now
        var projections = JournalProjections()
        try reader.forEach { try projections.apply($0) }
        let folded = ContinuousClock.now - start
        precondition(!projections.runs.summaries.isEmpty)
        let bare = try bareRead(journal)
        print(entries / folded.inSeconds, entries / bare.inSeconds)
    }

    private static func bareRead(_ journal: String) throws -> Duration {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: journal, configuration: configuration)
        let start = ContinuousClock.now
        let bytes = try queue.read { db in
            try Int.fetchOne(
                db, sql: "SELECT sum(length(CAST(payload AS BLOB)) + length(run) + length(type)) FROM entry")
        }
        precondition(bytes ?? 0 > 0)
        return ContinuousClock.now - start
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
