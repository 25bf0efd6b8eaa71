import FailoverModel
import Foundation
import GRDB
import GRDBSQLite

/// Reads rows of `entry` in place, without an object a row: a fold over a million entries spends its time elsewhere.
struct EntryRows {
    let db: Database

    static let columns = "sequence, run, time, actor, type, version, payload, hash"

    /// Calls `body` for each row of a query that selects `columns`. Its buffers are valid only during the call.
    func forEach(
        _ condition: String, _ arguments: [Int64], run: String? = nil,
        _ body: (EntryBytes, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.columns) FROM entry WHERE \(condition) ORDER BY sequence")
        var values: [any DatabaseValueConvertible] = arguments
        if let run { values.insert(run, at: 0) }
        try statement.setArguments(StatementArguments(values))
        let pointer = statement.sqliteStatement
        defer { sqlite3_reset(pointer) }
        sqlite3_reset(pointer)
        while true {
            switch sqlite3_step(pointer) {
            case SQLITE_ROW:
                try body(
                    EntryBytes(
                        sequence: sqlite3_column_int64(pointer, 0), run: bytes(pointer, 1),
                        time: Moment(microseconds: sqlite3_column_int64(pointer, 2)), actor: bytes(pointer, 3),
                        type: bytes(pointer, 4), version: sqlite3_column_int64(pointer, 5), payload: bytes(pointer, 6)),
                    bytes(pointer, 7))
            case SQLITE_DONE: return
            default:
                throw DatabaseError(
                    resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
                    message: sqlite3_errmsg(db.sqliteConnection).map { String(cString: $0) })
            }
        }
    }

    private func bytes(_ statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
    }
}

extension Entry {
    init(_ bytes: EntryBytes, hash: UnsafeRawBufferPointer) {
        self.init(
            sequence: bytes.sequence, run: String(decoding: bytes.run, as: UTF8.self), time: bytes.time,
            actor: String(decoding: bytes.actor, as: UTF8.self), type: String(decoding: bytes.type, as: UTF8.self),
            version: bytes.version, payload: Array(bytes.payload), hash: Array(hash))
    }
}

extension Database {
    /// The newest entry; `empty` when there is none.
    func journalHead() throws -> JournalHead {
        let statement = try cachedStatement(sql: "SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement) else { return .empty }
        return JournalHead(sequence: row[0], hash: Array(row[1] as Data))
    }

    func journalIdentity() throws -> [UInt8] {
        guard let identity = try Data.fetchOne(self, sql: "SELECT identity FROM journal") else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the journal has no identity")
        }
        return Array(identity)
    }
}
