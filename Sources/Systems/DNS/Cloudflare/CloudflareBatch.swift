import FailoverModel

/// What one call of Cloudflare's batch endpoint is to do: deletes first, then patches, then posts, in one transaction.
///
/// A record keeps its id, comment and tags where only its value changes, and whether it is proxied in any case.
struct CloudflareBatch: Equatable {
    private(set) var deletes: [JSONValue] = []
    private(set) var patches: [JSONValue] = []
    private(set) var posts: [JSONValue] = []

    init(_ change: ZoneChange, records: [CloudflareRecord]) {
        for name in change.names {
            let own = records.filter { $0.name == name }
            for type in DNSRecordType.allCases {
                turn(own.filter { $0.type == type }, into: change.wanted.set(name, type), like: own.first)
            }
        }
    }

    var body: JSONValue {
        var fields: [String: JSONValue] = [:]
        for (key, list) in [("deletes", deletes), ("patches", patches), ("posts", posts)] where !list.isEmpty {
            fields[key] = .array(list)
        }
        return .object(fields)
    }

    /// - Parameter like: A record of the name before, whose comment and tags a new one gets.
    private mutating func turn(
        _ found: [CloudflareRecord], into wanted: DNSRecordSet?, like model: CloudflareRecord?
    ) {
        var missing = wanted?.values ?? []
        var left: [CloudflareRecord] = []
        for record in found {
            guard let wanted, let index = missing.firstIndex(of: record.value) else {
                left.append(record)
                continue
            }
            missing.remove(at: index)
            if record.ttlSeconds != wanted.ttlSeconds || record.isProxied != wanted.isProxied {
                patches.append(patch(record, wanted, record.value))
            }
        }
        guard let wanted else {
            deletes += left.map { ["id": .string($0.id)] }
            return
        }
        for (record, value) in zip(left, missing) { patches.append(patch(record, wanted, value)) }
        deletes += left.dropFirst(missing.count).map { ["id": .string($0.id)] }
        posts += missing.dropFirst(left.count).map { post(wanted, $0, model) }
    }

    private func patch(_ record: CloudflareRecord, _ wanted: DNSRecordSet, _ value: String) -> JSONValue {
        var fields = fields(wanted, value)
        fields["id"] = .string(record.id)
        return .object(fields)
    }

    private func post(_ wanted: DNSRecordSet, _ value: String, _ model: CloudflareRecord?) -> JSONValue {
        var fields = fields(wanted, value)
        if let comment = model?.comment { fields["comment"] = .string(comment) }
        if let tags = model?.tags, !tags.isEmpty { fields["tags"] = .array(tags) }
        return .object(fields)
    }

    private func fields(_ set: DNSRecordSet, _ value: String) -> [String: JSONValue] {
        [
            "name": .string(set.name), "type": .string(set.type.rawValue), "content": .string(value),
            "ttl": .integer(set.ttlSeconds), "proxied": .bool(set.isProxied),
        ]
    }
}
