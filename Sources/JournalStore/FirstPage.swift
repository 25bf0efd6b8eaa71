import Foundation
import GRDBSQLite

/// What the first page of a file says it is, asked through SQLite itself.
///
/// The file is never opened by hand: closing any descriptor of a file drops all POSIX locks that this process has on it, those
/// of SQLite's connections too. Another process then takes itself for the last one, and removes the log that is written to here
/// (sqlite.org/howtocorrupt.html §2.2). SQLite keeps account of its own descriptors.
struct FirstPage {
    var applicationID: Int32
    var version: Int
    /// Tables, indexes and triggers.
    var objects: Int

    enum Failure: Error {
        case notADatabase
        case damaged(String)
        case unreadable(String)
    }

    /// Reads the main file alone, without its log and without a lock.
    init(of path: String) throws(Failure) {
        let connection = try Self.open(path)
        defer { sqlite3_close_v2(connection) }
        applicationID = Int32(truncatingIfNeeded: try Self.number("PRAGMA application_id", connection))
        version = Int(try Self.number("PRAGMA user_version", connection))
        objects = Int(try Self.number("SELECT count(*) FROM sqlite_schema", connection))
    }

    /// The identity of the journal that the file holds by itself, whatever lies beside it; `nil` where it cannot be read.
    static func identity(of path: String) -> [UInt8]? {
        guard let connection = try? open(path) else { return nil }
        defer { sqlite3_close_v2(connection) }
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(connection, "SELECT identity FROM journal", -1, &statement, nil) == SQLITE_OK,
            sqlite3_step(statement) == SQLITE_ROW
        else { return nil }
        return Array(
            UnsafeRawBufferPointer(
                start: sqlite3_column_blob(statement, 0), count: Int(sqlite3_column_bytes(statement, 0))))
    }

    private static func open(_ path: String) throws(Failure) -> OpaquePointer {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
        let opened = sqlite3_open_v2(immutable(path), &connection, flags, nil)
        guard opened == SQLITE_OK, let connection else {
            defer { sqlite3_close_v2(connection) }
            throw failure(opened, connection)
        }
        return connection
    }

    /// The name under which SQLite opens a file that nobody changes.
    static func immutable(_ path: String) -> String {
        let escaped = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
        return "file:\(escaped)?immutable=1"
    }

    private static let allowed = CharacterSet(charactersIn: "/._-~").union(.alphanumerics)

    private static func number(_ sql: String, _ connection: OpaquePointer) throws(Failure) -> Int64 {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        var code = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        if code == SQLITE_OK { code = sqlite3_step(statement) }
        guard code == SQLITE_ROW else { throw failure(code, connection) }
        return sqlite3_column_int64(statement, 0)
    }

    private static func failure(_ code: Int32, _ connection: OpaquePointer?) -> Failure {
        let what = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "error \(code)"
        switch code & 0xFF {
        case SQLITE_NOTADB: return .notADatabase
        case SQLITE_CORRUPT: return .damaged(what)
        default: return .unreadable(what)
        }
    }
}
