import FailoverModel
import Synchronization

/// The checks of the sites' releases as Helm has them; none where the topology names no chart.
struct HelmChecks: Sendable {
    let helm: HelmAccess
    /// The site that serves; nil where that is not known.
    let serving: String?
    let to: String?

    static let release = Check(
        id: "helm.release", why: "an upgrade starts from a release that is deployed, and nothing else has it in hand")
    private static let values = Check(
        id: "helm.values", why: "values that the chart refuses, or that run nothing, are noticed after the promotion")
    private static let same = Check(
        id: "helm.same-release",
        why: "chart version, hosts, release name and namespace are written into Secrets and certificates")
    private static let gitops = Check(
        id: "helm.gitops", why: "what keeps a release as a repository has it undoes a failover at its next sync")

    /// Helm is a program that renders a chart: it takes longer than a system takes to answer.
    var limit = Duration.seconds(60)
    /// The sites whose API server answers, where that is known: at the others there is nothing to ask Helm.
    var reachable: Set<String>?

    func results() async -> [CheckResult] {
        let topology = helm.topology
        guard topology.chart != nil else { return [] }
        let sites = topology.checked(from: serving, to: to).filter {
            topology.site(named: $0)?.kubernetes?.values != nil && reachable?.contains($0) != false
        }
        let seen = Seen()
        let parts = sites.map { site in
            CheckPart(Self.release, at: site, within: limit) { await self.results(at: site, seen) }
        }
        let results = await parts.report().results
        let looks = seen.bySite.withLock { looks in sites.compactMap { looks[$0] } }
        guard let right = looks.first(where: { $0.identity.site == serving }) else { return results }
        return results
            + looks.filter { $0.identity.site != right.identity.site }.map { same($0.identity, as: right.identity) }
            + ReleasePreflight.ownAddresses(looks.map { ($0.identity.site, $0.stored) })
    }

    private final class Seen: Sendable {
        let bySite = Mutex<[String: (identity: ReleaseIdentity, stored: HelmRelease)]>([:])
    }

    private func results(at site: String, _ seen: Seen) async -> [CheckResult] {
        let context = StepContext(
            run: "check", step: site, site: site, from: site, to: site, others: [], topology: helm.topology)
        do throws(Fault) {
            switch try await ReleaseLook.at(context, helm) {
            case .failure(let refusal):
                return [Self.release.failing(site, refusal.sentence, fix: "helm list at \(site)")]
            case .success(let look):
                let identity = try ReleaseIdentity(look.program, look.stored)
                seen.bySite.withLock { $0[site] = (identity, look.stored) }
                return [state(look, site), gitops(look, site), await values(look, context)]
                    + (await ReleasePreflight(look: look, site: site).results())
            }
        } catch { return [Self.release.unseen(site, error)] }
    }

    private func state(_ look: ReleaseLook, _ site: String) -> CheckResult {
        look.stored.isDeployed
            ? Self.release.ok(site, "\(look.title), deployed")
            : Self.release.failing(
                site, "\(look.title), \(look.stored.info.status)", fix: "helm history \(look.program.name) at \(site)")
    }

    private func gitops(_ look: ReleaseLook, _ site: String) -> CheckResult {
        let keepers = look.live.keepers
        return keepers.isEmpty
            ? Self.gitops.ok(site, "nothing keeps the release as a repository has it")
            : Self.gitops.warning(
                site, keepers.joined(separator: ", "),
                fix: "Know how to pause it, or let the repository follow the failover")
    }

    /// What an activation would find, without the Secrets and the other sites, which have checks of their own.
    private func values(_ look: ReleaseLook, _ context: StepContext) async -> CheckResult {
        do throws(Fault) {
            if look.stored.isPending {
                return Self.values.failing(
                    context.site, "a pending release cannot be rendered", fix: "See helm.release")
            }
            let rendered = try await look.program.rendered(nil)
            let manifest = try ReleaseManifest(rendered.manifest, at: look.program.release.place)
            let rules = ActivationRules(context: context, look: look, rendered: rendered, manifest: manifest)
            if let refusal = rules.refusal, refusal.acceptance == nil {
                return Self.values.failing(
                    context.site, refusal.sentence, fix: "Correct the values files of \(context.site)")
            }
            let running = manifest.workloads.count { $0.replicas > 0 }
            return Self.values.ok(
                context.site, "with its values \(running) of \(manifest.workloads.count) workloads would run")
        } catch { return Self.values.failing(context.site, error) }
    }

    private func same(_ identity: ReleaseIdentity, as right: ReleaseIdentity) -> CheckResult {
        let differences = identity.differences(from: right)
        return differences.isEmpty
            ? Self.same.ok(
                identity.site, "\(identity.site) has the \(right.chart), names and workloads of \(right.site)")
            : Self.same.failing(
                identity.site, differences.joined(separator: "; "),
                fix: "Upgrade the release at \(identity.site) with replicas 0 to the chart and names of \(right.site)")
    }
}
