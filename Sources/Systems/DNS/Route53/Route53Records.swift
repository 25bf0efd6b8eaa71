import FailoverModel

/// Record sets as Route 53 writes and reads them.
struct Route53Records {
    private let list: XMLText
    private let isWhole: Bool
    private let place: String

    /// An answer to ListResourceRecordSets.
    init(_ answer: XMLText, at place: String) throws(Fault) {
        guard let list = answer.elements("ResourceRecordSets").first else {
            throw Fault(
                .invalid, "the answer is not a list of records", at: place, next: "Check what answers at \"url\".")
        }
        self.list = list
        isWhole = answer["IsTruncated"] != "true"
        self.place = place
    }

    /// The sets of our types at a name. Throws where there is one that could not be put back as it was.
    func sets(of name: String) throws(Fault) -> [DNSRecordSet] {
        let all = list.elements("ResourceRecordSet")
        var sets: [DNSRecordSet] = []
        for item in all where Self.name(of: item) == name {
            guard let type = item["Type"].flatMap(DNSRecordType.init(rawValue:)) else { continue }
            // Alias records, and those of a routing policy or a health check, say more than addresses.
            let more = [
                "AliasTarget", "SetIdentifier", "HealthCheckId", "TrafficPolicyInstanceId", "CidrRoutingConfig",
            ]
            if let kind = more.first(where: { !item.elements($0).isEmpty }) {
                throw Fault(
                    .rejected,
                    "the \(type.rawValue) record of \(name) is not a simple one (\(kind)), and would be lost",
                    at: place, next: "Make it a simple record, or move this name by other means.")
            }
            let records = item.elements("ResourceRecord").map { $0["Value"] }
            let values = records.compactMap { $0.flatMap(type.canonical) }
            guard let ttl = item["TTL"].flatMap({ Int64($0) }), !values.isEmpty, values.count == records.count else {
                throw Fault(
                    .invalid, "the \(type.rawValue) records of \(name) cannot be understood", at: place,
                    next: "Look at them in the console of Route 53.")
            }
            sets.append(DNSRecordSet(name, type, values, ttlSeconds: ttl))
        }
        guard isWhole || all.last.flatMap(Self.name) != name else {
            throw Fault(
                .rejected, "\(name) has more records than can be looked at", at: place,
                next: "Make them simple records, or move this name by other means.")
        }
        return sets
    }

    private static func name(of item: XMLText) -> String? { item["Name"].flatMap { DNSName($0)?.description } }

    /// What goes is deleted first, because a CNAME stands beside nothing.
    static func batch(_ change: ZoneChange) -> String {
        let gone = change.removed.filter { change.wanted.set($0.name, $0.type) == nil }
        let changes = gone.map { item("DELETE", $0) } + change.added.map { item("UPSERT", $0) }
        return """
            <?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest \
            xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Comment>handover</Comment><Changes>\
            \(changes.joined())</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>
            """
    }

    private static func item(_ action: String, _ set: DNSRecordSet) -> String {
        let values = set.values.map { set.type == .alias ? "\($0)." : $0 }
        let records = values.map { "<ResourceRecord><Value>\(XMLText.escaped($0))</Value></ResourceRecord>" }
        return "<Change><Action>\(action)</Action><ResourceRecordSet><Name>\(XMLText.escaped(set.name)).</Name>"
            + "<Type>\(set.type.rawValue)</Type><TTL>\(set.ttlSeconds)</TTL><ResourceRecords>\(records.joined())"
            + "</ResourceRecords></ResourceRecordSet></Change>"
    }
}
