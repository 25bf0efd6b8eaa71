import FailoverModel
import Yams

/// What a failover wants to know of a rendered manifest.
struct ReleaseManifest: Equatable, Sendable {
    struct Workload: Equatable, Sendable {
        var key: WorkloadKey
        var replicas: Int64
    }

    /// By kind, then by name.
    var workloads: [Workload] = []
    /// Of its Ingresses: the names by which users come. Sorted.
    var hosts: [String] = []
    /// Those that its objects name, each once. Sorted.
    var namespaces: [String] = []

    init(_ text: String, at place: String) throws(Fault) {
        do {
            for document in try Yams.compose_all(yaml: text) { add(document) }
        } catch {
            // The parser's own words may quote a line with a secret.
            throw Fault(
                .invalid, "the rendered manifest is not YAML", at: place,
                next: "See it with: helm template, and mend the chart")
        }
        workloads.sort { ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name) }
        hosts = Set(hosts).sorted()
        namespaces = Set(namespaces).sorted()
    }

    private mutating func add(_ document: Node) {
        guard let kind = document["kind"]?.string, let name = document["metadata"]?["name"]?.string else { return }
        if let namespace = document["metadata"]?["namespace"]?.string { namespaces.append(namespace) }
        if let kind = WorkloadKind(rawValue: kind) {
            // Kubernetes runs one replica where none are named.
            let replicas = document["spec"]?["replicas"]?.int.map(Int64.init) ?? 1
            workloads.append(Workload(key: WorkloadKey(kind: kind, name: name), replicas: replicas))
        } else if kind == "Ingress" {
            hosts += document["spec"]?["rules"]?.sequence?.compactMap { $0["host"]?.string } ?? []
        }
    }

    var names: [String] { workloads.map(\.key.name) }
    func replicas(_ key: WorkloadKey) -> Int64? { workloads.first { $0.key == key }?.replicas }
}
