import FailoverModel

/// How requests find a site.
enum ServiceWay: Sendable {
    /// Straight to its ingress, whatever the names lead to.
    case ingress(HostAndPort)
    /// As everybody does, by the names.
    case names
}

/// Where the hosts of the service are asked.
struct ServiceRoutes: Sendable {
    private var routes: [String: Result<HTTPRoute, Fault>] = [:]
    /// What a sentence calls the way.
    private(set) var title: String

    func route(to host: String?) -> Result<HTTPRoute, Fault> {
        host.flatMap { routes[$0] } ?? .success(HTTPRoute())
    }

    init(through ingress: HostAndPort, hosts: [String]) {
        title = "through the ingress \(ingress)"
        let endpoint = HTTPRoute.Endpoint(host: ingress.host, port: ingress.port)
        for host in hosts { routes[host] = .success(HTTPRoute(proxy: .none, connectTo: endpoint)) }
    }

    /// Looks the names up: at the authoritative servers of the topology's zone, which know of a move at once; this machine's
    /// own resolver, which may remember what was, only where the zone does not have the name.
    init(byNameTo site: Topology.Site, in topology: Topology, hosts: [String], _ transport: any DNSTransport) async {
        let lookup = NameLookup(zone: topology.dns, transport: transport)
        var servers: [String] = []
        var byResolver: [String] = []
        for host in hosts {
            do throws(Fault) {
                guard let found = try await lookup.find(host) else {
                    byResolver.append(host)
                    continue
                }
                if !servers.contains(found.server) { servers.append(found.server) }
                routes[host] = .success(try Self.route(to: found, host, site, topology))
            } catch { routes[host] = .failure(error) }
        }
        var parts: [String] = []
        if !servers.isEmpty { parts.append("as the name server \(servers.joined(separator: ", ")) has the names") }
        if !byResolver.isEmpty {
            parts.append(
                byResolver.count == hosts.count
                    ? "as this machine's resolver has the names"
                    : "this machine's resolver for \(byResolver.joined(separator: ", "))")
        }
        title = "by name (\(parts.isEmpty ? "the name servers do not answer" : parts.joined(separator: "; ")))"
    }

    private static func route(
        to found: NameLookup.Found, _ host: String, _ site: Topology.Site, _ topology: Topology
    ) throws(Fault) -> HTTPRoute {
        switch found.target {
        case .alias(let name): return HTTPRoute(connectTo: .init(host: name, port: 443))
        case .address(let address):
            let isOurs = { (site: Topology.Site) in
                site.service?.publicAddresses.contains(address) == true
                    || site.dns.contains { $0.name == host && $0.values.contains(address.description) }
            }
            if !isOurs(site), let other = topology.sites.first(where: { $0.name != site.name && isOurs($0) }) {
                throw Fault(
                    .unavailable, "leads to \(address), which is \(other.name)", at: host,
                    next: "See dns.point, or who else changes the zone")
            }
            if let ingress = site.service?.ingress, site.service?.publicAddresses.contains(address) == true {
                return HTTPRoute(proxy: .none, connectTo: .init(host: ingress.host, port: ingress.port))
            }
            return HTTPRoute(connectTo: .init(host: address.description, port: 443))
        }
    }
}

/// Looks a host up at the servers that have the authority for it.
struct NameLookup: Sendable {
    let zone: DNSZone?
    let transport: any DNSTransport

    struct Found: Sendable {
        enum Target: Equatable, Sendable {
            case address(InternetAddress)
            /// A name outside of the zone, which this machine's resolver has to know.
            case alias(String)
        }

        var target: Target
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
                sets.filter { $0.type == type }.flatMap(\.values)
            }
            guard let address = addresses.lazy.compactMap({ InternetAddress($0) }).first else { break }
            return Found(target: .address(address), server: "\(server)")
        }
        throw Fault(
            .unavailable, "has no address at the name server \(server)", at: host,
            next: "Add it to \"dns\" of the sites, or to the zone")
    }

    private func isInside(_ host: String, _ zone: DNSZone) -> Bool {
        host == zone.name || host.hasSuffix(".\(zone.name)")
    }
}
