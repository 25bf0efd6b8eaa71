import FailoverModel
import Foundation
import GRDB

/// A projection's records in the journal's file, with the head they belong to.
enum ProjectionCheckpoint {
    /// The projection at the head. A checkpoint that is absent, of another format or of another history counts as none.
    static func load<Projection: CheckpointedProjection>(
        _ type: Projection.Type, from db: Database,
        eachEntry: (EntryBytes, UnsafeRawBufferPointer, Projection) throws -> Void = { _, _, _ in }
    ) throws -> (projection: Projection, isFromCheckpoint: Bool) {
        var projection = Projection()
        var sequence: Int64 = 0
        if let head = try? head(in: db), let taken = try? type.init(records: try records(in: db)) {
            projection = taken
            sequence = head.sequence
        }
        try EntryRows(db: db).forEach("sequence > ?", [sequence]) { entry, hash in
            try projection.apply(entry)
            try eachEntry(entry, hash, projection)
        }
        return (projection, sequence > 0)
    }

    /// Folds the entries since the checkpoint and stores what they changed, and whole projections along the way.
    static func advance<Projection: CheckpointedProjection>(
        _ type: Projection.Type, in db: Database, keepingPastEvery distance: Int64 = PastProjections.distance
    ) throws {
        let head = try db.journalHead()
        var past: [PastProjections.Kept] = []
        var (projection, isFromCheckpoint) = try load(type, from: db) { entry, hash, projection in
            guard entry.sequence.isMultiple(of: distance) else { return }
            past.append(.init(sequence: entry.sequence, hash: Array(hash), records: projection.records))
        }
        if !isFromCheckpoint { try drop(in: db) }
        for kept in past { try PastProjections.keep(kept, after: kept.sequence - distance, in: db) }
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
        try Row.fetchAll(
            db, sql: "SELECT name, key, body FROM projection WHERE name NOT IN (?, ?) ORDER BY name, key",
            arguments: [PastProjections.recordName, PastProjections.stretchName]
        ).map { row in
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
        return try db.hash(of: head.sequence) == head.hash ? head : nil
    }

    /// Whether what is kept was written in the form that is read here.
    static func isOfThisVersion(_ db: Database) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM projection_head WHERE version = ?",
            arguments: [JournalFormat.projectionVersion]) == 1
    }

    /// Whether the newest checkpoint and those of the past are what the entries give, folded from the first one.
    static func followsEntries<Projection: CheckpointedProjection>(
        _ type: Projection.Type, in db: Database
    ) throws -> Bool {
        guard let head = try head(in: db) else { return true }
        let stored = try records(in: db)
        var projection = Projection()
        var past = try PastProjections.bodies(in: db)
        var isTrue = true
        try EntryRows(db: db).forEach("sequence > ?", [0]) { entry, hash in
            try projection.apply(entry)
            if entry.sequence == head.sequence, projection.records != stored { isTrue = false }
            guard let body = past.removeValue(forKey: entry.sequence) else { return }
            let kept = PastProjections.Kept(
                sequence: entry.sequence, hash: Array(hash), records: projection.records)
            if kept.jsonBytes != body { isTrue = false }
        }
        var previous: Int64 = 0
        for stretch in try PastProjections.stretches(in: db).reversed() {
            let earliest = try PastProjections.earliest(after: previous, through: stretch.sequence, in: db)
            if earliest != stretch.earliest { isTrue = false }
            previous = stretch.sequence
        }
        return isTrue && past.isEmpty
    }
}
