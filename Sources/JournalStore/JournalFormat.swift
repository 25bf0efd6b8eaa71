import FailoverModel
import GRDB

/// The file's identity and schema.
enum JournalFormat {
    /// `HAND` in ASCII: `PRAGMA application_id`.
    static let applicationID: Int32 = 0x4841_4E44
    /// `PRAGMA user_version`.
    static let version = 1
    /// Raised whenever projections or their records change; older checkpoints are then folded anew.
    static let projectionVersion = 3

    static func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE journal (
                    identity BLOB NOT NULL CHECK (length(identity) = 16)
                ) STRICT;
                CREATE TABLE entry (
                    sequence INTEGER PRIMARY KEY,
                    run TEXT NOT NULL,
                    time INTEGER NOT NULL,
                    actor TEXT NOT NULL,
                    type TEXT NOT NULL,
                    version INTEGER NOT NULL,
                    payload TEXT NOT NULL,
                    hash BLOB NOT NULL CHECK (length(hash) = 32)
                ) STRICT;
                CREATE INDEX entry_run ON entry (run, sequence);
                CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
                    BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
                CREATE TRIGGER entry_is_never_removed BEFORE DELETE ON entry
                    BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
                CREATE TABLE projection (
                    name TEXT NOT NULL,
                    key TEXT NOT NULL,
                    body BLOB NOT NULL,
                    PRIMARY KEY (name, key)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE projection_head (
                    version INTEGER NOT NULL,
                    sequence INTEGER NOT NULL,
                    hash BLOB NOT NULL
                ) STRICT;
                CREATE TABLE pulse (
                    beat INTEGER NOT NULL
                ) STRICT;
                INSERT INTO pulse VALUES (0);
                INSERT INTO journal VALUES (randomblob(16));
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(version);
                """)
    }

    /// Refuses what this version must not open, by the two numbers in the file's header.
    static func check(applicationID: Int32, version: Int, path: String) throws(JournalError) {
        guard applicationID == Self.applicationID else {
            throw .foreign(path: path, what: "it is another program's SQLite file")
        }
        guard version <= Self.version else { throw .newerFormat(path: path, format: version) }
        guard version >= 1 else { throw .damaged(path: path, sequence: nil, what: "its format number is \(version)") }
    }

    /// What the schema of a file differs in from the one that `create` makes; `nil` where it is the same.
    ///
    /// Names alone prove nothing: a trigger of the right name may do nothing, and one more may do harm.
    static func schemaFault(in db: Database) throws -> String? {
        let wanted = try madeSchema.get()
        let found = try schema(of: db)
        for (name, sql) in wanted.sorted(by: { $0.key < $1.key }) where found[name] != sql {
            return found[name] == nil
                ? "the \(name) is gone" : "the \(name) is not the one that the journal was made with"
        }
        return found.keys.filter { wanted[$0] == nil }.min().map { "there is a \($0) that is not the journal's" }
    }

    private static let madeSchema = Result {
        try DatabaseQueue().write { fresh in
            try create(fresh)
            return try schema(of: fresh)
        }
    }

    private static func schema(of db: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'")
        return Dictionary(try rows.map { (try $0.value(0), try $0.value(1)) }) { first, _ in first }
    }
}
