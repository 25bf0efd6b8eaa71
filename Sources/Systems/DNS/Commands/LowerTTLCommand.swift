import FailoverModel

/// `dns.lower-ttl`: before the names move, their records say as little time as the topology gives them, so that few people are
/// left with an old answer afterwards. Where they lead to stays.
struct LowerTTLCommand: NamesCommand {
    static let name = "dns.lower-ttl"
    let records: UsersNames

    init(access: DNSAccess) { records = UsersNames(command: Self.name, access: access) }

    func look(_ context: StepContext, _ earlier: JSONValue?) async throws(Fault) -> Finding {
        let (zone, sets) = try records.goal(context)
        let picture = try await records.access.look(at: sets.names, in: zone)
        let wanted = picture.source.map { set in
            guard let now = picture.answered([set]).first, now.ttlSeconds > zone.ttlSeconds else { return set }
            var lowered = set
            lowered.ttlSeconds = zone.ttlSeconds
            return lowered
        }
        return try records.finding(
            context, zone, picture, wanted: wanted, earlier: RememberedRecords(facts: earlier),
            done: "have a TTL of at most \(zone.ttlSeconds) s")
    }
}
