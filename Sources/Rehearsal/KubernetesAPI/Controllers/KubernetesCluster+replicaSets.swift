extension KubernetesCluster {
    /// Keeps as many pods as the ReplicaSet asks for, and counts them in its status.
    func reconcileReplicaSet(_ key: ObjectKey, _ replicaSet: APIValue) {
        guard !replicaSet.isTerminating else { return }
        let wanted = replicaSet["spec", "replicas"]?.int ?? 1
        let active = pods(of: replicaSet).filter(\.object.isActivePod)
        if active.count < wanted {
            for _ in active.count..<wanted {
                createPod(of: replicaSet, name: "\(replicaSet.name)-\(Self.randomSuffix())")
            }
        } else {
            // Pods that are not ready go first.
            let surplus = active.sorted { !$0.object.isReadyPod && $1.object.isReadyPod }
            for pod in surplus.prefix(active.count - wanted) {
                _ = try? delete(pod.key, options: ObjectDeleteOptions())
            }
        }
        var changed = value(key) ?? replicaSet
        let left = pods(of: replicaSet).map(\.object).filter(\.isActivePod)
        let ready = left.count(where: \.isReadyPod)
        changed["status"] = ["replicas": .count(left.count), "observedGeneration": .count(replicaSet.generation)]
        changed["status", "fullyLabeledReplicas"] = .countUnlessZero(left.count)
        changed["status", "readyReplicas"] = .countUnlessZero(ready)
        changed["status", "availableReplicas"] = .countUnlessZero(ready)
        control(changed, key: key, by: .controllerStatus)
    }

    /// Runs one pod on the one node.
    func reconcileDaemonSet(_ key: ObjectKey, _ daemonSet: APIValue) {
        guard !daemonSet.isTerminating else { return }
        let active = pods(of: daemonSet).filter(\.object.isActivePod)
        let hash = Self.templateHash(daemonSet["spec", "template"] ?? .null)
        let label = "controller-revision-hash"
        if active.isEmpty {
            createPod(of: daemonSet, name: "\(daemonSet.name)-\(Self.randomSuffix())", labels: [label: hash])
        }
        for pod in active
        where pod.object.labels[label] != hash && daemonSet["spec", "updateStrategy", "type"] != "OnDelete" {
            _ = try? delete(pod.key, options: ObjectDeleteOptions())
        }
        let left = pods(of: daemonSet).map(\.object).filter(\.isActivePod)
        let ready = left.count(where: \.isReadyPod)
        var changed = value(key) ?? daemonSet
        changed["status"] = [
            "currentNumberScheduled": .count(left.count), "desiredNumberScheduled": 1, "numberMisscheduled": 0,
            "numberReady": .count(ready), "observedGeneration": .count(daemonSet.generation),
        ]
        changed["status", "numberAvailable"] = .countUnlessZero(ready)
        changed["status", "numberUnavailable"] = .countUnlessZero(1 - ready)
        changed["status", "updatedNumberScheduled"] = .countUnlessZero(left.count { $0.labels[label] == hash })
        control(changed, key: key, by: .controllerStatus)
    }
}

extension APIValue {
    static func count(_ number: Int) -> APIValue { .integer(Int64(number)) }
    /// A count as Go's `omitempty` writes it.
    static func countUnlessZero(_ number: Int) -> APIValue? { number == 0 ? nil : .count(number) }
}
