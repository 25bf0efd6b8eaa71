/// The stand-in for an installed ESS: the chart's workloads under its names, labels and annotations, and something else
/// in the namespace that a failover must leave alone.
enum StandInRelease {
    static let name = "ess"
    static let namespace = "ess"
    /// The release that a drill starts, and its namespace, which is there on any day.
    static let drill = "ess-drill"
    static let synapse = "ess-synapse-main"
    static let haproxy = "ess-haproxy"
    static let rtcAuthorisation = "ess-matrix-rtc-authorisation-service"
    static let sfu = "ess-matrix-rtc-sfu"
    static let bystander = "node-exporter"
    /// What the chart's hook generates at the first site, copied to the others before their installation.
    static let generatedSecret = "ess-generated"

    struct Workload {
        var kind: String
        var name: String
        var component: String
        var replicas: Int64
        /// Where the chart's values have its `replicas`.
        var valuePath: [String]
    }

    /// As the chart renders them with an external PostgreSQL, two Synapse workers and no bridges.
    static let workloads = [
        Workload(
            kind: "StatefulSet", name: synapse, component: "matrix-server", replicas: 1, valuePath: ["synapse"]),
        Workload(
            kind: "StatefulSet", name: "ess-synapse-event-persist", component: "matrix-server", replicas: 1,
            valuePath: ["synapse", "workers", "event-persister"]),
        Workload(
            kind: "StatefulSet", name: "ess-synapse-fed-sender", component: "matrix-server", replicas: 1,
            valuePath: ["synapse", "workers", "federation-sender"]),
        Workload(
            kind: "Deployment", name: "ess-matrix-authentication-service", component: "matrix-authentication",
            replicas: 1, valuePath: ["matrixAuthenticationService"]),
        Workload(
            kind: "Deployment", name: haproxy, component: "matrix-stack-ingress", replicas: 2, valuePath: ["haproxy"]),
        Workload(
            kind: "Deployment", name: "ess-redis", component: "matrix-pubsub-small-cache", replicas: 1,
            valuePath: ["redis"]),
        Workload(
            kind: "Deployment", name: "ess-element-web", component: "matrix-client", replicas: 1,
            valuePath: ["elementWeb"]),
        Workload(
            kind: "Deployment", name: "ess-element-admin", component: "matrix-admin-client", replicas: 1,
            valuePath: ["elementAdmin"]),
        Workload(
            kind: "Deployment", name: rtcAuthorisation, component: "matrix-rtc-authorisation-service", replicas: 1,
            valuePath: ["matrixRTC"]),
        Workload(
            kind: "Deployment", name: sfu, component: "matrix-rtc-voip-server", replicas: 1,
            valuePath: ["matrixRTC", "sfu"]),
    ]

    /// Puts what is there before Helm comes into a site's cluster; with `withWorkloads` the release too, for want of a Helm: running
    /// where the site serves, with no replica where it is a standby.
    static func install(
        into cluster: KubernetesCluster, isServing: Bool, withWorkloads: Bool, signingKey: String, advertised: String
    ) async throws(APIFailure) {
        let helm = ObjectWriteOptions(writer: FieldWriter(manager: "helm", operation: .update))
        _ = try await cluster.create(
            ["metadata": ["name": .string(namespace)]], type: ResourceRegistry.namespaces, namespace: "", options: helm)
        _ = try await cluster.create(
            ["metadata": ["name": .string(drill)]], type: ResourceRegistry.namespaces, namespace: "", options: helm)
        _ = try await cluster.create(
            secret(signingKey), type: ResourceRegistry.secrets, namespace: namespace, options: helm)
        for workload in withWorkloads ? workloads : [] {
            let body = body(workload, replicas: isServing ? workload.replicas : 0, advertised: advertised)
            let type = workload.kind == "StatefulSet" ? ResourceRegistry.statefulSets : ResourceRegistry.deployments
            _ = try await cluster.create(body, type: type, namespace: namespace, options: helm)
        }
        if withWorkloads { try await installIngress(into: cluster, helm) }
        try await installSurroundings(into: cluster)
        _ = try await cluster.create(
            object(bystander, component: "monitoring", replicas: 1, isReleased: false),
            type: ResourceRegistry.deployments, namespace: namespace,
            options: ObjectWriteOptions(writer: FieldWriter(manager: "kubectl-create", operation: .update)))
    }

    /// The same at every site, as a failover wants it.
    private static func secret(_ signingKey: String) -> APIValue {
        [
            "metadata": [
                "name": .string(generatedSecret),
                "labels": [
                    "app.kubernetes.io/managed-by": "matrix-tools-init-secrets",
                    "app.kubernetes.io/name": "init-secrets", "app.kubernetes.io/part-of": "matrix-stack",
                ],
            ],
            "stringData": [
                "SYNAPSE_SIGNING_KEY": .string(signingKey), "SYNAPSE_MACAROON": "rehearsal",
                "MAS_ENCRYPTION_SECRET": "rehearsal",
            ],
        ]
    }

    /// As a chart's template has it, with one replica; `advertised` is what the SFU tells its clients.
    static func manifest(_ workload: Workload, advertised: String) -> APIValue {
        var manifest = body(workload, replicas: 1, advertised: advertised)
        manifest["apiVersion"] = "apps/v1"
        manifest["kind"] = .string(workload.kind)
        return manifest
    }

    private static func body(_ workload: Workload, replicas: Int64, advertised: String) -> APIValue {
        var body = object(workload.name, component: workload.component, replicas: replicas, isReleased: true)
        if workload.name == synapse {
            body["spec", "template", "spec", "volumes"] = [
                ["name": "media", "persistentVolumeClaim": ["claimName": .string(mediaClaim)]]
            ]
        }
        if workload.kind == "StatefulSet" { body["spec", "serviceName"] = .string(workload.name) }
        if workload.name == sfu {
            // The chart tells it in a container that writes its configuration, from matrixRTC.sfu.manualIP.
            body["spec", "template", "spec", "initContainers"] = .array([
                [
                    "name": "render-config", "image": .string(image(of: "matrix-tools")),
                    "env": .array([["name": "NODE_IP", "value": .string(advertised)]]),
                ]
            ])
        }
        return body
    }

    static func object(_ name: String, component: String, replicas: Int64, isReleased: Bool) -> APIValue {
        let instance = "app.kubernetes.io/instance"
        var labels: [String: APIValue] = [
            "app.kubernetes.io/name": .string(component), "app.kubernetes.io/component": .string(component),
            instance: .string(name),
        ]
        var metadata: [String: APIValue] = ["name": .string(name)]
        if isReleased {
            labels["app.kubernetes.io/part-of"] = "matrix-stack"
            labels["app.kubernetes.io/managed-by"] = "Helm"
            labels["helm.sh/chart"] = .string("\(StandInChart.name)-\(StandInChart.version)")
            metadata["annotations"] = [
                "meta.helm.sh/release-name": .string(Self.name),
                "meta.helm.sh/release-namespace": .string(namespace),
            ]
        }
        metadata["labels"] = .object(labels)
        return [
            "metadata": .object(metadata),
            "spec": [
                "replicas": .integer(replicas),
                "selector": ["matchLabels": .object([instance: .string(name)])],
                "template": [
                    "metadata": ["labels": .object(labels)],
                    "spec": [
                        "containers": [
                            [
                                "name": .string(component), "image": .string(image(of: component)),
                                "readinessProbe": probe, "livenessProbe": probe,
                                "resources": ["requests": ["cpu": "100m", "memory": "128Mi"]],
                            ]
                        ]
                    ],
                ],
            ],
        ]
    }
}
