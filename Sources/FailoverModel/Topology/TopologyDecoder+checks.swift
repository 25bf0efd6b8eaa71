extension TopologyDecoder {
    /// What one site alone cannot show: the same clusters everywhere, and nothing that two sites claim.
    mutating func checkAcrossSites() {
        checkClusters()
        checkDrivers()
        checkDrills()
        checkUnique(
            "the server", of: { "\($0.connection.host):\($0.connection.port)" }, acrossClusters: true,
            fix: "Give each site's server its own host or port; two sites cannot be the same server.")
        checkUnique(
            "the applicationName", of: { $0.replication.applicationName },
            fix: "Give each site its own: one site's receiver would pass for the other's.")
        checkUnique(
            "the slot", of: { $0.replication.slot }, fix: "Give each site its own: two standbys cannot share a slot.")
    }

    private mutating func checkClusters() {
        guard let first = servers.first?.site else { return }
        let expected = servers.filter { $0.site == first }.map(\.server.cluster)
        var sites: [String] = []
        for server in servers where !sites.contains(server.site) { sites.append(server.site) }
        for site in sites.dropFirst() {
            let own = servers.filter { $0.site == site }
            for extra in own where !expected.contains(extra.server.cluster) {
                problems.add(
                    "\(site) has the cluster \(quote(extra.server.cluster)), and \(first) does not", at: extra.place,
                    fix: Suggestion.fix(for: extra.server.cluster, among: expected, these: "clusters of \(first)"))
            }
            for missing in expected where !own.contains(where: { $0.server.cluster == missing }) {
                problems.add(
                    "\(first) has the cluster \(quote(missing)), and \(site) does not", at: own[0].place,
                    fix: "Add \"\(missing):\" to \(site), below \"postgres\".")
            }
        }
    }

    private mutating func checkUnique(
        _ what: String, of value: (PostgresServer) -> String, acrossClusters: Bool = false, fix: String
    ) {
        var seen: [String: String] = [:]
        for (site, server, place) in servers {
            let key = acrossClusters ? value(server) : "\(server.cluster)/\(value(server))"
            let holder = "\(site)/\(server.cluster)"
            if let other = seen[key] {
                problems.add(
                    "\(what) \(quote(value(server))) of \(holder) is that of \(other) too", at: place, fix: fix)
            }
            seen[key] = seen[key] ?? holder
        }
    }
}
