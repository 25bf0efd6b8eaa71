import FailoverModel

/// Closes a release's namespace with a NetworkPolicy that selects every pod and allows no egress.
///
/// It does not cover pods on the host's network, a network plugin that does not enforce policies, nor, with most plugins,
/// connections that are already open: those end with their pods. Replies to what comes in still go out.
/// https://kubernetes.io/docs/concepts/services-networking/network-policies/
struct NetworkPolicyDriver: FirewallDriver {
    static let name = "handover-block-outbound"
    static let version = "networking.k8s.io/v1"
    static let runAnnotation = "handover/run"
    let client: KubernetesClient

    var title: String { "the NetworkPolicy \(Self.name) in namespace \(client.namespace)" }
    let limits =
        "a network plugin may not enforce it, and pods on the host's network and open connections are not covered"

    private static let spec: JSONValue = ["podSelector": [:], "policyTypes": ["Egress"]]

    private var collection: APIPath {
        APIPath(version: Self.version, namespace: client.namespace, resource: "networkpolicies")
    }
    private var path: APIPath {
        APIPath(version: Self.version, namespace: client.namespace, resource: "networkpolicies", name: Self.name)
    }

    func look() async throws(Fault) -> BlockSeen {
        guard let found = try await client.get(path) else { return .nothing }
        let metadata = found["metadata"]
        let spec = found["spec"] ?? .null
        let run = metadata?["annotations"]?[Self.runAnnotation]?.text
        return BlockSeen(
            saved: ["spec": spec, "run": JSONValue(run)], isWhole: spec == Self.spec,
            mark: found.isAppliedByUs ? run : nil, uid: metadata?["uid"]?.text)
    }

    /// Policies add up: whatever one of them allows is allowed.
    func holes() async throws(Fault) -> [String] {
        try await client.list(collection, of: EgressPolicy.self).filter {
            $0.metadata.name != Self.name && $0.allowsEgress
        }
        .map { "the NetworkPolicy \($0.metadata.name.onOneLine(limit: 100))" }.sorted()
    }

    func rehearse(mark: String) async throws(Fault) { try await apply(Self.spec, run: mark, isDryRun: true) }

    func close(mark: String) async throws(Fault) { try await apply(Self.spec, run: mark) }

    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault) {
        guard let saved else {
            // The uid makes sure that it is this object that goes, not one made in its place just now.
            return try await client.delete(path, uid: seen.uid)
        }
        try await apply(saved["spec"] ?? Self.spec, run: saved["run"]?.text ?? "")
    }

    private func apply(_ spec: JSONValue, run: String, isDryRun: Bool = false) async throws(Fault) {
        let manifest: JSONValue = [
            "apiVersion": .string(Self.version), "kind": "NetworkPolicy",
            "metadata": [
                "name": .string(Self.name), "namespace": .string(client.namespace),
                "labels": ["app.kubernetes.io/managed-by": .string(KubernetesClient.fieldManager)],
                "annotations": .object([Self.runAnnotation: .string(run)]),
            ],
            "spec": spec,
        ]
        let answer: JSONValue
        do throws(Fault) { answer = try await client.apply(path, manifest, isDryRun: isDryRun) } catch {
            guard error.kind == .conflict else { throw error }
            throw Fault(
                .conflict, "somebody else has a hand in \(title): \(error.what)", at: error.place,
                next: "Have that manager give the policy up, or delete it, then resume.")
        }
        // What another manager has added stays, and it may allow something.
        guard answer["spec"] == spec else {
            throw Fault(
                .conflict, "somebody else has added to the rules of \(title)", at: client.place(path),
                next:
                    "Look at it with kubectl get networkpolicy \(Self.name) -o yaml --show-managed-fields, and delete it."
            )
        }
    }
}

/// As much of a NetworkPolicy as it takes to see whether it lets traffic out.
struct EgressPolicy: Decodable, Sendable {
    struct Metadata: Decodable, Sendable { var name: String }
    struct Rule: Decodable, Sendable {}
    struct Spec: Decodable, Sendable {
        var policyTypes: [String]?
        var egress: [Rule]?
    }
    var metadata: Metadata
    var spec: Spec?

    /// Without types a policy is about egress exactly when it has rules for it.
    var allowsEgress: Bool {
        guard let rules = spec?.egress, !rules.isEmpty else { return false }
        return spec?.policyTypes.map { $0.contains("Egress") } ?? true
    }
}
