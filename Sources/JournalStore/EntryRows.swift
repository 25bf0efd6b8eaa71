package import FailoverModel
import GRDB
import GRDBSQLite

/// Reads rows of `entry` in place, without an object a row: a fold over a million entries spends its time elsewhere.
struct EntryRows {
    let db: Database
    /// Whether to refuse a column of another type than its table says. SQLite converts on reading, so that a damaged or
    /// altered type would not show in the bytes.
    var checksTypes = false

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
                if checksTypes { try checkTypes(of: pointer) }
                try body(
                    EntryBytes(
                        sequence: sqlite3_column_int64(pointer, 0), run: bytes(pointer, 1),
                        time: Moment(microseconds: sqlite3_column_int64(pointer, 2)), actor: bytes(pointer, 3),
                        type: bytes(pointer, 4), version: sqlite3_column_int64(pointer, 5), payload: bytes(pointer, 6)),
                    bytes(pointer, 7))
            case SQLITE_DONE: return
            default: throw DatabaseError(lastOf: db)
            }
        }
    }

    private func checkTypes(of statement: OpaquePointer) throws {
        for (column, type) in Self.types.enumerated() where sqlite3_column_type(statement, Int32(column)) != type {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT, message: "column \(column + 1) has a type that is not its own")
        }
    }

    private static let types = [
        SQLITE_INTEGER, SQLITE_TEXT, SQLITE_INTEGER, SQLITE_TEXT, SQLITE_TEXT, SQLITE_INTEGER, SQLITE_TEXT, SQLITE_BLOB,
    ]

    private func bytes(_ statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
    }
}

extension Entry {
    /// A copy that outlives the row.
    package init(_ bytes: EntryBytes, hash: UnsafeRawBufferPointer) {
        self.init(
            sequence: bytes.sequence, run: String(decoding: bytes.run, as: UTF8.self), time: bytes.time,
            actor: String(decoding: bytes.actor, as: UTF8.self), type: String(decoding: bytes.type, as: UTF8.self),
            version: bytes.version, payload: Array(bytes.payload), hash: Array(hash))
    }
}
