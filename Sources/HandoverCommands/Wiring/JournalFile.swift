import FailoverModel
import JournalStore
import RunEngine

/// The journal that a command line names. Reading never makes or changes a file.
struct JournalFile: Sendable {
    let path: String
    private let invocation: Invocation

    init(_ invocation: Invocation) {
        path = invocation.journalPath
        self.invocation = invocation
    }

    func reader() throws -> JournalReader { try JournalReader(path: path) }

    /// The states as they are now: the checkpoint, and the entries after it.
    func snapshot() throws -> JournalSnapshot { try snapshot(reader()) }

    func snapshot(_ reader: JournalReader) throws -> JournalSnapshot {
        let (projections, head) = try reader.projection(JournalProjections.self)
        return JournalSnapshot(
            head: head, projections: projections, identity: try reader.identity().hexadecimal)
    }

    /// The states after an entry or at a time, folded from the nearest ones that were kept.
    func snapshot(at point: JournalPoint) throws -> JournalSnapshot {
        let reader = try reader()
        let newest = try reader.head().sequence
        let last =
            switch point {
            case .sequence(let sequence): sequence
            case .time(let moment): try reader.sequence(at: moment)
            }
        guard last <= newest else {
            throw CommandFailure(
                kind: "invalid", what: "the journal ends at entry \(newest)", place: "entry \(last)",
                next: "Give an entry up to that, or a time", status: .badInput)
        }
        let entry = try reader.entry(last)
        return JournalSnapshot(
            head: entry.map { JournalHead(sequence: $0.sequence, hash: $0.hash) } ?? .empty,
            projections: try reader.projection(through: last), past: entry?.time ?? invocation.now)
    }

    /// As `snapshot()`, and empty where there is no journal yet.
    func snapshotOrEmpty() throws -> JournalSnapshot { SmallText.exists(path) ? try snapshot() : .empty }

    func lookup() throws -> RunLookup {
        RunLookup(summaries: try snapshot().projections.runs.newestFirst, invocation: invocation) { run in
            try !entries(run: run).isEmpty
        }
    }

    func entries(run: String) throws -> [Entry] { try reader().entries(run: run) }

    func state(of run: String) throws -> RunState { try RunState.folding(entries(run: run), run: run) }

    /// With what is known of its executor now.
    func listed(_ summary: RunSummary) -> ListedRun {
        ListedRun(summary: summary, liveness: summary.executor.map(invocation.wiring.registry.liveness))
    }

    func liveness(of state: RunState) -> Liveness? {
        (state.claim?.executor).map(invocation.wiring.registry.liveness)
    }

    /// Opens the journal for appending, and makes it where there is none. Throws before anything is done to the world
    /// where it cannot be written.
    func openForWriting() async throws -> StoredJournal {
        let writer = try JournalWriter(path: path)
        try await writer.assertWritable()
        return StoredJournal(file: self, writer: writer, decorated: invocation.wiring.journal)
    }
}
