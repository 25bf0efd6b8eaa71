import FailoverModel
import Foundation
import GRDB

extension Database {
    /// The newest entry; `empty` when there is none.
    func journalHead() throws -> JournalHead {
        let statement = try cachedStatement(sql: "SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement) else { return .empty }
        return JournalHead(sequence: try row.value(0), hash: Array(try row.value(1) as Data))
    }

    func journalIdentity() throws -> [UInt8] {
        guard let row = try Row.fetchOne(self, sql: "SELECT identity FROM journal"),
            case let identity:Data = try row.value(0), identity.count == 16
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the journal has no identity") }
        return Array(identity)
    }

    func entries(after sequence: Int64) throws -> [Entry] {
        var entries: [Entry] = []
        try EntryRows(db: self).forEach("sequence > ?", [sequence]) { entries.append(Entry($0, hash: $1)) }
        return entries
    }

    func entries(run: String) throws -> [Entry] {
        var entries: [Entry] = []
        try EntryRows(db: self).forEach("run = ?", [], run: run) { entries.append(Entry($0, hash: $1)) }
        return entries
    }

    /// Refuses a journal that is behind what was promised, or has another history.
    func check(against promised: JournalHead?, path: String) throws {
        guard let promised, promised.sequence > 0 else { return }
        let head = try journalHead()
        guard head.sequence >= promised.sequence else {
            throw JournalError.behind(path: path, head: head.sequence, promised: promised.sequence)
        }
        var hash: [UInt8]?
        try EntryRows(db: self).forEach("sequence = ?", [promised.sequence]) { hash = Array($1) }
        guard hash == promised.hash else {
            throw JournalError.damaged(
                path: path, sequence: promised.sequence, what: "this entry is not the one that was promised")
        }
    }

    /// Refuses a journal that is not the one that was read before, up to `known`.
    func check(identity: [UInt8], continuing known: JournalHead, path: String) throws {
        guard try journalIdentity() == identity else {
            throw JournalError.other(path)
        }
        if known.sequence == 0 { return }
        let head = try journalHead()
        guard head.sequence >= known.sequence else {
            throw JournalError.replaced(
                path: path,
                what:
                    "an older copy lies in its place, which ends at entry \(head.sequence), and \(known.sequence) was read"
            )
        }
        var hash: [UInt8]?
        try EntryRows(db: self).forEach("sequence = ?", [known.sequence]) { hash = Array($1) }
        guard hash == known.hash else {
            throw JournalError.replaced(
                path: path,
                what:
                    "a copy that took another course lies in its place: its entry \(known.sequence) is not the one that was read"
            )
        }
    }
}

extension Row {
    /// A column's value, or an error where a damaged row has something else; GRDB's subscript would end the process.
    func value<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value {
        let stored: DatabaseValue = self[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "column \(column + 1) of a row cannot be read")
        }
        return value
    }
}
