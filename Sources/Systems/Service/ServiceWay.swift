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
    /// The further addresses of hosts that have several.
    private(set) var others: [Other] = []
    /// What a sentence calls the way.
    private(set) var title: String

    struct Other: Sendable {
        var host: String
        var address: InternetAddress
        var route: HTTPRoute
    }

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
                let known = NamedRoute(host: host, site: site, topology: topology)
                routes[host] = .success(try known.route(to: found.target))
                for address in found.others {
                    let route = try known.route(to: .address(address))
                    // Two public addresses may well be one ingress.
                    guard route.connectTo != (try? routes[host]?.get().connectTo) else { continue }
                    others.append(Other(host: host, address: address, route: route))
                }
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
}
