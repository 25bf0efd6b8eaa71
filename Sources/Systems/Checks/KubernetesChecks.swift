import FailoverModel

/// The checks of the sites' releases and of their Secrets.
struct KubernetesChecks: Sendable {
    let topology: Topology
    let kubernetes: KubernetesAccess
    let secrets: SecretsAccess
    /// The site that serves; nil where that is not known.
    let serving: String?
    let to: String?

    /// What was found of the releases, for the checks that go on from there.
    struct Found: Sendable {
        var report = CheckReport()
        /// In the order of the topology.
        var sites: [(release: ReleaseAtSite, workloads: ReleaseWorkloads)] = []

        func workloads(at site: String?) -> ReleaseWorkloads? { sites.first { $0.release.site == site }?.workloads }
    }

    /// The release and its workloads as one look shows them, or why they cannot be seen.
    typealias Look = Result<(release: ReleaseAtSite, workloads: ReleaseWorkloads), Fault>

    /// Looks at the release of every site, all at the same time, each within the limit. What is made of it depends on which
    /// site serves, and need not be known yet.
    static func looks(
        at sites: [String], _ kubernetes: KubernetesAccess, within limit: Duration
    ) async -> [String: Look] {
        await withTaskGroup(of: (String, Look).self) { group in
            for site in sites {
                group.addTask { (site, await look(at: site, kubernetes, within: limit)) }
            }
            var looks: [String: Look] = [:]
            for await (site, look) in group { looks[site] = look }
            return looks
        }
    }

