import FailoverModel

/// Looks a host up at the servers that have the authority for it.
struct NameLookup: Sendable {
    let zone: DNSZone?
    let transport: any DNSTransport

    struct Found: Sendable {
        enum Target: Equatable, Sendable, CustomStringConvertible {
            case address(InternetAddress)
            /// A name outside of the zone, which this machine's resolver has to know.
            case alias(String)

            /// As a record has it.
            var description: String {
                switch self {
                case .address(let address): address.description
                case .alias(let name): name
                }
            }
        }

        var target: Target
        /// The further addresses, where there are several.
        var others: [InternetAddress] = []
        /// The server that said so.
        var server: String
    }

    /// `nil` where the zone does not have the host, or has no server to ask.
    func find(_ host: String) async throws(Fault) -> Found? {
        guard let zone, isInside(host, zone), !zone.servers.isEmpty else { return nil }
        var silent: Fault?
        for server in zone.servers {
            do throws(Fault) { return try await ask(server, host, zone) } catch {
                guard error.kind == .unreachable || error.kind == .unavailable, error.place != host else { throw error }
                silent = error
            }
        }
        if let silent { throw silent }
        return nil
    }

    private func ask(_ server: DNSZone.Server, _ host: String, _ zone: DNSZone) async throws(Fault) -> Found {
        var name = host
        for _ in 0..<8 {
            let sets = try await NameServer(server: server, transport: transport).look(at: [name]).sets
            if let alias = sets.first(where: { $0.type == .alias })?.values.first {
                guard isInside(alias, zone) else { return Found(target: .alias(alias), server: "\(server)") }
                name = alias
                continue
            }
            let addresses = [DNSRecordType.address4, .address6].flatMap { type in
                sets.filter { $0.type == type }.flatMap(\.values).compactMap { InternetAddress($0) }
            }
            guard let first = addresses.first else { break }
            return Found(target: .address(first), others: Array(addresses.dropFirst()), server: "\(server)")
        }
        throw Fault(
            .unavailable, "has no address at the name server \(server)", at: host,
            next: "Add it to \"dns\" of the sites, or to the zone")
    }

    private func isInside(_ host: String, _ zone: DNSZone) -> Bool {
        host == zone.name || host.hasSuffix(".\(zone.name)")
    }
}
