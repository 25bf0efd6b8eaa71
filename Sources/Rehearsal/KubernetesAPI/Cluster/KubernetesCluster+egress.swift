extension KubernetesCluster {
    /// Whether the NetworkPolicies let the pods of a workload begin a connection to anywhere at all.
    ///
    /// A policy that allows something is taken to allow what the pods need; Kubernetes looks at each peer and port.
    func letsOut(namespace: String, kind: String, name: String) -> Bool {
        guard let type = ResourceRegistry.type(apiVersion: "apps/v1", kind: kind),
            let workload = value(ObjectKey(type: type, namespace: namespace, name: name))
        else { return true }
        let labels = workload["spec", "template", "metadata", "labels"]?.texts ?? [:]
        let closing = values(ResourceRegistry.networkPolicies, namespace: namespace).filter { policy in
            let types = policy["spec", "policyTypes"]?.items?.compactMap(\.text) ?? []
            return types.contains("Egress") && LabelSelector(policy["spec", "podSelector"]).matches(labels)
        }
        return closing.isEmpty || closing.contains { $0["spec", "egress"]?.items?.isEmpty == false }
    }
}