    private static func look(at site: String, _ kubernetes: KubernetesAccess, within limit: Duration) async -> Look {
        await withTaskGroup(of: Look?.self) { group in
            group.addTask {
                do throws(Fault) {
                    let release = try kubernetes.release(at: site)
                    return .success((release, try await release.look()))
                } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .failure(.late(limit, at: "\(site), Kubernetes", "the API server"))
        }
    }

    /// The checks that one look at each site answers.
    func found(in looks: [String: Look]) -> Found {
        var found = Found()
        for site in topology.checked(from: serving, to: to) {
            switch looks[site] {
            case nil: break
            case .success((let release, let workloads)):
                found.report.observations.append(SiteObservation(site: site, seen: .workloads(workloads.observation)))
                found.report.results.append(Self.reachable.ok(site, "\(release.place) answers"))
                found.report.results += release.findings(
                    workloads, isServing: site == serving, isKnown: serving != nil)
                found.sites.append((release, workloads))
            case .failure(let fault):
                found.report.observations.append(
                    SiteObservation(site: site, seen: .unreachable(system: "kubernetes", reason: fault.what)))
                found.report.results.append(Self.reachable.unseen(site, fault))
            }
        }
        if let serving, let right = found.workloads(at: serving) {
            found.report.results += found.sites.filter { $0.release.site != serving }
                .map { same($0.release.site, $0.workloads, as: (serving, right)) }
        }
        return found
    }

    /// Compares the Secrets of each site with those of the one that serves.
    func secretParts(within limit: Duration) -> [CheckPart] {
        let sites = topology.checked(from: serving, to: to).filter { topology.site(named: $0)?.kubernetes != nil }
        guard let serving, sites.contains(serving) else { return [] }
        return sites.filter { $0 != serving }.map { site in
            CheckPart(
                Self.inSync, at: site, within: limit,
                report: {
                    var report = CheckReport()
                    await compare(serving, site, &report)
                    return report
                })
        }
    }

    private static let reachable = Check(
        id: "kubernetes.reachable", why: "workloads are started and stopped through the site's API server")
    private static let inSync = Check(
        id: "secrets.in-sync",
        why: "with another signing key or password the standby cannot take the place of the site")

    private func same(
        _ site: String, _ workloads: ReleaseWorkloads, as right: (site: String, workloads: ReleaseWorkloads)
    ) -> CheckResult {
        let check = Check(
            id: "kubernetes.same-workloads",
            why: "what the standby's release does not have is not there after a failover")
        let (here, there) = (Set(workloads.workloads.map(\.name)), Set(right.workloads.workloads.map(\.name)))
        let missing = there.subtracting(here).sorted()
        let extra = here.subtracting(there).sorted()
        if missing.isEmpty && extra.isEmpty {
            return check.ok(site, "\(site) has the \(here.count) workloads of \(right.site)")
        }
        let parts = [
            missing.isEmpty ? nil : "\(site) lacks \(missing.joined(separator: ", "))",
            extra.isEmpty ? nil : "\(site) alone has \(extra.joined(separator: ", "))",
        ]
        let seen = parts.compactMap(\.self).joined(separator: "; ")
        let fix = "Install the same chart version with the same values at \(site), at 0 replicas"
        return missing.isEmpty ? check.warning(site, seen, fix: fix) : check.failing(site, seen, fix: fix)
    }

    private func compare(_ reference: String, _ site: String, _ report: inout CheckReport) async {
        let check = Self.inSync
        do throws(Fault) {
            let found = try await secrets.compare(reference: reference, site: site)
            if !found.differences.isEmpty { report.comparisons.append(found.event) }
            if let away = found.siteAway ?? found.referenceAway {
                report.results.append(check.unknown(site, away))
                return
            }
            let isFirst = !report.comparisons.dropLast().contains { $0.reference == reference }
            report.results += CertificateChecks.results(found, withReference: isFirst)
            let gate = SecretsGate(found, judgesCertificates: false)
            report.results.append(
                gate.mayPass
                    ? check.ok(site, gate.sentence)
                    : check.failing(
                        site, gate.sentence,
                        fix: "handover secrets status, then: handover secrets sync --from \(reference) --to \(site)"))
        } catch { report.results.append(check.unknown(site, error)) }
    }
}

extension ReleaseAtSite {
    fileprivate func findings(_ found: ReleaseWorkloads, isServing: Bool, isKnown: Bool) -> [CheckResult] {
        let release = Check(
            id: "kubernetes.release", why: "a failover starts the workloads that are installed at the site")
        guard !found.workloads.isEmpty else {
            return [
                release.failing(
                    site, "no Deployment or StatefulSet belongs to \(place)",
                    fix: "Install the chart there, or correct release, namespace or selector in the topology")
            ]
        }
        var results = [release.ok(site, "\(found.workloads.count) workloads belong to \(place)")]
        if isServing { results.append(serving(found)) } else if isKnown { results.append(standing(found)) }
        let autoscaler = Check(
            id: "kubernetes.autoscaler", why: "an autoscaler may start again what a failover has stopped")
        let targeted = found.workloads.filter { !$0.autoscalers.isEmpty }
        results.append(
            targeted.isEmpty
                ? autoscaler.ok(site, "no autoscaler targets the release")
                : autoscaler.warning(
                    site,
                    "autoscalers target "
                        + targeted.map { "\($0.name) (\($0.autoscalers.joined(separator: ", ")))" }.joined(
                            separator: ", "),
                    fix:
                        "An autoscaler leaves a workload at 0 alone, but not one that it brought back itself; check its minimum"
                ))
        return results
    }

    private func serving(_ found: ReleaseWorkloads) -> CheckResult {
        let check = Check(
            id: "kubernetes.serving", why: "the counts that run now are those that the other site is to have")
        let broken = found.workloads.filter { !$0.isServing }
        return broken.isEmpty
            ? check.ok(site, "all \(found.workloads.count) workloads are ready")
            : check.failing(
                site, "not ready: " + broken.map { "\($0.name) \($0.ready)/\($0.wanted)" }.joined(separator: ", "),
                fix: "kubectl describe them at \(site)")
    }

    private func standing(_ found: ReleaseWorkloads) -> CheckResult {
        let check = Check(
            id: "kubernetes.standby",
            why: "what runs at a standby runs against a database that takes no writes, or the wrong one")
        let running = found.workloads.filter { !$0.isStopped }
        return running.isEmpty
            ? check.ok(site, "all \(found.workloads.count) workloads are at 0")
            : check.warning(
                site,
                "running at a standby: "
                    + running.map { "\($0.name) \($0.ready)/\($0.wanted)" }.joined(separator: ", "),
                fix: "Upgrade the release there with replicas 0, or scale it down")
    }
}
