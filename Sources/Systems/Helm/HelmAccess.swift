package import FailoverModel
import Foundation

/// Gives the `helm` program for each site's release.
package struct HelmAccess: Sendable {
    let topology: Topology
    let kubernetes: KubernetesAccess
    let secrets: SecretsAccess
    /// Given to `helm` as it is: it and the kubeconfig's credential plugins find their own settings there, as by hand.
    let environment: [String: String]
    let now: @Sendable () -> Moment

    package init(
        topology: Topology, kubernetes: KubernetesAccess, secrets: SecretsAccess,
        environment: [String: String] = ProcessInfo.processInfo.environment, now: @escaping @Sendable () -> Moment
    ) {
        self.topology = topology
        self.kubernetes = kubernetes
        self.secrets = secrets
        self.environment = environment
        self.now = now
    }

    /// `key` is told to the program's environment, so that it can be recognised should Handover be killed.
    func program(at site: String, key: String) throws(Fault) -> HelmProgram {
        let release = try kubernetes.release(at: site)
        guard let chart = topology.chart, let values = release.release.values else {
            throw Fault(
                .invalid, "the topology names no chart, or no values for this site", at: "site \(site)",
                next: "Add \"chart\" to the topology and \"values\" to the site's kubernetes.")
        }
        var environment = environment
        environment[ProgramCall.keyVariable] = key
        return HelmProgram(release: release, chart: chart, values: values, environment: environment)
    }
}

extension HelmAccess {
    /// Upgrades the site's release. One that a killed Helm has left pending is freed first, and then everything is looked
    /// at again: what was found could not be rendered, nor judged.
    func upgrade(
        _ context: StepContext, _ overlay: StandbyOverlay?, _ examine: () async throws(Fault) -> Finding
    ) async throws(Fault) {
        let program = try program(at: context.site, key: context.idempotencyKey)
        if let stored = try await program.stored(), stored.isPending {
            guard let revision = try await program.lastDeployed() else { return }
            try await program.rollback(to: revision)
            let found = try await examine()
            switch found.verdict {
            case .needed: break
            case .done, .waiting, .unobservable: return
            case .refused(let rule, _):
                throw Fault(
                    .refused, "\(found.sentence) (\(rule))", at: program.release.place, next: "Mend it, then resume")
            }
        }
        try await program.upgrade(overlay)
    }
}
