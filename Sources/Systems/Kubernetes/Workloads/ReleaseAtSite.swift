import FailoverModel

/// A release at a site, ready to be looked at and scaled.
struct ReleaseAtSite: Sendable {
    var site: String
    var release: KubernetesRelease
    var client: KubernetesClient
    /// StatefulSets of the namespace that are a database of the topology: the steps of PostgreSQL stop and start those.
    var databases: Set<String> = []

    var place: String { "\(site), release \(release.release) in namespace \(client.namespace)" }

    func look() async throws(Fault) -> ReleaseWorkloads {
        // One list of each kind however many workloads there are; pods are told apart here.
        async let deployments = objects(.deployment)
        async let statefulSets = objects(.statefulSet)
        async let pods = pods()
        async let autoscalers = autoscalers()
        let found = try await (deployments.get(), statefulSets.get(), pods.get(), autoscalers.get())
        let all = found.0.map { (WorkloadKind.deployment, $0) } + found.1.map { (WorkloadKind.statefulSet, $0) }
        let workloads = all.map { kind, object in
            var workload = ReleaseWorkloads.Workload(kind: kind, object: object, pods: [], autoscalers: [])
            workload.pods = found.2.filter(workload.owns)
            workload.autoscalers = found.3
                .filter { $0.spec.scaleTargetRef.kind == kind.rawValue && $0.spec.scaleTargetRef.name == workload.name }
                .map(\.metadata.name)
            return workload
        }
        return ReleaseWorkloads(
            workloads: workloads.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) })
    }

    /// Sets `spec.replicas` through the `scale` subresource, as `kubectl scale` does.
    func scale(_ key: WorkloadKey, to count: Int64) async throws(Fault) {
        let path = APIPath(
            version: "apps/v1", namespace: client.namespace, resource: key.kind.resource, name: key.name,
            subresource: "scale")
        let answer = try await client.merge(path, ["spec": ["replicas": .integer(count)]])
        guard (answer["spec"]?["replicas"]?.integer ?? 0) == count else {
            throw Fault(
                .conflict, "\(key.name) was asked for \(count) replicas and answered another count",
                at: client.place(path),
                next: "Check for an admission webhook or autoscaler that changes counts.")
        }
    }

    /// Scales several, a few at a time. All are tried; the first fault is thrown at the end.
    func scale(_ counts: [(key: WorkloadKey, count: Int64)]) async throws(Fault) {
        let faults = await withTaskGroup(of: Fault?.self) { group in
            var waiting = counts.makeIterator()
            func addNext() {
                guard let next = waiting.next() else { return }
                group.addTask {
                    do throws(Fault) {
                        try await scale(next.key, to: next.count)
                        return nil
                    } catch { return error }
                }
            }
            for _ in 0..<6 { addNext() }
            var faults: [Fault] = []
            for await fault in group {
                if let fault { faults.append(fault) }
                addNext()
            }
            return faults
        }
        guard var first = faults.first else { return }
        if faults.count > 1 { first.what += " (and \(faults.count - 1) more of \(counts.count) workloads failed)" }
        throw first
    }

    /// Whether the object is of the release: by the annotations that Helm writes, or by the topology's selector, with which
    /// it was listed.
    func isOurs(_ metadata: ObjectMetadata) -> Bool {
        let annotations = metadata.annotations ?? [:]
        return release.selector != nil
            || annotations["meta.helm.sh/release-name"] == release.release
                && annotations["meta.helm.sh/release-namespace"] == client.namespace
    }

    private func objects(_ kind: WorkloadKind) async -> Result<[WorkloadObject], Fault> {
        await attempt { () async throws(Fault) in
            let path = APIPath(version: "apps/v1", namespace: client.namespace, resource: kind.resource)
                .with("labelSelector", release.selector)
            let all = try await client.list(path, of: WorkloadObject.self)
            return all.filter {
                isOurs($0.metadata) && !(kind == .statefulSet && databases.contains($0.metadata.name))
            }
        }
    }

    private func pods() async -> Result<[PodObject], Fault> {
        await attempt { () async throws(Fault) in
            let path = APIPath(version: "v1", namespace: client.namespace, resource: "pods")
            return try await client.list(path, of: PodObject.self)
        }
    }

    /// Only for a warning, so a server without them, or a user who may not see them, has none.
    private func autoscalers() async -> Result<[AutoscalerObject], Fault> {
        await attempt { () async throws(Fault) in
            let path = APIPath(
                version: "autoscaling/v2", namespace: client.namespace, resource: "horizontalpodautoscalers")
            do throws(Fault) { return try await client.list(path, of: AutoscalerObject.self) } catch {
                switch error.kind {
                case .rejected, .forbidden: return []
                case .unreachable, .uncertain, .conflict, .throttled, .unavailable, .refused, .invalid: throw error
                }
            }
        }
    }

    /// `async let` does not carry typed errors, a result does.
    private func attempt<Value: Sendable>(
        _ work: @Sendable () async throws(Fault) -> Value
    ) async -> Result<Value, Fault> {
        do throws(Fault) { return .success(try await work()) } catch { return .failure(error) }
    }
}
