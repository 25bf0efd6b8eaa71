import FailoverModel

/// The checks of the sites' releases and of their Secrets.
struct KubernetesChecks: Sendable {
    let topology: Topology
    let kubernetes: KubernetesAccess
    let secrets: SecretsAccess
    /// The site that serves; nil where that is not known.
    let serving: String?
    let to: String?

    func report() async -> CheckReport {
        var report = CheckReport()
        let sites = topology.checked(from: serving, to: to).filter { topology.site(named: $0)?.kubernetes != nil }
        var found: [(site: String, workloads: ReleaseWorkloads)] = []
        for site in sites {
            do throws(Fault) {
                let release = try kubernetes.release(at: site)
                let workloads = try await release.look()
                report.observations.append(SiteObservation(site: site, seen: .workloads(workloads.observation)))
                report.results.append(Self.reachable.ok(site, "\(release.place) answers"))
                report.results += release.findings(workloads, isServing: site == serving, isKnown: serving != nil)
                report.results.append(
                    await release.permissions(closing: topology.site(named: site)?.firewalls.map(\.driver) ?? []))
                found.append((site, workloads))
            } catch {
                report.observations.append(
                    SiteObservation(site: site, seen: .unreachable(system: "kubernetes", reason: error.what)))
                report.results.append(Self.reachable.failing(site, error))
            }
        }
        if let serving, let right = found.first(where: { $0.site == serving }) {
            report.results += found.filter { $0.site != serving }.map { same($0.site, $0.workloads, as: right) }
        }
        if let serving, sites.contains(serving) {
            for site in sites where site != serving { await compare(serving, site, &report) }
        }
        return report
    }

    private static let reachable = Check(
        id: "kubernetes.reachable", why: "workloads are started and stopped through the site's API server")

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
        let check = Check(
            id: "secrets.in-sync",
            why: "with another signing key or password the standby cannot take the place of the site")
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

    /// Asks the server itself, for every right that a run needs (`SelfSubjectAccessReview`).
    /// - Parameter closing: the firewalls of the site, of which some are policies in its cluster.
    func permissions(closing: [SiteFirewall.Driver]) async -> CheckResult {
        let check = Check(
            id: "kubernetes.permissions", why: "a right that is missing is noticed in the middle of the failover")
        var needed: [(verb: String, group: String, resource: String, subresource: String)] = [
            ("list", "apps", "deployments", ""), ("list", "apps", "statefulsets", ""), ("list", "", "pods", ""),
            ("patch", "apps", "deployments", "scale"), ("patch", "apps", "statefulsets", "scale"),
        ]
        let clusterWide = closing.flatMap(\.rights).filter(\.isClusterWide).map(\.resource)
        needed += closing.flatMap(\.rights).map { ($0.verb, $0.group, $0.resource, "") }
        var missing: [String] = []
        for right in needed {
            let attributes: [String: JSONValue] = [
                "namespace": .string(clusterWide.contains(right.resource) ? "" : client.namespace),
                "verb": .string(right.verb), "group": .string(right.group),
                "resource": .string(right.resource), "subresource": .string(right.subresource),
            ]
            let review: JSONValue = [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": ["resourceAttributes": .object(attributes)],
            ]
            let path = APIPath(version: "authorization.k8s.io/v1", namespace: nil, resource: "selfsubjectaccessreviews")
            do throws(Fault) {
                if try await client.ask(path, review)["status"]?["allowed"]?.flag != true {
                    missing.append(
                        "\(right.verb) \(right.resource)" + (right.subresource.isEmpty ? "" : "/\(right.subresource)"))
                }
            } catch { return check.unknown(site, error) }
        }
        return missing.isEmpty
            ? check.ok(site, "the user may do what a run does")
            : check.failing(
                site, "the user may not: \(missing.joined(separator: ", "))",
                fix: "Bind a Role with these verbs to the kubeconfig's user in \(client.namespace)")
    }
}
