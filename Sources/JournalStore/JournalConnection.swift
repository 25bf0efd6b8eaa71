import FailoverModel
import Foundation
import GRDB

/// Opens connections with the settings that the journal's promises rest on.
enum JournalConnection {
    private static let busySeconds = 5

    static func writer(_ path: String) throws(JournalError) -> DatabaseQueue {
        try JournalFile.prepareForWriting(path)
        return try mapped(path) {
            var configuration = configuration()
            configuration.journalMode = .wal
            let queue = try patiently {
                try DatabaseQueue(path: JournalFile.plainName(path), configuration: configuration)
            }
            try queue.writeWithoutTransaction { db in
                // GRDB's set-up of the WAL mode leaves NORMAL, which may lose the last commits on a power loss.
                try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON")
                try assertSettings(db, path)
                var isNew = false
                try db.inTransaction(.immediate) {
                    isNew =
                        try Int.fetchOne(db, sql: "PRAGMA user_version") == 0
                        && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
                    if isNew { try JournalFormat.create(db) }
                    return .commit
                }
                // The schema goes into the file itself, so that a lost log never makes the journal unrecognisable.
                if isNew { try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
                try checkFormat(db, path)
            }
            return queue
        }
    }

    /// Tries again where SQLite says "locked" at once instead of waiting: when two switch a new file to WAL mode together.
    private static func patiently<Value>(_ body: () throws -> Value) throws -> Value {
        let end = ContinuousClock.now + .seconds(busySeconds)
        while true {
            do { return try body() } catch let error as DatabaseError {
                guard error.resultCode == .SQLITE_BUSY, ContinuousClock.now < end else { throw error }
                usleep(10_000)
            }
        }
    }

    static func reader(_ path: String) throws(JournalError) -> DatabaseQueue {
        try JournalFile.prepareForReading(path)
        return try mapped(path) {
            var configuration = configuration()
            configuration.readonly = true
            do { return try reader(JournalFile.plainName(path), configuration, path) } catch let error as DatabaseError
            {
                guard [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) else { throw error }
                // A folder that cannot be written has no room for SQLite's shared memory; without a log the file is complete.
                if JournalFile.hasLog(path) {
                    throw JournalError.unusable(
                        path: path,
                        what: "its folder cannot be written, and the -wal beside it has entries; copy both elsewhere")
                }
                return try reader(FirstPage.immutable(path), configuration, path)
            }
        }
    }

    private static func reader(_ name: String, _ configuration: Configuration, _ path: String) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: name, configuration: configuration)
        try queue.read { try checkFormat($0, path) }
        return queue
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(TimeInterval(busySeconds))
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        }
        return configuration
    }

    private static func assertSettings(_ db: Database, _ path: String) throws {
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        let triggers = try Bool.fetchOne(db, sql: "PRAGMA recursive_triggers")
        guard synchronous == 2, mode == "wal", triggers == true else {
            throw JournalError.unusable(
                path: path, what: "SQLite does not keep to synchronous=FULL in WAL mode on this file system")
        }
    }

    private static func checkFormat(_ db: Database, _ path: String) throws {
        try JournalFormat.check(
            applicationID: Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
            version: Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0, path: path)
    }

    /// Runs `body` and says in the journal's words what SQLite did not like.
    static func mapped<Value>(_ path: String, _ body: () throws -> Value) throws(JournalError) -> Value {
        do { return try body() } catch let error as JournalError { throw error } catch {
            throw JournalError(error, path: path)
        }
    }
}

extension JournalError {
    init(_ error: any Error, path: String) {
        if let error = error as? UnreadableEntry {
            self = .damaged(path: path, sequence: error.sequence, what: error.what)
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unusable(path: path, what: "\(error)")
            return
        }
        let what = error.message ?? "\(error.extendedResultCode)"
        switch error.resultCode {
        case .SQLITE_CORRUPT: self = .damaged(path: path, sequence: nil, what: "SQLite finds the file damaged: \(what)")
        case .SQLITE_NOTADB: self = .foreign(path: path, what: "it is not an SQLite file")
        case .SQLITE_FULL: self = .unusable(path: path, what: "the disk is full")
        case .SQLITE_READONLY: self = .unusable(path: path, what: "the file or its folder cannot be written")
        case .SQLITE_BUSY: self = .busy(path: path)
        case .SQLITE_CANTOPEN: self = .unusable(path: path, what: "it cannot be opened: \(what)")
        case .SQLITE_IOERR: self = .unusable(path: path, what: "the disk reports an error: \(what)")
        default: self = .unusable(path: path, what: what)
        }
    }
}
