import FailoverModel
import JournalStore
import RunEngine
import Synchronization

/// The journal's file as the engine sees it; keeps the projections' checkpoint close behind the head.
final class StoredJournal: RunJournal {
    /// After how many entries the checkpoint is brought up to the head; `status` folds at most as many.
    private static let checkpointEvery = 256

    let file: JournalFile
    private let writer: JournalWriter
    private let journal: any RunJournal
    private let sinceCheckpoint = Mutex(0)

    init(file: JournalFile, writer: JournalWriter, decorated: (any RunJournal) -> any RunJournal) {
        self.file = file
        self.writer = writer
        journal = decorated(WriterJournal(writer: writer))
    }

    func head() async throws -> JournalHead { try await journal.head() }
    func entries(after sequence: Int64) async throws -> [Entry] { try await journal.entries(after: sequence) }
    func entries(run: String) async throws -> [Entry] { try await journal.entries(run: run) }

    func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        let head = try await journal.append(entries, expecting: head)
        let isDue = sinceCheckpoint.withLock { count in
            count += entries.count
            return count >= Self.checkpointEvery
        }
        if isDue { await saveProjections() }
        return head
    }

    /// A checkpoint only saves time, so that it cannot be saved is no reason to stop; the next one may be.
    func saveProjections() async {
        sinceCheckpoint.withLock { $0 = 0 }
        try? await writer.checkpoint(JournalProjections.self)
    }

    func rebuildProjections() async throws { try await writer.rebuild(JournalProjections.self) }
}

/// The writer in the engine's words.
private struct WriterJournal: RunJournal {
    let writer: JournalWriter

    func head() async throws -> JournalHead { try await writer.head() }
    func entries(after sequence: Int64) async throws -> [Entry] { try await writer.entries(after: sequence) }
    func entries(run: String) async throws -> [Entry] { try await writer.entries(run: run) }

    func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        do { return try await writer.append(entries, expecting: head) } catch JournalError.headMoved {
            throw HeadMoved()
        }
    }
}
