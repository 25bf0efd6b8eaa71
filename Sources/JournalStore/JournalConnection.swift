import FailoverModel
import GRDB

/// Opens connections with the settings that the journal's promises rest on.
enum JournalConnection {
    static func writer(_ path: String) throws(JournalError) -> DatabaseQueue {
        try JournalFile.prepareForWriting(path)
        return try mapped(path) {
            var configuration = configuration()
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: path, configuration: configuration)
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

    static func reader(_ path: String) throws(JournalError) -> DatabaseQueue {
        try JournalFile.prepareForReading(path)
        return try mapped(path) {
            var configuration = configuration()
            configuration.readonly = true
            var queue = try? DatabaseQueue(path: path, configuration: configuration)
            if let opened = queue, (try? opened.read { try $0.journalHead() }) == nil { queue = nil }
            // A folder that cannot be written has no room for SQLite's shared memory; without a log the file is complete.
            let usable = try queue ?? DatabaseQueue(
                path: JournalFile.hasLog(path) ? path : "file:\(path)?immutable=1", configuration: configuration)
            try usable.read { try checkFormat($0, path) }
            return usable
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
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
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        guard application == JournalFormat.applicationID else {
            throw JournalError.foreign(path: path, what: "it is another program's SQLite file")
        }
        let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard format <= JournalFormat.version else { throw JournalError.newerFormat(path: path, format: format) }
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
        case .SQLITE_BUSY: self = .unusable(path: path, what: "another process has kept it locked for 5 s")
        case .SQLITE_CANTOPEN: self = .unusable(path: path, what: "it cannot be opened: \(what)")
        case .SQLITE_IOERR: self = .unusable(path: path, what: "the disk reports an error: \(what)")
        default: self = .unusable(path: path, what: what)
        }
    }
}
