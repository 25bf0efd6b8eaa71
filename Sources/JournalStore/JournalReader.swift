@preconcurrency import Dispatch
package import FailoverModel
import GRDB
import Glibc

/// Reads a journal, also while another process appends to it, and never writes.
package struct JournalReader: Sendable {
    package let path: String
    private let queue: DatabaseQueue

    package init(path: String) throws(JournalError) {
        self.path = path
        queue = try JournalConnection.reader(path)
        try HeadWitness(journal: path).check(queue, path: path)
    }

    /// Opens a journal that was read before, up to `head`. Throws `replaced` where that is not the one that lies there now:
    /// another, an older copy, or one that took another course.
    package init(path: String, identity: [UInt8], continuing head: JournalHead) throws(JournalError) {
        self.path = path
        do {
            let queue = try JournalConnection.reader(path)
            try JournalConnection.mapped(path) {
                try queue.read { try $0.check(identity: identity, continuing: head, path: path) }
            }
            try HeadWitness(journal: path).check(queue, path: path)
            self.queue = queue
        } catch {
            // The log of the old one over the file of another is a heap of pages: what it is can be seen in the file alone.
            guard let found = FirstPage.identity(of: path), found != identity else { throw error }
            throw .other(path)
        }
    }

    package func head() throws(JournalError) -> JournalHead { try reading { try $0.journalHead() } }

    package func entries(run: String) throws(JournalError) -> [Entry] { try reading { try $0.entries(run: run) } }

    package func entries(after sequence: Int64) throws(JournalError) -> [Entry] {
        try reading { try $0.entries(after: sequence) }
    }

    /// 16 random bytes, made with the journal and kept by its copies.
    package func identity() throws(JournalError) -> [UInt8] { try reading { try $0.journalIdentity() } }

    /// The entries that belong to a run, after one sequence up to another, in order.
    package func entriesOfRuns(after sequence: Int64, through last: Int64) throws(JournalError) -> [Entry] {
        try reading { db in
            var entries: [Entry] = []
            try EntryRows(db: db).forEach("sequence > ? AND sequence <= ? AND run <> ''", [sequence, last]) {
                entries.append(Entry($0, hash: $1))
            }
            return entries
        }
    }

    package func entry(_ sequence: Int64) throws(JournalError) -> Entry? {
        try reading { db in
            var entry: Entry?
            try EntryRows(db: db).forEach("sequence = ?", [sequence]) { entry = Entry($0, hash: $1) }
            return entry
        }
    }

    /// The last entry that was made at or before a moment, by its own time; 0 where there is none.
    package func sequence(at moment: Moment) throws(JournalError) -> Int64 {
        try reading { db in
            // From the newest back, stretch by stretch: those that are all later need no look.
            let sql =
                "SELECT sequence FROM entry WHERE sequence > ? AND sequence <= ? AND time <= ? "
                + "ORDER BY sequence DESC LIMIT 1"
            let stretches = try PastProjections.stretches(in: db)
            let ends = [Int64.max] + stretches.map(\.sequence)
            for (index, last) in ends.enumerated() {
                if index > 0, stretches[index - 1].earliest > moment { continue }
                let arguments: StatementArguments = [
                    index + 1 < ends.count ? ends[index + 1] : 0, last, moment.microseconds,
                ]
                if let row = try Row.fetchOne(db, sql: sql, arguments: arguments) { return try row.value(0) }
            }
            return 0
        }
    }

    /// Every run of the journal with its first and last sequence, oldest first.
    package func runs() throws(JournalError) -> [(run: String, first: Int64, last: Int64)] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: "SELECT run, min(sequence), max(sequence) FROM entry WHERE run <> '' GROUP BY run ORDER BY 2"
            ).map { (try $0.value(0), try $0.value(1), try $0.value(2)) }
        }
    }

    /// Calls `body` for each entry after one sequence up to another, in order, in place.
    package func forEach(
        after sequence: Int64 = 0, through last: Int64 = .max, _ body: (EntryBytes) throws -> Void
    ) throws(JournalError) {
        try reading { db in
            try EntryRows(db: db).forEach("sequence > ? AND sequence <= ?", [sequence, last]) { entry, _ in
                try body(entry)
            }
        }
    }

    /// As `forEach`, each with its own bytes and its hash; stops after so many.
    package func entries(
        after sequence: Int64, most: Int64, _ body: (EntryBytes, UnsafeRawBufferPointer) throws -> Void
    ) throws(JournalError) {
        try reading { db in
            let (last, overflows) = sequence.addingReportingOverflow(most)
            try EntryRows(db: db).forEach("sequence > ? AND sequence <= ?", [sequence, overflows ? .max : last], body)
        }
    }

    /// As `entries(after:most:)`, and each is proven to follow the one before it, the first one `head`: what anything else
    /// put there is refused.
    package func entries(
        following head: JournalHead, most: Int64, _ body: (EntryBytes, UnsafeRawBufferPointer) throws -> Void
    ) throws(JournalError) {
        try reading { db in
            var last = head
            if last.sequence == 0 { last.hash = EntryHash.genesis(identity: try db.journalIdentity()) }
            let (end, overflows) = head.sequence.addingReportingOverflow(most)
            let range = [head.sequence, overflows ? .max : end]
            try EntryRows(db: db).forEach("sequence > ? AND sequence <= ?", range) { entry, hash in
                guard entry.sequence == last.sequence + 1,
                    hash.elementsEqual(EntryHash.of(entry, after: last.hash))
                else {
                    throw JournalError.replaced(
                        path: path,
                        what: "its entry \(entry.sequence) does not follow entry \(last.sequence) as it was read")
                }
                last = JournalHead(sequence: entry.sequence, hash: Array(hash))
                try body(entry, hash)
            }
        }
    }

    /// A run's entries after a sequence, up to another one.
    package func entries(
        run: String, after sequence: Int64, through last: Int64 = .max
    ) throws(JournalError) -> [Entry] {
        try reading { db in
            var entries: [Entry] = []
            try EntryRows(db: db).forEach("run = ? AND sequence > ? AND sequence <= ?", [sequence, last], run: run) {
                entries.append(Entry($0, hash: $1))
            }
            return entries
        }
    }

    /// The projection at the head, from its checkpoint and the entries after it.
    package func projection<Projection: CheckpointedProjection>(
        _ type: Projection.Type = Projection.self
    ) throws(JournalError) -> (projection: Projection, head: JournalHead) {
        try reading { db in
            let (projection, _) = try ProjectionCheckpoint.load(type, from: db)
            return (projection, try db.journalHead())
        }
    }

    /// The projection as it was after a sequence, from the nearest one that was kept before it.
    package func projection<Projection: CheckpointedProjection>(
        _ type: Projection.Type = Projection.self, through sequence: Int64
    ) throws(JournalError) -> Projection {
        try reading { db in
            var (projection, first) = try PastProjections.nearest(type, through: sequence, in: db)
            try EntryRows(db: db).forEach("sequence > ? AND sequence <= ?", [first, sequence]) { entry, _ in
                try projection.apply(entry)
            }
            return projection
        }
    }

    /// Whether everything that is kept of a projection is what the entries give, folded from the first one.
    package func keptFollowsEntries<Projection: CheckpointedProjection>(
        _ type: Projection.Type
    ) throws(JournalError) -> Bool {
        try reading { try ProjectionCheckpoint.followsEntries(type, in: $0) }
    }

    /// The head each time it moves, looked for every few milliseconds. Ends when the task that reads it is cancelled.
    package func changes(everyMilliseconds interval: Int = 5) -> AsyncStream<JournalHead> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "journal changes"))
            let last = LastHead()
            timer.setEventHandler {
                guard let head = try? head(), last.replace(with: head) else { return }
                continuation.yield(head)
            }
            timer.schedule(deadline: .now(), repeating: .milliseconds(interval))
            timer.activate()
            continuation.onTermination = { _ in timer.cancel() }
        }
    }

    /// Writes a whole copy (0600, a new file) that can be opened on its own, also while somebody appends.
    package func backup(to path: String) throws(JournalError) {
        try JournalFile.makeEmpty(path)
        do {
            try JournalConnection.mapped(self.path) {
                try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            }
            // VACUUM INTO leaves that to the caller (sqlite.org/lang_vacuum.html).
            try JournalFile.sync(path)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// As `reading`, and hands on an error of the caller's own as it is.
    func streaming(_ body: (Database) throws -> Void) throws {
        do { try queue.read(body) } catch let error as CallersError { throw error.error } catch {
            throw error as? JournalError ?? JournalError(error, path: path)
        }
    }

    func reading<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        try JournalConnection.mapped(path) { try queue.read(body) }
    }
}

/// An error of a closure that was given to the reader: a full disk under an export is not the journal's fault.
struct CallersError: Error {
    let error: any Error

    static func marking(_ body: () throws -> Void) throws(CallersError) {
        do { try body() } catch { throw CallersError(error: error) }
    }
}
