extension KubernetesCluster {
    /// Whether the policies let the pods of a workload begin a connection to anywhere at all.
    ///
    /// A policy that allows something is taken to allow what the pods need; Kubernetes looks at each peer and port.
    func letsOut(namespace: String, kind: String, name: String) -> Bool {
        guard let type = ResourceRegistry.type(apiVersion: "apps/v1", kind: kind),
            let workload = value(ObjectKey(type: type, namespace: namespace, name: name))
        else { return true }
        let labels = workload["spec", "template", "metadata", "labels"]?.texts ?? [:]
        return !isDenied(in: namespace, labels) && isAllowed(in: namespace, labels)
    }

    private func isAllowed(in namespace: String, _ labels: [String: String]) -> Bool {
        let closing = values(ResourceRegistry.networkPolicies, namespace: namespace).filter { policy in
            let types = policy["spec", "policyTypes"]?.items?.compactMap(\.text) ?? []
            return types.contains("Egress") && LabelSelector(policy["spec", "podSelector"]).matches(labels)
        }
        return closing.isEmpty || closing.contains { $0["spec", "egress"]?.items?.isEmpty == false }
    }

    /// By what no other policy can beat: a rule of Cilium's that denies, or one of Calico's that denies all pods.
    private func isDenied(in namespace: String, _ labels: [String: String]) -> Bool {
        let cilium = values(ResourceRegistry.ciliumPolicies, namespace: namespace).contains {
            $0["spec", "egressDeny"]?.items?.isEmpty == false
                && LabelSelector($0["spec", "endpointSelector"]).matches(labels)
        }
        let calico = values(ResourceRegistry.calicoPolicies, namespace: namespace).contains {
            ["all()", ""].contains($0["spec", "selector"]?.text ?? "")
                && $0["spec", "egress"]?.items?.contains { $0["action"] == "Deny" } == true
        }
        return cilium || calico
    }
}
