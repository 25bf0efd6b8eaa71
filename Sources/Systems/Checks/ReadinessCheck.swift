package import FailoverModel
import Foundation

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
    /// The variables that programs of the topology are given.
    let environment: [String: String]
    /// The site that the journal saw promoted last, if any.
    package var promotedLast: String?
    /// The journal's identity, by which its own drills are told from others'.
    package var journal: String?

    package init(
        topology: Topology, postgres: PostgresAccess, kubernetes: KubernetesAccess, secrets: SecretsAccess,
        helm: HelmAccess, media: MediaAccess, firewalls: FirewallAccess, service: ServiceAccess,
        commands: [String: any StepCommand], environment: [String: String] = ProcessInfo.processInfo.environment
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
        self.environment = environment
    }

    /// `from` is the site that should serve (by default the one that does), `to` the one that should be able to take over
    /// (by default every other).
    ///
    /// Everything is looked at at the same time, but for what depends on which site serves; each part has a time limit.
    package func report(
        from: String?, to: String?, options: ReadinessOptions = ReadinessOptions()
    ) async -> CheckReport {
        let limit = Duration.milliseconds(topology.checks.timeLimitMilliseconds)
        let withReleases = topology.checked(from: from, to: to).filter { topology.site(named: $0)?.kubernetes != nil }
        async let looks = KubernetesChecks.looks(at: withReleases, kubernetes, within: limit)
        var report = await databases(from: from, to: to, limit)
        // Where databases of two clusters take writes at two sites, none of them is the one that serves.
        let primaries = report.observations.compactMap(\.writableSite)
        let serving = from ?? (Set(primaries).count == 1 ? primaries.first : nil)
        if clusters.count > 1 { report.results += Self.samePlace(report.observations) }
        let releases = KubernetesChecks(
            topology: topology, kubernetes: kubernetes, secrets: secrets, serving: serving, to: to)
        let found = releases.found(in: await looks)
        let sites = topology.checked(from: serving, to: to)
        let primaryServers = primaryServers(report.observations)
        report.add(found.report)
        var parts = SiteParts(check: self, found: found, serving: serving, options: options, limit: limit).all
        parts += releases.secretParts(within: limit)
        // Each site's has a limit of its own in there.
        parts += [
            CheckPart(HelmChecks.release, at: serving ?? sites.first ?? "", within: .seconds(180)) {
                await HelmChecks(
                    helm: helm, serving: serving, to: to, reachable: Set(found.sites.map(\.release.site))
                ).results()
            }
        ]
        parts += MediaChecks(topology: topology, media: media).parts(at: sites, within: limit)
        if options.writesProbes {
            parts += MediaProbeChecks(topology: topology, media: media, sites: sites).parts(within: limit)
        }
        parts += FirewallChecks(topology: topology, access: firewalls, serving: serving, to: to).parts(within: limit)
        parts += DrillChecks(
            topology: topology, postgres: postgres, helm: helm, sites: sites.filter { $0 != serving },
            reachable: Set(found.sites.map(\.release.site)), journal: journal
        ).parts(within: limit)
        parts += BackupChecks(
            topology: topology, access: postgres, primaries: primaryServers, environment: environment, now: .now
        ).parts(within: limit)
        parts += comparisons(sites, primaryServers, isDeep: options.isDeep)
        parts.append(
            CheckPart(Self.serves, at: serving ?? sites.first ?? "", within: limit * 2) {
                let looked = await ServiceChecks(topology: topology, access: service, serving: serving, to: to).report()
                return CheckReport(results: looked.results, observations: looked.seen)
            })
        if let names = commands[PointNamesCommand.name] as? PointNamesCommand {
            parts.append(
                CheckPart(Self.names, at: serving ?? sites.first ?? "", within: limit * 2) {
                    await NamesChecks(
                        topology: topology, command: names, kubernetes: kubernetes, serving: serving, to: to
                    ).results()
                })
        }
        report.add(await parts.report())
        return report
    }

    private func databases(from: String?, to: String?, _ limit: Duration) async -> CheckReport {
        let reports = await withTaskGroup(of: (Int, CheckReport).self) { group in
            for (index, cluster) in clusters.enumerated() {
                group.addTask {
                    let checks = PostgresChecks(
                        access: postgres, topology: topology, cluster: cluster, from: from, to: to,
                        promotedLast: promotedLast, limit: limit)
                    return (index, await checks.report())
                }
            }
            var reports: [Int: CheckReport] = [:]
            for await (index, report) in group { reports[index] = report }
            return reports
        }
        var whole = CheckReport()
        for index in clusters.indices { if let report = reports[index] { whole.add(report) } }
        return whole
    }

    /// Two clusters of one service take writes at one site, or half of it is elsewhere.
    static func samePlace(_ observations: [SiteObservation]) -> [CheckResult] {
        let check = Check(
            id: "postgres.same-site",
            why: "the databases of one service move together, or their contents contradict each other")
        let writable = observations.filter { $0.writableSite != nil }
        let places = Set(writable.map(\.site)).sorted()
        guard places.count > 1 else {
            return places.map { check.ok($0, "the databases of all clusters take writes at \($0)") }
        }
        let words = writable.map { "\($0.cluster ?? "") at \($0.site)" }.sorted().joined(separator: ", ")
        return places.map {
            check.failing(
                $0, "writes are taken in \(words)", fix: "Find out which site serves, and move the other cluster there")
        }
    }

    private func primaryServers(_ observations: [SiteObservation]) -> [String: PostgresTarget] {
        var servers: [String: PostgresTarget] = [:]
        for seen in observations {
            guard let site = seen.writableSite, let cluster = seen.cluster else { continue }
            servers[cluster] = try? postgres.server(at: site, cluster: cluster, in: topology, run: "check")
        }
        return servers
    }

    private func comparisons(
        _ sites: [String], _ primaries: [String: PostgresTarget], isDeep: Bool
    ) -> [CheckPart] {
        topology.checks.comparisons.filter { isDeep || $0.inEveryCheck }.flatMap { tables -> [CheckPart] in
            guard let primary = primaries[tables.cluster] else { return [] }
            return sites.filter { $0 != primary.site }.compactMap { site in
                guard
                    let standby = try? postgres.server(at: site, cluster: tables.cluster, in: topology, run: "check")
                else { return nil }
                return CheckPart(ConsistencyCheck.check, at: site, within: .seconds(3600)) {
                    [await ConsistencyCheck(tables: tables, primary: primary, standby: standby).result()]
                }
            }
        }
    }

    private static let names = Check(
        id: "dns.names",
        why: "names that are not what the topology says, or a key that is refused, are noticed last of all")

    private static let serves = Check(
        id: "service.serves", why: "the answer by which a failover is judged must be right while nothing is wrong")

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
