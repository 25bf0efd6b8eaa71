import FailoverModel
import Foundation
import GRDB

/// Whole projections as they were after every so many entries, kept beside the newest one so that any moment of the past
/// is near one of them. Like every checkpoint they only save time: each names the hash of its entry and counts for nothing
/// where the journal has another one there.
enum PastProjections {
    /// A fold of so many entries takes some 80 ms (`make bench`, `fold`).
    static let distance: Int64 = 50_000

    static let recordName = "past"
    /// When the earliest entry of a stretch was made: lets a search by time pass over stretches that are all later.
    static let stretchName = "past-stretch"

    struct Kept {
        var sequence: Int64
        var hash: [UInt8]
        var records: [ProjectionRecord]
    }

    static func keep(_ kept: Kept, after previous: Int64, in db: Database) throws {
        let earliest = try earliest(after: previous, through: kept.sequence, in: db)
        let stretch = Stretch(sequence: kept.sequence, hash: kept.hash, earliest: earliest)
        for (name, body) in [(recordName, kept.jsonBytes), (stretchName, stretch.jsonBytes)] {
            try db.execute(
                sql: "INSERT OR REPLACE INTO projection (name, key, body) VALUES (?, ?, ?)",
                arguments: [name, key(kept.sequence), Data(body)])
        }
    }

    /// The newest one at or before a sequence whose entry is the journal's; an empty projection where there is none.
    static func nearest<Projection: CheckpointedProjection>(
        _ type: Projection.Type, through sequence: Int64, in db: Database
    ) throws -> (projection: Projection, sequence: Int64) {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT body FROM projection WHERE name = ? AND key <= ? ORDER BY key DESC",
            arguments: [recordName, key(sequence)])
        guard try ProjectionCheckpoint.isOfThisVersion(db) else { return (Projection(), 0) }
        while let row = try rows.next() {
            guard let kept = try? Kept(json: Array(try row.value(0) as Data)),
                try db.hash(of: kept.sequence) == kept.hash, let projection = try? type.init(records: kept.records)
            else { continue }
            return (projection, kept.sequence)
        }
        return (Projection(), 0)
    }

    /// The stretches that can be passed over, newest first.
    static func stretches(in db: Database) throws -> [Stretch] {
        guard try ProjectionCheckpoint.isOfThisVersion(db) else { return [] }
        return try Row.fetchAll(
            db, sql: "SELECT body FROM projection WHERE name = ? ORDER BY key DESC", arguments: [stretchName]
        ).compactMap { try? Stretch(json: Array(try $0.value(0) as Data)) }
            .filter { try db.hash(of: $0.sequence) == $0.hash }
    }

    /// What is kept, by sequence.
    static func bodies(in db: Database) throws -> [Int64: [UInt8]] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT CAST(key AS INTEGER), body FROM projection WHERE name = ?", arguments: [recordName])
        return Dictionary(try rows.map { (try $0.value(0), Array(try $0.value(1) as Data)) }) { first, _ in first }
    }

    static func earliest(after previous: Int64, through sequence: Int64, in db: Database) throws -> Moment {
        let row = try Row.fetchOne(
            db, sql: "SELECT min(time) FROM entry WHERE sequence > ? AND sequence <= ?",
            arguments: [previous, sequence])
        return Moment(microseconds: try row?.value(0) ?? 0)
    }

    /// Sorts as text as the sequences do.
    private static func key(_ sequence: Int64) -> String {
        let digits = String(max(0, sequence))
        return String(repeating: "0", count: 19 - digits.count) + digits
    }
}

extension PastProjections {
    struct Stretch: JSONWritable, JSONReadable {
        /// Its last entry.
        var sequence: Int64
        var hash: [UInt8]
        var earliest: Moment
    }
}

extension PastProjections.Stretch {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("earliest", earliest)
            $0.field("hash", hash.map(Int64.init))
            $0.field("sequence", sequence)
        }
    }

    init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(sequence: 0, hash: [], earliest: Moment(microseconds: 0))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "earliest": earliest = try reader.moment()
            case "hash":
                hash = try reader.array { (reader) throws(DecodingFailure) in
                    UInt8(truncatingIfNeeded: try reader.integer())
                }
            case "sequence": sequence = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

extension PastProjections.Kept: JSONWritable, JSONReadable {
    func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("hash", hash.map(Int64.init))
            $0.key("records")
            $0.array(records) { writer, record in
                for text in [record.name, record.key, String(decoding: record.body ?? [], as: UTF8.self)] {
                    writer.string(text)
                }
            }
            $0.field("sequence", sequence)
        }
    }

    init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(sequence: 0, hash: [], records: [])
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "hash":
                hash = try reader.array { (reader) throws(DecodingFailure) in
                    UInt8(truncatingIfNeeded: try reader.integer())
                }
            case "records":
                let texts = try reader.array { (reader) throws(DecodingFailure) in try reader.string() }
                guard texts.count.isMultiple(of: 3) else { throw reader.failure("a record without its parts") }
                records = stride(from: 0, to: texts.count, by: 3).map {
                    ProjectionRecord(name: texts[$0], key: texts[$0 + 1], body: Array(texts[$0 + 2].utf8))
                }
            case "sequence": sequence = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func field(_ name: StaticString, _ numbers: [Int64]) {
        key(name)
        array(numbers) { $0.integer($1) }
    }
}

extension Database {
    /// The hash that is stored with an entry.
    func hash(of sequence: Int64) throws -> [UInt8]? {
        var stored: [UInt8]?
        try EntryRows(db: self).forEach("sequence = ?", [sequence]) { stored = Array($1) }
        return stored
    }
}
