import FailoverModel

/// The checks of the users' names: what they lead to, how long old answers live, and what else writes them.
struct NamesChecks: Sendable {
    let topology: Topology
    let command: PointNamesCommand
    let kubernetes: KubernetesAccess
    /// The site that serves; nil where that is not known.
    let serving: String?
    let to: String?

    private static let names = Check(
        id: "dns.names",
        why: "names that are not what the topology says, or a key that is refused, are noticed last of all")
    private static let ttl = Check(
        id: "dns.ttl", why: "users find the new site only when the old answer has run out")
    private static let ownership = Check(
        id: "dns.ownership", why: "an external-dns that nobody stops puts the old addresses back")

    /// Longer, and users wait for minutes for what a failover did in seconds.
    private static let mostSeconds: Int64 = 300

    func results() async -> [CheckResult] {
        guard let zone = topology.dns else { return [] }
        let external = await ExternalDNSChecks(topology: topology, kubernetes: kubernetes)
            .results(at: topology.checked(from: serving, to: to))
        guard let serving, let site = topology.site(named: serving), !site.dns.isEmpty else { return external }
        do throws(Fault) {
            let picture = try await command.records.access.look(at: site.dns.names, in: zone)
            return [try await names(site, picture), ttl(site, zone, picture), await ownership(site, zone)] + external
        } catch { return [Self.names.failing(serving, error)] + external }
    }

    /// By the very command that a run would look with; a TTL alone that is another one is for the next check.
    private func names(_ site: Topology.Site, _ picture: ZonePicture) async throws(Fault) -> CheckResult {
        let context = StepContext(
            run: "check", step: "check", site: site.name, from: site.name, to: site.name, others: [],
            topology: topology)
        let found = try await command.examine(context)
        if found.verdict == .done { return Self.names.ok(site.name, found.sentence) }
        let wanted = picture.keepingProxies(site.dns).withoutTTL
        let answers = [picture.source.withoutTTL] + picture.servers.compactMap { try? $0.seen.get().sets.withoutTTL }
        let asked = [wanted] + answers.dropFirst().map { _ in wanted.filter { !$0.isProxied } }
        if picture.silent.isEmpty, answers == asked {
            return Self.names.ok(
                site.name, "the names lead to \(site.name); only their TTL is not that of the topology")
        }
        return Self.names.failing(
            site.name, found.sentence, fix: "Correct the names in the topology, or at the name servers")
    }

    private func ttl(_ site: Topology.Site, _ zone: DNSZone, _ picture: ZonePicture) -> CheckResult {
        guard zone.ttlSeconds <= Self.mostSeconds else {
            return Self.ttl.warning(
                site.name, "answers of \(zone.name) live for \(zone.ttlSeconds) s",
                fix: "Set ttl: 60s in the topology; the next dns.point writes it")
        }
        let others = topology.sites.filter { $0.name != site.name && !$0.dns.isEmpty }
        let stale = others.map { picture.staleSeconds(until: picture.keepingProxies($0.dns)) }.max() ?? 0
        guard stale > Self.mostSeconds else {
            return Self.ttl.ok(site.name, "after a move, old answers of \(zone.name) would live for \(stale) s")
        }
        let seen = picture.answered(picture.source) + picture.servers.flatMap { (try? $0.seen.get().sets) ?? [] }
        let long = seen.filter { $0.ttlSeconds > Self.mostSeconds }
        let reasons =
            long.isEmpty
            ? "that there is no such record may be kept for so long, by the last number of the zone's SOA"
            : long.names.map { name in
                "\(name) has a TTL of \(long.filter { $0.name == name }.map(\.ttlSeconds).max() ?? 0) s"
            }.prefix(4).joined(separator: ", ")
        return Self.ttl.warning(
            site.name, "after a move, old answers of \(zone.name) would live for \(stale) s: \(reasons)",
            fix: long.isEmpty
                ? "Lower the minimum of the zone's SOA to 60 now: a failover cannot do it in time"
                : "Lower the TTL of these records to \(zone.ttlSeconds) s now: a failover cannot do it in time")
    }

    private func ownership(_ site: Topology.Site, _ zone: DNSZone) async -> CheckResult {
        let named = topology.sites.filter { $0.externalDNS != nil }.map(\.name)
        let found: [NameOwnership]
        do throws(Fault) { found = try await command.records.access.ownerships(of: site.dns.names, in: zone) } catch {
            return Self.ownership.unknown(site.name, error)
        }
        guard let first = found.first else {
            return Self.ownership.ok(
                site.name,
                zone.servers.isEmpty
                    ? "no name server is named, so records of external-dns were not looked for"
                    : "no record says that external-dns manages the names")
        }
        let seen = "the TXT record \(first.record) says that external-dns manages the names (owner \(first.owner))"
        return named.isEmpty
            ? Self.ownership.warning(
                site.name, seen + ", and the topology names none",
                fix: "Add \"externalDNS: {namespace: …}\" to the sites where it runs, or delete the record if none does"
            )
            : Self.ownership.ok(site.name, "\(seen); a run stops that of the old site (named: \(named.inWords))")
    }
}

extension [DNSRecordSet] {
    fileprivate var withoutTTL: Set<DNSRecordSet> {
        Set<DNSRecordSet>(
            map { DNSRecordSet($0.name, $0.type, $0.values, ttlSeconds: 0, isProxied: $0.isProxied) })
    }
}
