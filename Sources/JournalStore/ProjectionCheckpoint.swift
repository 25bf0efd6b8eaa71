import FailoverModel
import Foundation
import GRDB

/// A projection's records in the journal's file, with the head they belong to.
enum ProjectionCheckpoint {
    /// The projection at the head. A checkpoint that is absent, of another format or of another history counts as none.
    static func load<Projection: CheckpointedProjection>(
        _ type: Projection.Type, from db: Database
    ) throws -> (projection: Projection, isFromCheckpoint: Bool) {
        var projection = Projection()
        var sequence: Int64 = 0
        if let head = try? head(in: db), let taken = try? type.init(records: try records(in: db)) {
            projection = taken
            sequence = head.sequence
        }
        try EntryRows(db: db).forEach("sequence > ?", [sequence]) { entry, _ in try projection.apply(entry) }
        return (projection, sequence > 0)
    }

    /// Folds the entries since the checkpoint and stores what they changed.
    static func advance<Projection: CheckpointedProjection>(_ type: Projection.Type, in db: Database) throws {
        let head = try db.journalHead()
        var (projection, isFromCheckpoint) = try load(type, from: db)
        if !isFromCheckpoint { try drop(in: db) }
        for record in projection.takeChanges() {
            if let body = record.body {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO projection (name, key, body) VALUES (?, ?, ?)",
                    arguments: [record.name, record.key, Data(body)])
            } else {
                try db.execute(
                    sql: "DELETE FROM projection WHERE name = ? AND key = ?", arguments: [record.name, record.key])
            }
        }
        try db.execute(sql: "DELETE FROM projection_head")
        try db.execute(
            sql: "INSERT INTO projection_head (version, sequence, hash) VALUES (?, ?, ?)",
            arguments: [JournalFormat.projectionVersion, head.sequence, Data(head.hash)])
    }

    static func drop(in db: Database) throws {
        try db.execute(sql: "DELETE FROM projection; DELETE FROM projection_head")
    }

    static func records(in db: Database) throws -> [ProjectionRecord] {
        try Row.fetchAll(db, sql: "SELECT name, key, body FROM projection ORDER BY name, key").map { row in
            ProjectionRecord(name: try row.value(0), key: try row.value(1), body: Array(try row.value(2) as Data))
        }
    }

    private static func head(in db: Database) throws -> JournalHead? {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT sequence, hash FROM projection_head WHERE version = ?",
                arguments: [JournalFormat.projectionVersion])
        else { return nil }
        let head = JournalHead(sequence: try row.value(0), hash: Array(try row.value(1) as Data))
        var stored: [UInt8]?
        try EntryRows(db: db).forEach("sequence = ?", [head.sequence]) { stored = Array($1) }
        return stored == head.hash ? head : nil
    }
}
