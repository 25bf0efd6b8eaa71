import FailoverModel
import JournalStore

/// The journal as those see it who tell of it: only read.
protocol NoticeSource: Sendable {
    func identity() async throws -> [UInt8]
    func head() async throws -> JournalHead
    func entriesOfRuns(after sequence: Int64, through last: Int64) async throws -> [Entry]
    func entries(run: String) async throws -> [Entry]
    /// `nil` where there is no such entry.
    func hash(of sequence: Int64) async throws -> [UInt8]?
}

struct JournalSource: NoticeSource {
    let reader: JournalReader

    func identity() async throws -> [UInt8] { try reader.identity() }
    func head() async throws -> JournalHead { try reader.head() }
    func entriesOfRuns(after sequence: Int64, through last: Int64) async throws -> [Entry] {
        try reader.entriesOfRuns(after: sequence, through: last)
    }
    func entries(run: String) async throws -> [Entry] { try reader.entries(run: run) }
    func hash(of sequence: Int64) async throws -> [UInt8]? { try reader.entry(sequence)?.hash }
}
