package import FailoverModel

/// Looks at everything a failover between the sites of a topology would rely on; changes nothing.
package struct ReadinessCheck: Sendable {
    let topology: Topology
    let postgres: PostgresAccess
    let kubernetes: KubernetesAccess
    let secrets: SecretsAccess
    /// The commands that look at the service, as a run uses them.
    let service: [String: any StepCommand]

    package init(
        topology: Topology, postgres: PostgresAccess, kubernetes: KubernetesAccess, secrets: SecretsAccess,
        service: [String: any StepCommand]
    ) {
        self.topology = topology
        self.postgres = postgres
        self.kubernetes = kubernetes
        self.secrets = secrets
        self.service = service
    }

    /// `from` is the site that should serve (by default the one that does), `to` the one that should be able to take over
    /// (by default every other).
    package func report(from: String?, to: String?) async -> CheckReport {
        var report = CheckReport()
        var primaries: [String] = []
        for cluster in clusters {
            let part = await PostgresChecks(access: postgres, topology: topology, cluster: cluster, from: from, to: to)
                .report()
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
        if let serving, topology.site(named: serving)?.service != nil,
            let command = service[ServiceCheckCommand.name]
        {
            let (result, seen) = await served(serving, command)
            report.results.append(result)
            report.observations += seen
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

    private func served(_ site: String, _ command: any StepCommand) async -> (CheckResult, [SiteObservation]) {
        let check = Check(
            id: "service.serves", why: "the answer by which a failover is judged must be right while nothing is wrong")
        let context = StepContext(
            run: "check", step: check.id, site: site, from: site, to: site, others: [], topology: topology)
        do throws(Fault) {
            let found = try await command.examine(context)
            return (
                found.verdict == .done
                    ? check.ok(site, found.sentence)
                    : check.failing(
                        site, found.sentence, fix: "Correct service.url in the topology, or see why it does not serve"),
                found.observations
            )
        } catch { return (check.failing(site, error), []) }
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
