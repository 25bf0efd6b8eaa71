import FailoverModel
import GRDB
import GRDBSQLite

/// Puts entries into the table byte for byte.
///
/// Texts are bound with their length: bound as C strings they would end at a NUL, and the row would not be what was hashed.
struct EntryInsert {
    private let db: Database
    private let statement: Statement

    init(db: Database) throws {
        self.db = db
        statement = try db.cachedStatement(
            sql: "INSERT INTO entry (\(EntryRows.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    }

    func callAsFunction(_ entry: EntryBytes, hash: [UInt8]) throws {
        let pointer = statement.sqliteStatement
        sqlite3_reset(pointer)
        defer {
            sqlite3_reset(pointer)
            sqlite3_clear_bindings(pointer)
        }
        sqlite3_bind_int64(pointer, 1, entry.sequence)
        bind(entry.run, to: 2)
        sqlite3_bind_int64(pointer, 3, entry.time.microseconds)
        bind(entry.actor, to: 4)
        bind(entry.type, to: 5)
        sqlite3_bind_int64(pointer, 6, entry.version)
        bind(entry.payload, to: 7)
        let code = hash.withUnsafeBytes { bytes in
            sqlite3_bind_blob(pointer, 8, bytes.baseAddress, Int32(bytes.count), nil)
            return sqlite3_step(pointer)
        }
        guard code == SQLITE_DONE else { throw DatabaseError(lastOf: db) }
    }

    /// Without a copy: the bytes live until the statement was stepped.
    private func bind(_ text: UnsafeRawBufferPointer, to column: Int32) {
        // A null pointer would be bound as NULL.
        let none: StaticString = ""
        let start = text.baseAddress ?? UnsafeRawPointer(none.utf8Start)
        sqlite3_bind_text64(
            statement.sqliteStatement, column, start.assumingMemoryBound(to: CChar.self), UInt64(text.count), nil,
            UInt8(SQLITE_UTF8))
    }
}

extension DatabaseError {
    /// What SQLite said last on a connection.
    init(lastOf db: Database) {
        self.init(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(db.sqliteConnection)),
            message: sqlite3_errmsg(db.sqliteConnection).map { String(cString: $0) })
    }
}
