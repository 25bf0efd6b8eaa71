import GRDB

/// The file's identity and schema.
enum JournalFormat {
    /// `HAND` in ASCII: `PRAGMA application_id`.
    static let applicationID: Int32 = 0x4841_4E44
    /// `PRAGMA user_version`.
    static let version = 1
    /// Raised whenever projections or their records change; older checkpoints are then folded anew.
    static let projectionVersion = 1

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

    static let triggers: Set<String> = ["entry_is_never_changed", "entry_is_never_removed"]
}
