extension KubernetesCluster {
    private typealias Owned = (key: ObjectKey, object: APIValue)
    private static let hashLabel = "pod-template-hash"
    private static let revisionAnnotation = "deployment.kubernetes.io/revision"

    /// Moves a Deployment towards its spec: one ReplicaSet a template, old ones shrinking as the new one grows.
    func reconcileDeployment(_ key: ObjectKey, _ deployment: APIValue) {
        guard !deployment.isTerminating else { return }
        var owned = list(ResourceRegistry.replicaSets, namespace: key.namespace)
            .map { (key: $0.key, object: $0.object.value) }
            .filter { $0.object.controllerUID == deployment.uid && !$0.object.isTerminating }
        var deployment = deployment
        let isPaused = deployment["spec", "paused"] == true
        let hash = Self.templateHash(deployment["spec", "template"] ?? .null)
        var current = owned.firstIndex { $0.object.labels[Self.hashLabel] == hash }
        if current == nil, !isPaused, let created = createReplicaSet(of: deployment, hash: hash, among: owned) {
            owned.append(created)
            current = owned.count - 1
        }
        if let current {
            let revision = raiseRevision(of: &owned[current], among: owned)
            deployment["metadata", "annotations", Self.revisionAnnotation] = .string(revision)
            control(deployment, key: key, by: .controller)
        }
        let newest = current.map { owned[$0] }
        let old = owned.filter { $0.key != newest?.key }
        scale(deployment, newest: newest, old: old, isPaused: isPaused)
        removeHistory(deployment, old: old)
        updateDeploymentStatus(key, newest: newest?.key, all: owned.map(\.key))
    }

    private func createReplicaSet(of deployment: APIValue, hash: String, among owned: [Owned]) -> Owned? {
        let type = ResourceRegistry.replicaSets
        let name = "\(deployment.name)-\(hash)"
        var template = deployment["spec", "template"] ?? .object([:])
        template["metadata", "labels", Self.hashLabel] = .string(hash)
        var selector = deployment["spec", "selector"] ?? .object([:])
        selector["matchLabels", Self.hashLabel] = .string(hash)
        let body: APIValue = [
            "metadata": [
                "name": .string(name), "labels": template["metadata", "labels"] ?? .null,
                "annotations": [Self.revisionAnnotation: .string(nextRevision(owned))],
                "ownerReferences": [Self.ownerReference(deployment)],
            ],
            "spec": ["replicas": 0, "selector": selector, "template": template],
        ]
        let options = ObjectWriteOptions(writer: .controller)
        guard let object = try? create(body, type: type, namespace: deployment.namespace, options: options)
        else { return nil }
        return (ObjectKey(type: type, namespace: deployment.namespace, name: name), object)
    }

    private func revision(_ replicaSet: APIValue) -> Int {
        Int(replicaSet.annotations[Self.revisionAnnotation] ?? "") ?? 0
    }

    private func nextRevision(_ owned: [Owned]) -> String {
        String((owned.map { revision($0.object) }.max() ?? 0) + 1)
    }

    /// A template that comes back (a rollback) becomes the newest revision.
    private func raiseRevision(of newest: inout Owned, among owned: [Owned]) -> String {
        let key = newest.key
        let highest = owned.filter { $0.key != key }.map { revision($0.object) }.max() ?? 0
        guard revision(newest.object) <= highest else { return String(revision(newest.object)) }
        newest.object["metadata", "annotations", Self.revisionAnnotation] = .string(String(highest + 1))
        control(newest.object, key: newest.key, by: .controller)
        newest.object = value(newest.key) ?? newest.object
        return String(highest + 1)
    }

    private func scale(_ deployment: APIValue, newest: Owned?, old: [Owned], isPaused: Bool) {
        let wanted = deployment["spec", "replicas"]?.int ?? 1
        let running = old.filter { ($0.object["spec", "replicas"]?.int ?? 0) > 0 }
        guard let newest, !isPaused || running.isEmpty else {
            if let only = running.first, running.count == 1 { setReplicas(only, wanted) }
            return
        }
        if running.isEmpty {
            let isRecreate = deployment["spec", "strategy", "type"] == "Recreate"
            let oldPods = isRecreate ? old.flatMap { pods(of: $0.object) } : []
            if oldPods.isEmpty { setReplicas(newest, wanted) }
        } else if deployment["spec", "strategy", "type"] == "Recreate" {
            for replicaSet in running { setReplicas(replicaSet, 0) }
        } else {
            roll(deployment, wanted: wanted, newest: newest, running: running)
        }
    }

    /// One move of a rolling update, within `maxSurge` and `maxUnavailable`.
    private func roll(_ deployment: APIValue, wanted: Int, newest: Owned, running: [Owned]) {
        let rolling = deployment["spec", "strategy", "rollingUpdate"]
        let surge = Self.share(rolling?["maxSurge"], of: wanted, roundingUp: true)
        var unavailable = Self.share(rolling?["maxUnavailable"], of: wanted, roundingUp: false)
        if surge == 0, unavailable == 0 { unavailable = 1 }
        let count = { (owned: Owned) in owned.object["spec", "replicas"]?.int ?? 0 }
        let available = { (owned: Owned) in owned.object["status", "availableReplicas"]?.int ?? 0 }
        var newCount = count(newest)
        let total = newCount + running.map(count).reduce(0, +)
        if newCount > wanted {
            newCount = wanted
        } else {
            newCount += max(0, min(wanted + surge - total, wanted - newCount))
        }
        setReplicas(newest, newCount)
        let newUnavailable = max(0, newCount - available(newest))
        let allCount = newCount + running.map(count).reduce(0, +)
        var removable = allCount - (wanted - unavailable) - newUnavailable
        for replicaSet in running where removable > 0 {
            let step = min(removable, count(replicaSet))
            setReplicas(replicaSet, count(replicaSet) - step)
            removable -= step
        }
    }

    private func setReplicas(_ owned: Owned, _ replicas: Int) {
        var object = value(owned.key) ?? owned.object
        object["spec", "replicas"] = .count(replicas)
        control(object, key: owned.key, by: .controller)
    }

    private func removeHistory(_ deployment: APIValue, old: [Owned]) {
        let limit = deployment["spec", "revisionHistoryLimit"]?.int ?? 10
        let idle = old.filter { $0.object["spec", "replicas"]?.int == 0 && $0.object["status", "replicas"]?.int == 0 }
            .sorted { revision($0.object) < revision($1.object) }
        for replicaSet in idle.dropLast(limit) { _ = try? delete(replicaSet.key, options: ObjectDeleteOptions()) }
    }

    /// A number of pods, or a percentage of them.
    static func share(_ value: APIValue?, of total: Int, roundingUp: Bool) -> Int {
        if let number = value?.int { return number }
        guard let text = value?.text, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return 0 }
        return roundingUp ? (total * percent + 99) / 100 : total * percent / 100
    }

    /// A short name of a pod template, equal for equal templates (FNV-1a, in the letters Kubernetes uses).
    static func templateHash(_ template: APIValue) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in template.encoded() { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(String(hash).utf8.map { letters[Int($0) % letters.count] })
    }
}
