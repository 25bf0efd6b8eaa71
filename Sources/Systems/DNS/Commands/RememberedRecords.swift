import FailoverModel

/// What the step keeps in its facts: the records as they were before, as they are now, and as it wants them.
struct RememberedRecords: Equatable {
    /// As found when the step was first about to change them: what the undo goes back to.
    var before: [DNSRecordSet]
    /// As found now: what a change compares with before it is made.
    var found: [DNSRecordSet]
    var wanted: [DNSRecordSet]
    /// All names that the step is about, also those without records.
    var names: [String]
    /// For how long answers from before may live in caches, in seconds.
    var staleSeconds: Int64

    init(
        before: [DNSRecordSet], found: [DNSRecordSet], wanted: [DNSRecordSet], names: [String], staleSeconds: Int64
    ) {
        self.before = before
        self.found = found
        self.wanted = wanted
        self.names = names
        self.staleSeconds = staleSeconds
    }

    /// `nil` for facts of another kind.
    init?(facts: JSONValue?) {
        guard let names = facts?["names"]?.elements?.compactMap(\.text), let before = Self.sets(facts?["before"]),
            let found = Self.sets(facts?["found"]), let wanted = Self.sets(facts?["wanted"])
        else { return nil }
        self.init(
            before: before, found: found, wanted: wanted, names: names,
            staleSeconds: facts?["staleSeconds"]?.integer ?? 0)
    }

    func facts(command: String, site: String, zone: String) -> JSONValue {
        [
            "command": .string(command), "site": .string(site), "zone": .string(zone),
            "names": .array(names.map(JSONValue.string)), "before": Self.json(before), "found": Self.json(found),
            "wanted": Self.json(wanted), "staleSeconds": .integer(staleSeconds),
        ]
    }

    private static func json(_ sets: [DNSRecordSet]) -> JSONValue {
        .array(
            sets.map { set in
                var fields: [String: JSONValue] = [
                    "name": .string(set.name), "type": .string(set.type.rawValue), "ttl": .integer(set.ttlSeconds),
                    "values": .array(set.values.map(JSONValue.string)),
                ]
                if set.isProxied { fields["proxied"] = true }
                return .object(fields)
            })
    }

    private static func sets(_ value: JSONValue?) -> [DNSRecordSet]? {
        value?.elements?.compactMap { item in
            guard let name = item["name"]?.text, let type = item["type"]?.text.flatMap(DNSRecordType.init(rawValue:)),
                let ttl = item["ttl"]?.integer, let values = item["values"]?.elements?.compactMap(\.text)
            else { return nil }
            return DNSRecordSet(
                name, type, values, ttlSeconds: ttl, isProxied: item["proxied"]?.flag ?? false)
        }
    }
}
