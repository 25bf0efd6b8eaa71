import FailoverModel

/// Closes a release's namespace with a NetworkPolicy that selects every pod and allows no egress.
///
/// It does not cover pods on the host's network, a network plugin that does not enforce policies, nor, with most plugins,
/// connections that are already open: those end with their pods. Replies to what comes in still go out.
/// https://kubernetes.io/docs/concepts/services-networking/network-policies/
struct NetworkPolicyDriver: FirewallDriver {
    static let name = ClusterPolicy.name
    let client: KubernetesClient

    private var policy: ClusterPolicy {
        ClusterPolicy(
            client: client, version: "networking.k8s.io/v1", kind: "NetworkPolicy", resource: "networkpolicies")
    }

    var title: String { policy.title }
    let limits =
        "a network plugin may not enforce it, and pods on the host's network and open connections are not covered"

    private static let spec: JSONValue = ["podSelector": [:], "policyTypes": ["Egress"]]

    func look() async throws(Fault) -> BlockSeen { try await policy.look { $0 == Self.spec }.seen }

    /// Policies add up: whatever one of them allows is allowed.
    func holes() async throws(Fault) -> [String] {
        try await client.list(policy.collection, of: EgressPolicy.self).filter {
            $0.metadata.name != Self.name && $0.allowsEgress
        }
        .map { "the NetworkPolicy \($0.metadata.name.onOneLine(limit: 100))" }.sorted()
    }

    func rehearse(mark: String) async throws(Fault) { try await apply(Self.spec, run: mark, isDryRun: true) }

    func close(mark: String) async throws(Fault) { try await apply(Self.spec, run: mark) }

    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault) {
        guard let saved else { return try await policy.delete(seen) }
        try await apply(saved["spec"] ?? Self.spec, run: saved["run"]?.text ?? "")
    }

    private func apply(_ spec: JSONValue, run: String, isDryRun: Bool = false) async throws(Fault) {
        try await policy.apply(spec, run: run, isDryRun: isDryRun) { $0 == spec }
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
