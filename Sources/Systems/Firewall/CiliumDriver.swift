import FailoverModel

/// Closes a release's namespace with a CiliumNetworkPolicy whose rules deny, which no policy that allows can beat.
///
/// Without `allow` everything is denied, the cluster itself too. With it, the cluster and every address outside of it except
/// the allowed ones; Cilium knows pods and nodes by their identity and not by their address, so `allow` is about addresses
/// outside of the cluster only. Pods on the host's network are the node's own to Cilium. A policy for the node (clusterwide,
/// with a nodeSelector) would cut the kubelet off from its API server as well, so none is made: nftables covers such pods.
/// https://docs.cilium.io/en/stable/security/policy/deny/
struct CiliumDriver: FirewallDriver {
    let client: KubernetesClient
    let allow: [InternetNetwork]

    private var policy: ClusterPolicy {
        ClusterPolicy(
            client: client, version: "cilium.io/v2", kind: "CiliumNetworkPolicy", resource: "ciliumnetworkpolicies",
            provider: "Cilium")
    }

    var title: String { policy.title }
    let limits = "Cilium may be set to enforce nothing, and pods on the host's network are not covered"

    /// Also what makes pods deny by default, for whatever is neither in the cluster nor an address outside of it.
    private var spec: JSONValue {
        guard !allow.isEmpty else { return ["endpointSelector": [:], "egressDeny": [["toEntities": ["all"]]]] }
        let outside: [JSONValue] = [("0.0.0.0/0", false), ("::/0", true)].map { all, isIPv6 in
            let except = allow.filter { $0.address.isIPv6 == isIPv6 }.map { JSONValue.string($0.withLength) }
            return except.isEmpty ? ["cidr": .string(all)] : ["cidr": .string(all), "except": .array(except)]
        }
        return [
            "endpointSelector": [:],
            "egress": [["toCIDR": .array(allow.map { .string($0.withLength) })]],
            "egressDeny": [["toEntities": ["cluster"]], ["toCIDRSet": .array(outside)]],
        ]
    }

    func look() async throws(Fault) -> BlockSeen {
        let spec = spec
        let (seen, object) = try await policy.look { $0 == spec }
        // Newer versions say there whether they understood the policy.
        let conditions = object?["status"]?["conditions"]?.elements ?? []
        if let refusal = conditions.first(where: { $0["type"]?.text == "Valid" && $0["status"]?.text == "False" }),
            !seen.isForeign
        {
            throw Fault(
                .rejected, "Cilium takes \(title) for invalid: \((refusal["message"]?.text ?? "").onOneLine())",
                at: client.place(policy.path), next: "Correct \"allow\" in the topology, and delete the policy.")
        }
        return seen
    }

    /// What is denied stays denied, whatever another policy allows.
    func holes() async throws(Fault) -> [String] { [] }

    func rehearse(mark: String) async throws(Fault) { try await apply(spec, run: mark, isDryRun: true) }

    func close(mark: String) async throws(Fault) { try await apply(spec, run: mark) }

    func restore(_ saved: JSONValue?, seen: BlockSeen) async throws(Fault) {
        guard let saved else { return try await policy.delete(seen) }
        try await apply(saved["spec"] ?? spec, run: saved["run"]?.text ?? "")
    }

    private func apply(_ spec: JSONValue, run: String, isDryRun: Bool = false) async throws(Fault) {
        try await policy.apply(spec, run: run, isDryRun: isDryRun) { $0 == spec }
    }
}

extension InternetNetwork {
    /// With its length also where it is a single address: `192.0.2.53/32`.
    var withLength: String { "\(address)/\(prefixLength)" }
}
