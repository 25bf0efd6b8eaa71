import FailoverModel

/// Calico's policies that are about a namespace, as far as it takes to see which of them come first.
struct CalicoPolicies: Sendable {
    static let version = "projectcalico.org/v3"
    static let defaultTier = "default"
    let client: KubernetesClient

    /// Where a policy stands: by the tier's order, then by its own. Without an order it comes last.
    struct Place: Sendable {
        var tier: String
        var order: Double
    }

    private struct Metadata: Decodable, Sendable { var name: String }

    private struct Tier: Decodable, Sendable {
        struct Spec: Decodable, Sendable { var order: Double? }
        var metadata: Metadata
        var spec: Spec?
    }

    private struct Policy: Decodable, Sendable {
        struct Rule: Decodable, Sendable { var action: String? }
        struct Spec: Decodable, Sendable {
            var tier: String?
            var order: Double?
            var egress: [Rule]?
            var namespaceSelector: String?
        }
        var metadata: Metadata
        var spec: Spec?
    }

    /// Those that come before a policy of ours and allow something to go out, in words.
    func lettingOut(before ours: Place, _ name: String) async throws(Fault) -> [String] {
        let tiers = try await client.list(path("tiers"), of: Tier.self)
        let orders = Dictionary(tiers.map { ($0.metadata.name, $0.spec?.order ?? .infinity) }) { first, _ in first }
        func rank(_ tier: String) -> Double { orders[tier] ?? (tier == Self.defaultTier ? 1_000_000 : .infinity) }
        func isEarlier(_ policy: Policy) -> Bool {
            let tier = policy.spec?.tier ?? Self.defaultTier
            guard tier == ours.tier else { return (rank(tier), tier) < (rank(ours.tier), ours.tier) }
            return (policy.spec?.order ?? .infinity, policy.metadata.name) < (ours.order, name)
        }
        func allows(_ policy: Policy) -> Bool { policy.spec?.egress?.contains { $0.action == "Allow" } ?? false }
        let here = try await client.list(path("networkpolicies", client.namespace), of: Policy.self)
            .filter { $0.metadata.name != name && allows($0) && isEarlier($0) }
            .map { "Calico's NetworkPolicy \($0.metadata.name.onOneLine(limit: 100))" }
        let everywhere = try await client.list(path("globalnetworkpolicies"), of: Policy.self)
            .filter { allows($0) && isEarlier($0) && isAbout(client.namespace, $0.spec?.namespaceSelector ?? "") }
            .map { "the GlobalNetworkPolicy \($0.metadata.name.onOneLine(limit: 100))" }
        return (here + everywhere).sorted()
    }

    /// Only a selector that plainly names another namespace says that it is not about ours.
    private func isAbout(_ namespace: String, _ selector: String) -> Bool {
        let plain = /^\s*(?:projectcalico\.org\/name|kubernetes\.io\/metadata\.name)\s*==\s*['"]([^'"]+)['"]\s*$/
        guard let match = selector.wholeMatch(of: plain) else { return true }
        return match.output.1 == namespace
    }

    private func path(_ resource: String, _ namespace: String? = nil) -> APIPath {
        APIPath(version: Self.version, namespace: namespace, resource: resource)
    }
}
