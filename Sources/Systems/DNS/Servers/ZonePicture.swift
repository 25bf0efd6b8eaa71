import FailoverModel

/// What the place of change and every authoritative server say about the names at one moment.
struct ZonePicture: Sendable {
    /// What the place of change has: the first server, PowerDNS's database, or the provider.
    var source: [DNSRecordSet]
    var absenceSeconds: Int64
    /// In the order of the topology.
    var servers: [Server]
    /// What the provider means by a TTL of 1, in seconds; `nil` where 1 is 1.
    var automaticSeconds: Int64?

    struct Server: Sendable {
        var server: DNSZone.Server
        var seen: Result<NameServer.Answer, Fault>
    }

    /// Servers that give no answer; one that gives a wrong one is a fault of its own.
    var silent: [(server: DNSZone.Server, fault: Fault)] {
        servers.compactMap { one in
            guard case .failure(let fault) = one.seen, fault.kind.mayPass else { return nil }
            return (one.server, fault)
        }
    }

    /// The first server that answers, but not as one that has the zone.
    var wrong: Fault? {
        for one in servers {
            if case .failure(let fault) = one.seen, !fault.kind.mayPass { return fault }
        }
        return nil
    }

    /// Servers that do not answer what is wanted, and what they answer instead.
    func lagging(behind wanted: [DNSRecordSet]) -> [(server: DNSZone.Server, sets: [DNSRecordSet])] {
        let wanted = answered(wanted)
        return servers.compactMap { one in
            guard case .success(let answer) = one.seen, !answer.sets.isSame(as: wanted) else { return nil }
            return (one.server, answer.sets)
        }
    }

    /// For how long an answer about something that `wanted` changes may be kept by those who asked, in seconds: the
    /// longest TTL of what any server says, and of "there is no such record".
    func staleSeconds(until wanted: [DNSRecordSet]) -> Int64 {
        let wanted = answered(wanted)
        let seen = [answered(source)] + servers.compactMap { try? $0.seen.get().sets }
        let old = seen.joined().filter { !wanted.contains($0) }.map(\.ttlSeconds).max() ?? 0
        let isNew = seen.contains { sets in wanted.contains { sets.set($0.name, $0.type) == nil } }
        let absence = ([absenceSeconds] + servers.compactMap { try? $0.seen.get().absenceSeconds }).max() ?? 0
        return isNew ? max(old, absence) : old
    }

    /// What servers answer of these sets: nothing of names that the provider stands in front of.
    func answered(_ sets: [DNSRecordSet]) -> [DNSRecordSet] {
        sets.filter { !$0.isProxied }.map { set in
            guard let automaticSeconds, set.ttlSeconds == 1 else { return set }
            var set = set
            set.ttlSeconds = automaticSeconds
            return set
        }
    }

    /// The sets with what is not ours to decide: a name that is proxied stays so, and has the automatic TTL then.
    func keepingProxies(_ wanted: [DNSRecordSet]) -> [DNSRecordSet] {
        wanted.map { set in
            guard source.isProxied(set.name) else { return set }
            return DNSRecordSet(set.name, set.type, set.values, ttlSeconds: 1, isProxied: true)
        }
    }
}
