import FailoverModel

/// The checks of what writes a site's Ingress hosts into the users' zone by itself.
struct ExternalDNSChecks: Sendable {
    let topology: Topology
    let kubernetes: KubernetesAccess

    private static let check = Check(
        id: "dns.external", why: "an external-dns at the old site puts its addresses back after the names have moved")

    func results(at sites: [String]) async -> [CheckResult] {
        var results: [CheckResult] = []
        for name in sites {
            guard let site = topology.site(named: name), site.kubernetes != nil, !site.dns.isEmpty else { continue }
            do throws(Fault) { results.append(try await result(site)) } catch {
                // A cluster that cannot be looked at at all has a check of its own.
                results.append(Self.check.unknown(name, error))
            }
        }
        return results
    }

    private func result(_ site: Topology.Site) async throws(Fault) -> CheckResult {
        if site.externalDNS != nil { return try await named(site) }
        guard let running = try await running(at: site.name) else {
            return Self.check.ok(
                site.name, "whether external-dns runs in other namespaces cannot be seen with these rights")
        }
        guard let first = running.first else { return Self.check.ok(site.name, "no external-dns runs in the cluster") }
        return Self.check.warning(
            site.name,
            "external-dns runs in the cluster (\(running.map(\.title).inWords)), and the topology does not name it",
            fix: "Add to \(site.name): externalDNS: {namespace: \(first.metadata.namespace ?? ""), "
                + "deployment: \(first.metadata.name)}; or see that it leaves these names alone")
    }

    private func named(_ site: Topology.Site) async throws(Fault) -> CheckResult {
        let external = try ExternalDNSAtSite(site.name, in: topology, kubernetes)
        guard let found = try await external.look() else {
            return Self.check.failing(
                site.name, "there is no \(external.title)", fix: "Correct \"externalDNS\" in the topology")
        }
        guard try await external.mayScale() else {
            return Self.check.failing(
                site.name, "the user may not scale the \(external.title)",
                fix: "Bind a Role with get on deployments and patch on deployments/scale there to the kubeconfig's user"
            )
        }
        let keepers = ReleaseWorkloads(workloads: [found]).keepers
        guard keepers.isEmpty else {
            return Self.check.warning(
                site.name, "\(keepers.inWords) would start the \(external.title) again",
                fix: "Know how to pause it, or let the repository follow the failover")
        }
        return Self.check.ok(site.name, "\(external.title) can be stopped")
    }

    /// What runs an image of external-dns; `nil` where the user may not see the whole cluster.
    private func running(at site: String) async throws(Fault) -> [RunningExternalDNS]? {
        let path = APIPath(version: "apps/v1", namespace: nil, resource: "deployments")
        do throws(Fault) {
            return try await kubernetes.client(site: site).list(path, of: RunningExternalDNS.self)
                .filter { $0.isExternalDNS && ($0.spec.replicas ?? 1) > 0 }
        } catch {
            guard error.kind == .forbidden else { throw error }
            return nil
        }
    }
}

/// The parts of a Deployment that tell an external-dns.
private struct RunningExternalDNS: Decodable, Sendable {
    struct Metadata: Decodable, Sendable {
        var name: String
        var namespace: String?
    }
    struct Spec: Decodable, Sendable {
        struct Template: Decodable, Sendable {
            struct Pod: Decodable, Sendable {
                struct Container: Decodable, Sendable { var image: String? }
                var containers: [Container]?
            }
            var spec: Pod?
        }
        var replicas: Int64?
        var template: Template?
    }

    var metadata: Metadata
    var spec: Spec

    var title: String { "\(metadata.namespace ?? "")/\(metadata.name)".onOneLine(limit: 120) }

    var isExternalDNS: Bool {
        (spec.template?.spec?.containers ?? []).contains { container in
            // registry.k8s.io/external-dns/external-dns:v0.15.0, bitnami/external-dns@sha256:…
            container.image?.split(separator: "/").last?.prefix { $0 != ":" && $0 != "@" } == "external-dns"
        }
    }
}
