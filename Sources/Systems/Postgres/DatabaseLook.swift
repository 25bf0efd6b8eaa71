package import FailoverModel

/// Looks at the databases of sites, and nothing else.
package struct DatabaseLook: PostgresWorker {
    let access: PostgresAccess
    let topology: Topology

    package init(access: PostgresAccess, topology: Topology) {
        self.access = access
        self.topology = topology
    }

    /// Of every cluster of these sites; what cannot be reached is among them.
    package func observations(at sites: [String]) async -> [SiteObservation] {
        var targets: [PostgresTarget] = []
        for site in sites {
            for server in topology.site(named: site)?.postgres ?? [] {
                guard
                    let target = try? access.server(at: site, cluster: server.cluster, in: topology, run: "settle")
                else { continue }
                targets.append(target)
            }
        }
        return await look(at: targets).observations
    }
}

extension SiteObservation {
    /// As a look at a database; `nil` where it is something else, or was not reached.
    package var databaseLook: SplitBrain.Look? {
        guard case .postgres(let server) = seen else { return nil }
        return SplitBrain.Look(site: site, cluster: cluster ?? "", server: server)
    }

    /// Whether it is a database that takes writes.
    package var takesWrites: Bool {
        if case .postgres(let server) = seen { !server.isInRecovery && !server.isFenced } else { false }
    }
}
