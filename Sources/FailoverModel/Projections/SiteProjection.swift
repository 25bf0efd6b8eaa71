/// What was last seen of every system of every site, as the entries tell it.
///
/// Keeps the payload bytes as they are and reads them only when somebody looks, because a fold passes over a million.
package struct SiteProjection: Sendable {
    /// The last look at one system; being away is a look of its own, so that the last good one is kept beside it.
    package struct Look: Sendable {
        /// `dc1|postgres|main`, `dc1|unreachable|postgres|main`: site, what was seen, cluster.
        package var key: [UInt8]
        package var payload: [UInt8]
        package var sequence: Int64
        package var at: Moment
        var isChanged = true
    }

    package private(set) var looks: [Look] = []
    private var lastHit = 0

    init() {}

    mutating func observe(_ entry: EntryBytes) throws(DecodingFailure) {
        let parts = try ObservationKey(entry.payload)
        for offset in looks.indices {
            let index = (lastHit + offset) % looks.count
            if parts.matches(looks[index].key) {
                lastHit = index + 1
                looks[index].payload.removeAll(keepingCapacity: true)
                looks[index].payload.append(contentsOf: entry.payload)
                looks[index].sequence = entry.sequence
                looks[index].at = entry.time
                looks[index].isChanged = true
                return
            }
        }
        looks.append(
            Look(key: parts.bytes, payload: Array(entry.payload), sequence: entry.sequence, at: entry.time))
    }

    var records: [ProjectionRecord] { looks.map(\.record) }

    mutating func takeChanges() -> [ProjectionRecord] {
        var changes: [ProjectionRecord] = []
        for index in looks.indices where looks[index].isChanged {
            looks[index].isChanged = false
            changes.append(looks[index].record)
        }
        return changes
    }

    static let recordName = "look"

    mutating func restore(_ record: ProjectionRecord, body: [UInt8]) throws(DecodingFailure) {
        var look = try Look(json: body)
        look.key = Array(record.key.utf8)
        look.isChanged = false
        looks.append(look)
    }
}

extension SiteProjection.Look {
    fileprivate var record: ProjectionRecord {
        ProjectionRecord(
            name: SiteProjection.recordName, key: String(decoding: key, as: UTF8.self), body: jsonBytes)
    }
}

extension SiteProjection.Look: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("at", at)
            $0.field("payload", String(decoding: payload, as: UTF8.self))
            $0.field("sequence", sequence)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(key: [], payload: [], sequence: 0, at: Moment(microseconds: 0))
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "at": at = try reader.moment()
            case "payload": payload = Array(try reader.string().utf8)
            case "sequence": sequence = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

/// The parts of an observation that say which system it is about, found without reading the rest.
private struct ObservationKey {
    var site = UnsafeRawBufferPointer(start: nil, count: 0)
    var cluster = UnsafeRawBufferPointer(start: nil, count: 0)
    var system = UnsafeRawBufferPointer(start: nil, count: 0)
    var kind: StaticString = ""

    init(_ payload: UnsafeRawBufferPointer) throws(DecodingFailure) {
        var reader = JSONReader(payload)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "cluster": cluster = try reader.rawString()
            case "site": site = try reader.rawString()
            case "postgres": try note("postgres", &reader)
            case "service": try note("service", &reader)
            case "workloads": try note("workloads", &reader)
            case "unreachable":
                kind = "unreachable"
                try reader.object { (key, reader) throws(DecodingFailure) in
                    switch key {
                    case "system": system = try reader.rawString()
                    default: try reader.skip()
                    }
                }
            default: try reader.skip()
            }
        }
        guard kind.utf8CodeUnitCount > 0 else { throw reader.failure("an observation without what was seen") }
    }

    private mutating func note(_ name: StaticString, _ reader: inout JSONReader) throws(DecodingFailure) {
        kind = name
        try reader.skip()
    }

    var bytes: [UInt8] {
        let bar = UInt8(ascii: "|")
        var key = Array(site) + [bar]
        kind.withUTF8Buffer { key.append(contentsOf: $0) }
        for part in [system, cluster] where !part.isEmpty { key += [bar] + Array(part) }
        return key
    }

    func matches(_ key: [UInt8]) -> Bool {
        key.withUnsafeBytes { key in
            var rest = key[...]
            func eat(_ part: some Collection<UInt8>) -> Bool {
                guard rest.starts(with: part) else { return false }
                rest = rest.dropFirst(part.count)
                return true
            }
            let bar = CollectionOfOne(UInt8(ascii: "|"))
            guard eat(site), eat(bar), kind.withUTF8Buffer({ eat($0) }) else { return false }
            for part in [system, cluster] where !part.isEmpty { guard eat(bar), eat(part) else { return false } }
            return rest.isEmpty
        }
    }
}
