extension StandInRelease {
    static let mediaClaim = "ess-synapse-media"
    static let budget = "ess-haproxy"
    static let ingressNamespace = "ingress-nginx"
    static let ingressController = "ingress-nginx-controller"

    static func image(of component: String) -> String { "rehearsal.invalid/\(component):26.8.2" }
    static let probe: APIValue = ["httpGet": ["path": "/health", "port": 8080]]

    /// What a site's own people have put into its cluster, and the chart relies on: storage, a way in, a budget for what runs
    /// more than once, and the images on the nodes.
    static func installSurroundings(into cluster: KubernetesCluster) async throws(APIFailure) {
        let person = ObjectWriteOptions(writer: FieldWriter(manager: "kubectl-create", operation: .update))
        _ = try await cluster.create(
            [
                "metadata": [
                    "name": "standard", "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
                ],
                "provisioner": "rehearsal.invalid/disk", "reclaimPolicy": "Retain", "volumeBindingMode": "Immediate",
            ], type: ResourceRegistry.storageClasses, namespace: "", options: person)
        _ = try await cluster.create(
            [
                "metadata": ["name": .string(mediaClaim)],
                "spec": [
                    "accessModes": ["ReadWriteOnce"], "storageClassName": "standard",
                    "resources": ["requests": ["storage": "10Gi"]],
                ],
            ], type: ResourceRegistry.volumeClaims, namespace: namespace, options: person)
        _ = try await cluster.create(
            [
                "metadata": ["name": .string(budget)],
                "spec": [
                    "minAvailable": 1, "selector": ["matchLabels": ["app.kubernetes.io/instance": .string(haproxy)]],
                ],
            ], type: ResourceRegistry.budgets, namespace: namespace, options: person)
        try await installIngress(into: cluster, options: person)
        await cluster.load((Set(workloads.map(\.component)).sorted() + ["matrix-tools"]).map(image))
    }

    private static func installIngress(
        into cluster: KubernetesCluster, options: ObjectWriteOptions
    ) async throws(APIFailure) {
        _ = try await cluster.create(
            ["metadata": ["name": .string(ingressNamespace)]], type: ResourceRegistry.namespaces, namespace: "",
            options: options)
        _ = try await cluster.create(
            [
                "metadata": [
                    "name": "nginx", "annotations": ["ingressclass.kubernetes.io/is-default-class": "true"],
                ], "spec": ["controller": "k8s.io/ingress-nginx"],
            ], type: ResourceRegistry.ingressClasses, namespace: "", options: options)
        let labels: APIValue = ["app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"]
        _ = try await cluster.create(
            [
                "metadata": ["name": .string(ingressController), "labels": labels],
                "spec": [
                    "replicas": 2, "selector": ["matchLabels": labels],
                    "template": [
                        "metadata": ["labels": labels],
                        "spec": [
                            "containers": [["name": "controller", "image": .string(image(of: "ingress-nginx"))]]
                        ],
                    ],
                ],
            ], type: ResourceRegistry.deployments, namespace: ingressNamespace, options: options)
    }
}
