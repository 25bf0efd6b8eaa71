import FailoverModel

/// A record as Cloudflare's API has it. There each value of a set is a record of its own, under an id.
struct CloudflareRecord: Equatable {
    var id: String
    var name: String
    var type: DNSRecordType
    var value: String
    /// 1 is "automatic".
    var ttlSeconds: Int64
    var isProxied: Bool
    /// What people wrote to it, which a record that takes its place gets too.
    var comment: String?
    var tags: [JSONValue]

    /// `nil` for records of other types and names.
    /// - Throws: Where it is one of ours and says more than could be written again.
    init?(_ item: JSONValue, at names: [String], place: String) throws(Fault) {
        guard let name = item["name"]?.text.flatMap({ DNSName($0)?.description }), names.contains(name),
            let type = item["type"]?.text.flatMap(DNSRecordType.init(rawValue:))
        else { return nil }
        guard let id = item["id"]?.text, !id.isEmpty, let ttl = item["ttl"]?.integer,
            let value = item["content"]?.text.flatMap(type.canonical)
        else {
            throw Fault(
                .invalid, "the \(type.rawValue) records of \(name) cannot be understood", at: place,
                next: "Look at them in Cloudflare's dashboard.")
        }
        let settings = (item["settings"]?.fields ?? [:]).filter { $0.value == true }.map(\.key).sorted()
        guard settings.isEmpty else {
            throw Fault(
                .rejected,
                "the \(type.rawValue) record of \(name) has settings of its own (\(settings.joined(separator: ", "))), "
                    + "which would be lost",
                at: place, next: "Take them off, or move this name by other means.")
        }
        (self.id, self.name, self.type, self.value, ttlSeconds) = (id, name, type, value, ttl)
        isProxied = item["proxied"]?.flag ?? false
        comment = item["comment"]?.text
        tags = item["tags"]?.elements ?? []
    }
}

extension [CloudflareRecord] {
    /// The sets that the records are of.
    /// - Throws: Where records of one name are not alike, because then no set says how they are.
    func sets(place: String) throws(Fault) -> [DNSRecordSet] {
        var sets: [DNSRecordSet] = []
        for record in self where sets.set(record.name, record.type) == nil {
            let own = filter { $0.name == record.name }
            guard Set(own.map(\.isProxied)).count == 1 else {
                throw Fault(
                    .rejected, "some records of \(record.name) are proxied and some are not", at: place,
                    next: "Make all of them one or the other; Cloudflare takes such a name for proxied.")
            }
            let same = own.filter { $0.type == record.type }
            guard Set(same.map(\.ttlSeconds)).count == 1 else {
                throw Fault(
                    .rejected, "the \(record.type.rawValue) records of \(record.name) have several TTLs", at: place,
                    next: "Give them one: resolvers take the lowest, and what was found could not be put back.")
            }
            sets.append(
                DNSRecordSet(
                    record.name, record.type, same.map(\.value), ttlSeconds: record.ttlSeconds,
                    isProxied: record.isProxied))
        }
        return sets
    }
}
