import FailoverModel
import RunEngine

/// A journal that takes an append only at one head: for deciding on what was read there.
struct PinnedJournal: RunJournal {
    /// Somebody appended since.
    struct Moved: Error {}

    let journal: any RunJournal
    let pin: JournalHead

    func head() async throws -> JournalHead { pin }

    func append(_ entries: [NewEntry], expecting head: JournalHead) async throws -> JournalHead {
        do { return try await journal.append(entries, expecting: pin) } catch is HeadMoved { throw Moved() }
    }

    func entries(after sequence: Int64) async throws -> [Entry] { try await journal.entries(after: sequence) }
    func entries(run: String) async throws -> [Entry] { try await journal.entries(run: run) }
}
