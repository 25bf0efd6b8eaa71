import FailoverModel

/// Closes a release's namespace with a NetworkPolicy of Calico that comes before all others of its tier and denies.
///
/// Namespaced, because one for the whole cluster would cover nothing more here: pods on the host's network are no workloads to
/// Calico either. What an earlier tier or an earlier policy allows never gets to it.
/// https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
struct CalicoDriver: FirewallDriver {
    let client: KubernetesClient
    let allow: [InternetNetwork]
    let tier: String

    /// Long before what people number from 0 on; the same order goes by name.
    static let order: Int64 = -1_000_000

    private var policy: ClusterPolicy {
        // Up to Calico 3.29 a policy outside the default tier carries the tier's name, and later ones let it.
        ClusterPolicy(
            client: client, version: CalicoPolicies.version, kind: "NetworkPolicy", resource: "networkpolicies",
            provider: "Calico's API server",
            name: tier == CalicoPolicies.defaultTier ? ClusterPolicy.name : "\(tier).\(ClusterPolicy.name)")
    }

    var title: String { "Calico's NetworkPolicy \(policy.name) in namespace \(client.namespace)" }
    let limits = "pods on the host's network and open connections are not covered"
    let defeat = "Calico looks at others first, and they let traffic out"

    private var spec: JSONValue {
        let nets = JSONValue.array(allow.map { .string($0.withLength) })
        let friends: [JSONValue] = allow.isEmpty ? [] : [["action": "Allow", "destination": ["nets": nets]]]
        return [
            "tier": .string(tier), "order": .integer(Self.order), "selector": "all()", "types": ["Egress"],
            "egress": .array(friends + [["action": "Deny"]]),
        ]
    }

    func look() async throws(Fault) -> BlockSeen {
        let spec = spec
        return try await policy.look { $0.isSameRules(as: spec) }.seen
    }

    func holes() async throws(Fault) -> [String] {
        let policies = CalicoPolicies(client: client)
        return try await policies.lettingOut(
            before: CalicoPolicies.Place(tier: tier, order: Double(Self.order)), policy.name)
    }

    func rehearse(mark: String) async throws(Fault) { try await apply(spec, run: mark, isDryRun: true) }

    func close(mark: String) async throws(Fault) { try await apply(spec, run: mark) }

    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault) {
        guard let saved else { return try await policy.delete(seen) }
        try await apply(saved["spec"] ?? spec, run: saved["run"]?.text ?? "")
    }

    private func apply(_ spec: JSONValue, run: String, isDryRun: Bool = false) async throws(Fault) {
        do throws(Fault) {
            try await policy.apply(spec, run: run, isDryRun: isDryRun) { $0.isSameRules(as: spec) }
        } catch {
            // https://github.com/projectcalico/calico/issues/12841
            guard error.kind == .rejected, error.what.hasPrefix("it does not exist") else { throw error }
            throw Fault(
                .rejected, "Calico's API server does not let \(title) be made: \(error.what)", at: error.place,
                next:
                    "See that the tier \(tier) and the namespace exist. Calico 3.32.0 cannot make one by apply: upgrade it."
            )
        }
    }
}

extension JSONValue {
    /// Whether the server has kept every field as it was given; it may have added some of its own that are not rules.
    fileprivate func isSameRules(as spec: JSONValue) -> Bool {
        guard let given = spec.fields, let kept = fields else { return false }
        return given.allSatisfy { kept[$0.key] == $0.value } && kept["ingress"] == nil
            && kept["serviceAccountSelector"] == nil
    }
}
