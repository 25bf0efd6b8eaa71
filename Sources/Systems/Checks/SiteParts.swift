import FailoverModel

/// The checks of each site whose API server answered, as parts.
struct SiteParts: Sendable {
    let check: ReadinessCheck
    let found: KubernetesChecks.Found
    let serving: String?
    let options: ReadinessOptions
    let limit: Duration

    var all: [CheckPart] {
        let reference = found.sites.first { $0.release.site == serving }?.release
        return found.sites.flatMap { release, workloads in
            let intended = intended(at: release.site, workloads)
            let cluster = ClusterChecks(release: release, intended: intended, now: { .now })
            return cluster.parts(within: limit) + [
                CheckPart(ReleaseAtSite.permissions, at: release.site, within: limit) { [await permissions(release)] },
                CheckPart(WorkloadChecks.budgets, at: release.site, within: limit) {
                    // Read for each site anew: a site that hangs keeps nobody waiting for another.
                    let images = release.site == serving ? [] : (try? await reference?.templates()) ?? []
                    return await WorkloadChecks(
                        release: release, intended: intended, reference: images, serving: serving
                    ).results()
                },
                CheckPart(ImageChecks.check, at: release.site, within: limit * 2) {
                    await ImageChecks(
                        release: release, registry: ImageRegistry(transport: HTTPClient()),
                        asksRegistries: options.asksRegistries
                    ).results()
                },
            ]
        }
    }

    /// What would run here: what the topology says, else what runs where the service is now, else one of each.
    private func intended(at site: String, _ own: ReleaseWorkloads) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for workload in own.workloads { counts[workload.name] = max(1, workload.wanted) }
        for workload in found.workloads(at: serving)?.workloads ?? [] { counts[workload.name] = workload.wanted }
        let named = check.topology.site(named: site)?.kubernetes?.replicas ?? [:]
        return counts.merging(named) { _, named in named }
    }

    private func permissions(_ release: ReleaseAtSite) async -> CheckResult {
        let site = check.topology.site(named: release.site)
        var use = RightsInUse(
            closing: site?.firewalls.map(\.driver) ?? [],
            usesHelm: check.topology.chart != nil, writesSecrets: release.site != serving,
            databases: (site?.postgres ?? []).compactMap { $0.databaseHost?.statefulSet })
        do throws(Fault) {
            if let runbook = options.runbook {
                use.others = try await runbook.applyRights(release.client, at: release.site, in: check.topology)
            }
        } catch { return ReleaseAtSite.permissions.unseen(release.site, error) }
        return await release.permissions(use)
    }
}
