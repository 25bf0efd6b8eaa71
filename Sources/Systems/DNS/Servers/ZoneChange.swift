import FailoverModel

/// From what was found at some names to what is wanted there.
struct ZoneChange: Equatable, Sendable {
    var found: [DNSRecordSet]
    var wanted: [DNSRecordSet]

    /// Names at which something differs, in order.
    var names: [String] {
        var names: [String] = []
        for set in found + wanted
        where !names.contains(set.name) && found.sets(of: set.name) != wanted.sets(of: set.name) {
            names.append(set.name)
        }
        return names
    }

    /// Sets of the changed names that go, or are replaced.
    var removed: [DNSRecordSet] { found.filter { !wanted.contains($0) } }
    /// Sets that come, or replace another.
    var added: [DNSRecordSet] { wanted.filter { !found.contains($0) } }
}

extension [DNSRecordSet] {
    func sets(of name: String) -> Set<DNSRecordSet> { Set<DNSRecordSet>(filter { $0.name == name }) }

    func set(_ name: String, _ type: DNSRecordType) -> DNSRecordSet? { first { $0.name == name && $0.type == type } }

    func isProxied(_ name: String) -> Bool { contains { $0.name == name && $0.isProxied } }

    func isSame(as other: [DNSRecordSet]) -> Bool { Set<DNSRecordSet>(self) == Set<DNSRecordSet>(other) }

    /// `A 192.0.2.10, AAAA 2001:db8::10 (TTL 60)`, or `nothing`.
    func words(for name: String) -> String {
        let own = DNSRecordType.allCases.compactMap { set(name, $0) }
        guard let first = own.first else { return "nothing" }
        if first.isProxied { return own.map(text).joined(separator: ", ") + " (proxied)" }
        func text(_ set: DNSRecordSet) -> String {
            "\(set.type.rawValue) \(set.values.map { $0.onOneLine(limit: 80) }.joined(separator: " "))"
        }
        if own.allSatisfy({ $0.ttlSeconds == first.ttlSeconds }) {
            return own.map(text).joined(separator: ", ") + " (TTL \(first.ttlSeconds))"
        }
        return own.map { "\(text($0)) (TTL \($0.ttlSeconds))" }.joined(separator: ", ")
    }
}

/// Where a zone is changed, and seen as it is changed.
protocol ZoneWriter: Sendable {
    /// What the place of change has at the names.
    func look(at names: [String]) async throws(Fault) -> NameServer.Answer
    /// Changes all names at once or none; a `.conflict` where they are no longer as they were found.
    func write(_ change: ZoneChange) async throws(Fault)
}
