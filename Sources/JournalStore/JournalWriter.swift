package import FailoverModel
import GRDB

/// The one writer of a process. Every append is synced to disk before it returns.
///
/// Other processes may have writers too: an append names the head it expects, and fails with `headMoved` where another
/// was first.
package actor JournalWriter {
    private let queue: DatabaseQueue
    private let path: String
    private let witness: HeadWitness
    /// Set once a write failed in a way that leaves open what the disk holds; never tried again as if nothing had been.
    private var poison: JournalError?
    private let thread = WriterThread()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the journal, making it where there is none.
    package init(path: String) throws(JournalError) {
        self.path = path
        queue = try JournalConnection.writer(path)
        witness = HeadWitness(journal: path)
        try witness.check(queue, path: path)
    }

    package func head() throws(JournalError) -> JournalHead {
        try reading { try $0.journalHead() }
    }

    /// Does a real synced write beside the entries, so that a full disk or a read-only file is known before anything is done.
    package func assertWritable() throws(JournalError) {
        do { try writing { try $0.execute(sql: "UPDATE pulse SET beat = beat + 1") } } catch {
            // Nothing was under way that would have to be looked at; the writer stays poisoned all the same.
            guard case .poisoned(let path, let what) = error else { throw error }
            throw .unusable(path: path, what: what)
        }
    }

    /// Stores all of `entries`, or none.
    package func append(_ entries: [NewEntry], expecting head: JournalHead) throws(JournalError) -> JournalHead {
        let new = try writing { db -> JournalHead in
            let actual = try db.journalHead()
            guard actual == head else { throw JournalError.headMoved(actual) }
            if entries.isEmpty { return head }
            var head = head
            if head.sequence == 0 { head.hash = EntryHash.genesis(identity: try db.journalIdentity()) }
            let insert = try EntryInsert(db: db)
            for entry in entries {
                head = try Entry(entry, sequence: head.sequence + 1).withBytes { bytes in
                    let hash = EntryHash.of(bytes, after: head.hash)
                    try insert(bytes, hash: hash)
                    return JournalHead(sequence: bytes.sequence, hash: hash)
                }
            }
            return head
        }
        witness.write(new)
        return new
    }

    package func entries(after sequence: Int64) throws(JournalError) -> [Entry] {
        try reading { try $0.entries(after: sequence) }
    }

    package func entries(run: String) throws(JournalError) -> [Entry] {
        try reading { try $0.entries(run: run) }
    }

    /// Brings the checkpoint of `projection` in the file up to the head. `distance`: after how many entries each a
    /// whole projection is kept for looks into the past.
    package func checkpoint<Projection: CheckpointedProjection>(
        _ projection: Projection.Type, keepingPastEvery distance: Int64 = 50_000
    ) throws(JournalError) {
        try writing { try ProjectionCheckpoint.advance(projection, in: $0, keepingPastEvery: distance) }
    }

    /// Throws the checkpoint away and folds everything anew.
    package func rebuild<Projection: CheckpointedProjection>(_ projection: Projection.Type) throws(JournalError) {
        try writing { db in
            try ProjectionCheckpoint.drop(in: db)
            try ProjectionCheckpoint.advance(projection, in: db)
        }
    }

    /// Takes in the entries of an export; the journal must be new.
    package func importLines(from file: String) throws(JournalError) -> JournalHead {
        let head = try writing { try JournalImport(db: $0, file: file, journal: path).run() }
        witness.write(head)
        return head
    }

    private func reading<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        try JournalConnection.mapped(path) { try queue.read(body) }
    }

    private func writing<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        if let poison { throw poison }
        do {
            return try queue.writeWithoutTransaction { db in
                var value: Value?
                try db.inTransaction(.immediate) {
                    value = try body(db)
                    return .commit
                }
                guard let value else { throw JournalError.unusable(path: path, what: "the transaction did not run") }
                return value
            }
        } catch let error as JournalError {
            throw error
        } catch {
            let mapped = JournalError(error, path: path)
            if let code = (error as? DatabaseError)?.resultCode,
                [.SQLITE_IOERR, .SQLITE_FULL, .SQLITE_CORRUPT].contains(code)
            {
                let poison = JournalError.poisoned(path: path, what: mapped.what)
                self.poison = poison
                throw poison
            }
            throw mapped
        }
    }
}
