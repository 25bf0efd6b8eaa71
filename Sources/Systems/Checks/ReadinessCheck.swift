package import FailoverModel

/// Looks at everything a failover between the sites of a topology would rely on; changes nothing.
package struct ReadinessCheck: Sendable {
    let topology: Topology
    let postgres: PostgresAccess
    let kubernetes: KubernetesAccess
    let secrets: SecretsAccess
    let helm: HelmAccess
    let media: MediaAccess
    let firewalls: FirewallAccess
    let service: ServiceAccess
    /// The commands that look at the users' names, as a run uses them.
    let commands: [String: any StepCommand]
    /// The site that the journal saw promoted last, if any.
    package var promotedLast: String?

    package init(
        topology: Topology, postgres: PostgresAccess, kubernetes: KubernetesAccess, secrets: SecretsAccess,
        helm: HelmAccess, media: MediaAccess, firewalls: FirewallAccess, service: ServiceAccess,
        commands: [String: any StepCommand]
    ) {
        self.topology = topology
        self.postgres = postgres
        self.kubernetes = kubernetes
        self.secrets = secrets
        self.helm = helm
        self.media = media
        self.firewalls = firewalls
        self.service = service
        self.commands = commands
    }

    /// `from` is the site that should serve (by default the one that does), `to` the one that should be able to take over
    /// (by default every other).
    package func report(from: String?, to: String?) async -> CheckReport {
        var report = CheckReport()
        var primaries: [String] = []
        for cluster in clusters {
            let part = await PostgresChecks(
                access: postgres, topology: topology, cluster: cluster, from: from, to: to, promotedLast: promotedLast
            ).report()
            report.results += part.results
            report.observations += part.observations
            primaries += part.observations.compactMap(\.writableSite)
        }
        // Where databases of two clusters take writes at two sites, none of them is the one that serves.
        let serving = from ?? (Set(primaries).count == 1 ? primaries.first : nil)
        let others = KubernetesChecks(
            topology: topology, kubernetes: kubernetes, secrets: secrets, serving: serving, to: to)
        let part = await others.report()
        report.results += part.results
        report.observations += part.observations
        report.comparisons += part.comparisons
        report.results += await HelmChecks(helm: helm, serving: serving, to: to).results()
        report.results += await MediaChecks(topology: topology, media: media)
            .results(at: topology.checked(from: serving, to: to))
        report.results +=
            await FirewallChecks(topology: topology, access: firewalls, serving: serving, to: to).results()
        let service = await ServiceChecks(topology: topology, access: service, serving: serving, to: to).report()
        report.results += service.results
        report.observations += service.seen
        if let names = commands[PointNamesCommand.name] as? PointNamesCommand {
            let checks = NamesChecks(
                topology: topology, command: names, kubernetes: kubernetes, serving: serving, to: to)
            report.results += await checks.results()
        }
        return report
    }

    private var clusters: [String] {
        var clusters: [String] = []
        for cluster in topology.sites.flatMap(\.postgres).map(\.cluster) where !clusters.contains(cluster) {
            clusters.append(cluster)
        }
        return clusters
    }
}

extension SiteObservation {
    fileprivate var writableSite: String? {
        if case .postgres(let server) = seen, !server.isInRecovery, !server.isFenced { site } else { nil }
    }
}

extension Topology {
    /// The sites a check is about: all, or the two it was asked about.
    func checked(from: String?, to: String?) -> [String] {
        guard let to else { return sites.map(\.name) }
        return sites.map(\.name).filter { $0 == to || $0 == from || from == nil }
    }
}
