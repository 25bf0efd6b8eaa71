package import FailoverModel
import Synchronization

/// A journal in memory that behaves like the real one, and knows nothing of state machines.
package final class MemoryJournal: RunJournal {
    private let stored = Mutex<[Entry]>([])

    package init() {}

    package var entries: [Entry] { stored.withLock(\.self) }

    package func append(_ new: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        try stored.withLock { entries in
            guard Int64(entries.count) == head.sequence else { throw HeadMoved() }
            for entry in new {
                let sequence = Int64(entries.count) + 1
                entries.append(
                    Entry(
                        sequence: sequence, run: entry.run, time: entry.time, actor: entry.actor, type: entry.type,
                        version: entry.version, payload: entry.payload, hash: Self.hash(sequence)))
            }
            return JournalHead(sequence: Int64(entries.count), hash: Self.hash(Int64(entries.count)))
        }
    }

    package func head() async throws -> JournalHead {
        stored.withLock { JournalHead(sequence: Int64($0.count), hash: Self.hash(Int64($0.count))) }
    }

    package func entries(after sequence: Int64) async throws -> [Entry] { Array(entries.dropFirst(Int(sequence))) }

    package func entries(run: String) async throws -> [Entry] { entries.filter { $0.run == run } }

    private static func hash(_ sequence: Int64) -> [UInt8] {
        sequence == 0 ? JournalHead.empty.hash : withUnsafeBytes(of: sequence.bigEndian) { Array($0) }
    }
}
