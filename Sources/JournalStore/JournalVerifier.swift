package import FailoverModel
import GRDB

/// What `journal verify` found.
package struct Verification: Equatable, Sendable {
    package struct Bad: Equatable, Sendable {
        /// The first sequence at which the journal is not what was written.
        package var sequence: Int64
        package var reason: String

        package init(sequence: Int64, reason: String) {
            self.sequence = sequence
            self.reason = reason
        }
    }

    /// Sound entries, counted from the first.
    package var entries: Int64
    /// The last sound entry.
    package var head: JournalHead
    package var firstBad: Bad?

    package var isSound: Bool { firstBad == nil }
}

extension JournalReader {
    /// Opens a journal for verification, even where its head is behind the promised one.
    package static func verify(path: String, knownHead: JournalHead? = nil) throws(JournalError) -> Verification {
        let queue: DatabaseQueue
        do { queue = try JournalConnection.reader(path) } catch {
            guard case .damaged(_, _, let what) = error else { throw error }
            return Verification(entries: 0, head: .empty, firstBad: .init(sequence: 1, reason: what))
        }
        let promised = HeadWitness(journal: path).read()
        var walk = ChainWalk(known: [knownHead, promised].compactMap(\.self))
        do {
            try queue.read { db in
                walk.begin(identity: try db.journalIdentity())
                try EntryRows(db: db, checksTypes: true).forEach("sequence >= ?", [Int64.min]) {
                    try walk.take($0, hash: $1)
                }
                walk.conclude(try JournalFormat.schemaFault(in: db) ?? Self.fileFault(in: db))
            }
        } catch is ChainWalk.Stop {
        } catch {
            walk.breakOff("it cannot be read: \(JournalError(error, path: path).fault.what)")
        }
        return walk.end()
    }

    /// What SQLite finds wrong with the file besides the entries: an index that does not agree with them, a damaged page.
    private static func fileFault(in db: Database) throws -> String? {
        guard let row = try Row.fetchOne(db, sql: "PRAGMA integrity_check(1)") else { return nil }
        let found: String = try row.value(0)
        return found == "ok" ? nil : "SQLite finds the file damaged: \(found)"
    }
}

/// Goes along the chain entry by entry and stops at the first that is wrong.
private struct ChainWalk {
    struct Stop: Error {}

    let known: [JournalHead]
    private var expected: Int64 = 1
    private var previous: [UInt8] = JournalHead.empty.hash
    private var head = JournalHead.empty
    private var bad: Verification.Bad?
    /// What is wrong although every entry is whole.
    private var fault: String?

    init(known: [JournalHead]) { self.known = known }

    mutating func begin(identity: [UInt8]) { previous = EntryHash.genesis(identity: identity) }

    mutating func conclude(_ fault: String?) { self.fault = fault }

    mutating func take(_ entry: EntryBytes, hash: UnsafeRawBufferPointer) throws(Stop) {
        guard entry.sequence == expected else {
            throw stop(
                min(expected, entry.sequence),
                entry.sequence > expected ? "the entry is missing" : "there is an entry before the first")
        }
        guard hash.elementsEqual(EntryHash.of(entry, after: previous)) else {
            throw stop(expected, "the entry is not the one that was written here: a column or its place was changed")
        }
        do { _ = try Event(entry) } catch { throw stop(expected, error.what) }
        previous = Array(hash)
        head = JournalHead(sequence: expected, hash: previous)
        for promised in known where promised.sequence == expected && promised.hash != previous {
            throw stop(expected, "the entry is not the one of the known head")
        }
        expected += 1
    }

    mutating func breakOff(_ reason: String) { _ = stop(expected, reason) }

    private mutating func stop(_ sequence: Int64, _ reason: String) -> Stop {
        if bad == nil { bad = .init(sequence: sequence, reason: reason) }
        return Stop()
    }

    mutating func end() -> Verification {
        if bad == nil, let promised = known.map(\.sequence).max(), promised > head.sequence {
            bad = .init(sequence: expected, reason: "the journal ends here, but \(promised) entries were promised")
        }
        if bad == nil, let fault { bad = .init(sequence: expected, reason: fault) }
        return Verification(entries: head.sequence, head: head, firstBad: bad)
    }
}
