import FailoverModel

/// The way to what a name leads to, if that is the site.
struct NamedRoute: Sendable {
    let host: String
    let site: Topology.Site
    let topology: Topology

    /// Throws where it leads to another site.
    func route(to target: NameLookup.Found.Target) throws(Fault) -> HTTPRoute {
        if !isPart(target, of: site), let other = topology.sites.first(where: { isPart(target, of: $0) }) {
            throw Fault(
                .unavailable, "leads to \(target), which is \(other.name)", at: host,
                next: "See dns.point, or who else changes the zone")
        }
        switch target {
        case .alias(let name): return HTTPRoute(connectTo: .init(host: name, port: 443))
        case .address(let address):
            if let ingress = site.service?.ingress, site.service?.publicAddresses.contains(address) == true {
                return HTTPRoute(proxy: .none, connectTo: .init(host: ingress.host, port: ingress.port))
            }
            return HTTPRoute(connectTo: .init(host: address.description, port: 443))
        }
    }

    private func isPart(_ target: NameLookup.Found.Target, of site: Topology.Site) -> Bool {
        let isNamed = site.dns.contains { $0.name == host && $0.values.contains("\(target)") }
        guard case .address(let address) = target else { return isNamed }
        return isNamed || site.service?.publicAddresses.contains(address) == true
    }
}
