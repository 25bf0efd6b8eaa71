import FailoverModel

/// A `Cluster` at a site, ready to be looked at and changed.
struct CloudNativePGObject: Sendable {
    let target: PostgresTarget
    let name: String
    let namespace: String
    private let client: KubernetesClient

    init(_ target: PostgresTarget) throws(Fault) {
        guard let cluster = target.server.driver.cloudNativePG, let kubernetes = target.access.kubernetes else {
            throw Fault(
                .invalid, "no way to its Cluster object is known", at: target.place,
                next: "Give the site \"kubernetes:\" in the topology")
        }
        client = try kubernetes.client(site: target.site)
        self.target = target
        name = cluster.name
        namespace = cluster.namespace ?? client.namespace
    }

    private var path: APIPath {
        APIPath(version: "postgresql.cnpg.io/v1", namespace: namespace, resource: "clusters", name: name)
    }

    var place: String { "\(target.place), Cluster \(name) in namespace \(namespace)" }

    func look() async throws(Fault) -> CloudNativePGSight {
        guard let object = try await client.get(path) else {
            throw Fault(
                .rejected, "there is no Cluster \(name) in namespace \(namespace), or no CloudNativePG",
                at: target.place,
                next: "Check cloudnativepg.cluster and namespace in the topology against kubectl get clusters -A")
        }
        return CloudNativePGSight(object: object)
    }

    /// Changes the object as one merge patch, if it is still the one that was looked at.
    func patch(_ change: JSONValue, of seen: CloudNativePGSight) async throws(Fault) {
        var change = change
        var metadata = change["metadata"] ?? [:]
        // The API server refuses the patch where the object was deleted and made anew meanwhile.
        if let uid = seen.uid { metadata = metadata.with("uid", .string(uid)) }
        change = change.with("metadata", metadata)
        _ = try await client.merge(path, change)
    }
}

/// A `Cluster` as it was seen (cloudnative-pg api/v1/cluster_types.go).
struct CloudNativePGSight: Sendable {
    let object: JSONValue

    var uid: String? { object["metadata"]?["uid"]?.text }
    private var replica: JSONValue? { object["spec"]?["replica"] }
    /// What it is called in the distributed topology.
    var ownName: String { replica?["self"]?.text ?? object["metadata"]?["name"]?.text ?? "" }
    var primary: String? { replica?["primary"]?.text }
    var source: String? { replica?["source"]?.text }
    var promotionToken: String? { replica?["promotionToken"]?.text }
    /// A standalone replica cluster has no place to come back to.
    var isDistributed: Bool { primary != nil && replica?["enabled"]?.flag == nil }
    var isReplica: Bool { primary != nil && primary != ownName }
    var hasApplyDelay: Bool { !(replica?["minApplyDelay"] ?? .null).isNull }

    func knows(_ other: String) -> Bool {
        object["spec"]?["externalClusters"]?.elements?.contains { $0["name"]?.text == other } ?? false
    }

    static let fencing = "cnpg.io/fencedInstances"
    static let allInstances = "[\"*\"]"
    var fencedInstances: String? { object["metadata"]?["annotations"]?[Self.fencing]?.text }
    var isFenced: Bool { fencedInstances?.contains("\"*\"") ?? false }

    private var status: JSONValue? { object["status"] }
    var phase: String { status?["phase"]?.text ?? "no phase yet" }
    var currentPrimary: String? { status?["currentPrimary"]?.text }
    var demotionToken: String? { status?["demotionToken"]?.text.flatMap { $0.isEmpty ? nil : $0 } }
    var lastPromotionToken: String? { status?["lastPromotionToken"]?.text }
    var isSwitching: Bool { status?["switchReplicaClusterStatus"]?["inProgress"]?.flag ?? false }
}
