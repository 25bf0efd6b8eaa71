extension StandInRelease {
    static let externalDNS = "external-dns"
    static let externalDNSNamespace = "external-dns"
    static let ingress = "ess-synapse"
    static let host = "matrix.\(RehearsalNames.zone)"

    /// Puts an external-dns into a site's cluster, beside the release and in a namespace of its own. At a standby it is at 0,
    /// because two that write the same names never come to rest.
    static func installExternalDNS(into cluster: KubernetesCluster, isServing: Bool) async throws(APIFailure) {
        let kubectl = ObjectWriteOptions(writer: FieldWriter(manager: "kubectl-create", operation: .update))
        _ = try await cluster.create(
            ["metadata": ["name": .string(externalDNSNamespace)]], type: ResourceRegistry.namespaces, namespace: "",
            options: kubectl)
        var deployment = object(externalDNS, component: externalDNS, replicas: isServing ? 1 : 0, isReleased: false)
        deployment["metadata", "namespace"] = .string(externalDNSNamespace)
        _ = try await cluster.create(
            deployment, type: ResourceRegistry.deployments, namespace: externalDNSNamespace, options: kubectl)
    }

    /// What the chart has beside its workloads, for want of a Helm.
    static func installIngress(into cluster: KubernetesCluster, _ helm: ObjectWriteOptions) async throws(APIFailure) {
        let rule: APIValue = [
            "host": .string(host),
            "http": [
                "paths": [
                    [
                        "path": "/", "pathType": "Prefix",
                        "backend": ["service": ["name": .string(haproxy), "port": ["number": 8008]]],
                    ]
                ]
            ],
        ]
        let annotations: APIValue = [
            "meta.helm.sh/release-name": .string(name), "meta.helm.sh/release-namespace": .string(namespace),
        ]
        _ = try await cluster.create(
            ["metadata": ["name": .string(ingress), "annotations": annotations], "spec": ["rules": [rule]]],
            type: ResourceRegistry.ingresses, namespace: namespace, options: helm)
    }
}
