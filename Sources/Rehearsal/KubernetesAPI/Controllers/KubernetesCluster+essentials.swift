extension KubernetesCluster {
    /// Makes what every cluster has: the usual namespaces, its nodes, and each namespace's default account.
    func ensureEssentials() {
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            ensure(ResourceRegistry.namespaces, namespace: "", name: name, .object([:]))
        }
        for (index, name) in Self.nodeNames.enumerated() { ensureNode(name, zone: "zone-\(index + 1)") }
        for namespace in values(ResourceRegistry.namespaces) where !namespace.isTerminating {
            ensure(ResourceRegistry.serviceAccounts, namespace: namespace.name, name: "default", .object([:]))
        }
        ensure(
            ResourceRegistry.services, namespace: "default", name: "kubernetes",
            [
                "metadata": ["labels": ["component": "apiserver", "provider": "kubernetes"]],
                "spec": [
                    "clusterIP": "10.96.0.1",
                    "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
                ],
            ])
    }

    private func ensure(_ type: ResourceType, namespace: String, name: String, _ body: APIValue) {
        guard value(ObjectKey(type: type, namespace: namespace, name: name)) == nil else { return }
        var body = body
        body["metadata", "name"] = .string(name)
        _ = try? create(body, type: type, namespace: namespace, options: ObjectWriteOptions(writer: .controller))
    }

    /// Three, each in a zone of its own: as many as etcd wants to outlive one.
    static let nodeNames = ["rehearsal-node-1", "rehearsal-node-2", "rehearsal-node-3"]

    private func ensureNode(_ name: String, zone: String) {
        let key = ObjectKey(type: ResourceRegistry.nodes, namespace: "", name: name)
        guard value(key) == nil else { return }
        let labels = [
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
            "node-role.kubernetes.io/control-plane": "", "topology.kubernetes.io/zone": zone,
        ]
        ensure(key.type, namespace: "", name: key.name, ["metadata": ["labels": .texts(labels)], "spec": .object([:])])
        guard var node = value(key) else { return }
        let size: APIValue = ["cpu": "8", "memory": "16Gi", "pods": "110"]
        let ready = Self.condition("Ready", true, "KubeletReady", "kubelet is posting ready status", old: [])
        node["status"] = [
            "capacity": size, "allocatable": size, "conditions": [ready],
            "addresses": [
                ["type": "InternalIP", "address": "127.0.0.1"], ["type": "Hostname", "address": .string(key.name)],
            ],
            "nodeInfo": [
                "kubeletVersion": .string(APIDiscovery.version), "kubeProxyVersion": .string(APIDiscovery.version),
                "osImage": "Rehearsal", "kernelVersion": "rehearsal", "containerRuntimeVersion": "rehearsal://1",
                "operatingSystem": "linux", "architecture": "amd64", "machineID": "", "systemUUID": "", "bootID": "",
            ],
        ]
        control(node, key: key, by: .kubelet)
    }

    /// Puts images onto every node, as where they are loaded before anything is to run there.
    func load(_ images: [String]) {
        ensureEssentials()
        for name in Self.nodeNames {
            let key = ObjectKey(type: ResourceRegistry.nodes, namespace: "", name: name)
            guard var node = value(key) else { continue }
            node["status", "images"] = .array(images.map { ["names": [.string($0)], "sizeBytes": 1] })
            control(node, key: key, by: .kubelet)
        }
    }

    /// A node that takes pods, another for each; the first where all are cordoned.
    func node(for pod: String) -> String {
        let open = Self.nodeNames.filter { name in
            let node = value(ObjectKey(type: ResourceRegistry.nodes, namespace: "", name: name))
            return node?["spec", "unschedulable"] != true
        }
        guard !open.isEmpty else { return Self.nodeNames[0] }
        return open[pod.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % open.count]
    }

    /// A claim is bound at once: there is always room.
    func bindVolumeClaim(_ key: ObjectKey, _ claim: APIValue) {
        guard claim["status", "phase"] != "Bound" else { return }
        var claim = claim
        claim["spec", "volumeName"] = .string("pvc-\(claim.uid)")
        control(claim, key: key, by: .controller)
        claim = value(key) ?? claim
        claim["status", "phase"] = "Bound"
        claim["status", "accessModes"] = claim["spec", "accessModes"]
        claim["status", "capacity"] = claim["spec", "resources", "requests"]
        control(claim, key: key, by: .controllerStatus)
    }

    /// The ready pods behind a Service, as its Endpoints.
    func reconcileEndpoints(_ key: ObjectKey, _ service: APIValue) {
        let selector = service["spec", "selector"]?.texts ?? [:]
        guard !selector.isEmpty, !service.isTerminating else { return }
        let matching = values(ResourceRegistry.pods, namespace: key.namespace).filter { pod in
            pod.isActivePod && pod["status", "podIP"] != nil && selector.allSatisfy { pod.labels[$0.key] == $0.value }
        }
        let addresses = { (pods: [APIValue]) -> APIValue? in
            pods.isEmpty ? nil : .array(pods.map { ["ip": $0["status", "podIP"] ?? .null, "targetRef": $0.reference] })
        }
        var subset: APIValue = .object([:])
        subset["addresses"] = addresses(matching.filter(\.isReadyPod))
        subset["notReadyAddresses"] = addresses(matching.filter { !$0.isReadyPod })
        subset["ports"] = .array(
            (service["spec", "ports"]?.items ?? []).map { port in
                var shown: APIValue = ["port": port["targetPort"]?.int.map { .count($0) } ?? port["port"] ?? .null]
                shown["name"] = port["name"]
                shown["protocol"] = port["protocol"]
                return shown
            })
        let endpointsKey = ObjectKey(type: ResourceRegistry.endpoints, namespace: key.namespace, name: key.name)
        ensure(
            endpointsKey.type, namespace: key.namespace, name: key.name,
            ["metadata": ["ownerReferences": [Self.ownerReference(service)]]])
        guard var endpoints = value(endpointsKey) else { return }
        endpoints["subsets"] = matching.isEmpty ? nil : [subset]
        control(endpoints, key: endpointsKey, by: .controller)
    }

    /// How many pods a PodDisruptionBudget would let go now.
    func reconcileBudget(_ key: ObjectKey, _ budget: APIValue) {
        let selector = LabelSelector(budget["spec", "selector"])
        let pods = values(ResourceRegistry.pods, namespace: key.namespace)
            .filter { $0.isActivePod && selector.matches($0.labels) }
        let healthy = pods.count(where: \.isReadyPod)
        let share = { (value: APIValue) -> Int in
            value.int ?? value.text.flatMap { Int($0.dropLast()) }.map { (pods.count * $0 + 99) / 100 } ?? 0
        }
        let wanted =
            budget["spec", "minAvailable"].map(share)
            ?? pods.count - (budget["spec", "maxUnavailable"].map(share) ?? 0)
        var budget = budget
        budget["status"] = [
            "currentHealthy": .count(healthy), "desiredHealthy": .count(max(0, wanted)),
            "disruptionsAllowed": .count(max(0, healthy - wanted)), "expectedPods": .count(pods.count),
            "observedGeneration": .count(budget.generation),
        ]
        control(budget, key: key, by: .controllerStatus)
    }
}

extension APIValue {
    /// A reference to this object, as Endpoints and Events hold it.
    var reference: APIValue {
        [
            "kind": self["kind"] ?? .null, "name": .string(name), "namespace": .string(namespace), "uid": .string(uid),
        ]
    }
}
