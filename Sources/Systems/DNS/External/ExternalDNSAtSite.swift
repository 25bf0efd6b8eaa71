import FailoverModel

/// The external-dns that the topology names for a site, ready to be looked at and scaled.
struct ExternalDNSAtSite: Sendable {
    private let release: ReleaseAtSite
    private let key: WorkloadKey
    private var client: KubernetesClient { release.client }

    init(_ site: String, in topology: Topology, _ access: KubernetesAccess) throws(Fault) {
        guard let external = topology.site(named: site)?.externalDNS else {
            throw Fault(
                .invalid, "the topology gives it no external-dns", at: "site \(site)",
                next: "Add \"externalDNS: {namespace: …}\" to the site, or take the step out of the runbook.")
        }
        var release = try access.release(at: site)
        release.client = release.client.inNamespace(external.namespace)
        self.release = release
        key = WorkloadKey(kind: .deployment, name: external.deployment)
    }

    /// `Deployment external-dns in namespace external-dns of dc1`.
    var title: String { "Deployment \(key.name) in namespace \(client.namespace) of \(release.site)" }

    /// `nil` where there is no such Deployment.
    func look() async throws(Fault) -> ReleaseWorkloads.Workload? {
        guard let object = try await client.get(path(), as: WorkloadObject.self) else { return nil }
        var workload = ReleaseWorkloads.Workload(kind: .deployment, object: object, pods: [], autoscalers: [])
        let pods = APIPath(version: "v1", namespace: client.namespace, resource: "pods")
        workload.pods = try await client.list(pods, of: PodObject.self).filter(workload.owns)
        workload.autoscalers = try await autoscalers()
        return workload
    }

    func scale(to count: Int64) async throws(Fault) { try await release.scale(key, to: count) }

    func scale(_ counts: [(key: WorkloadKey, count: Int64)]) async throws(Fault) { try await release.scale(counts) }

    func facts(_ counts: RememberedCounts, command: String) -> JSONValue { counts.facts(command: command, release) }

    /// Asks the server itself (`SelfSubjectAccessReview`).
    func mayScale() async throws(Fault) -> Bool {
        let attributes: JSONValue = [
            "namespace": .string(client.namespace), "verb": "patch", "group": "apps",
            "resource": .string(key.kind.resource), "subresource": "scale", "name": .string(key.name),
        ]
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": ["resourceAttributes": attributes],
        ]
        let path = APIPath(version: "authorization.k8s.io/v1", namespace: nil, resource: "selfsubjectaccessreviews")
        return try await client.ask(path, review)["status"]?["allowed"]?.flag == true
    }

    /// Only for a warning, as with the release's workloads.
    private func autoscalers() async throws(Fault) -> [String] {
        let path = APIPath(
            version: "autoscaling/v2", namespace: client.namespace, resource: "horizontalpodautoscalers")
        do throws(Fault) {
            return try await client.list(path, of: AutoscalerObject.self).filter {
                $0.spec.scaleTargetRef.kind == key.kind.rawValue && $0.spec.scaleTargetRef.name == key.name
            }.map(\.metadata.name)
        } catch {
            guard error.kind == .rejected || error.kind == .forbidden else { throw error }
            return []
        }
    }

    private func path() -> APIPath {
        APIPath(version: "apps/v1", namespace: client.namespace, resource: key.kind.resource, name: key.name)
    }
}
