import FailoverModel

/// What the place of change and every authoritative server say about the names at one moment.
struct ZonePicture: Sendable {
    /// What the place of change has: the first server, PowerDNS's database, or the provider.
    var source: [DNSRecordSet]
    var absenceSeconds: Int64
    /// In the order of the topology.
    var servers: [Server]

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
        servers.compactMap { one in
            guard case .success(let answer) = one.seen, !answer.sets.isSame(as: wanted) else { return nil }
            return (one.server, answer.sets)
        }
    }

    /// For how long an answer about something that `wanted` changes may be kept by those who asked, in seconds: the
    /// longest TTL of what any server says, and of "there is no such record".
    func staleSeconds(until wanted: [DNSRecordSet]) -> Int64 {
        let seen = [source] + servers.compactMap { try? $0.seen.get().sets }
        let old = seen.joined().filter { !wanted.contains($0) }.map(\.ttlSeconds).max() ?? 0
        let isNew = seen.contains { sets in wanted.contains { sets.set($0.name, $0.type) == nil } }
        let absence = ([absenceSeconds] + servers.compactMap { try? $0.seen.get().absenceSeconds }).max() ?? 0
        return isNew ? max(old, absence) : old
    }
}
