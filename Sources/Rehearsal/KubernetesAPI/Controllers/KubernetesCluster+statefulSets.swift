extension KubernetesCluster {
    private static let revisionLabel = "controller-revision-hash"

    /// Keeps the numbered pods of a StatefulSet, one at a time unless its policy is `Parallel`.
    func reconcileStatefulSet(_ key: ObjectKey, _ statefulSet: APIValue) {
        guard !statefulSet.isTerminating else { return }
        let revision = "\(key.name)-\(Self.templateHash(statefulSet["spec", "template"] ?? .null))"
        let wanted = statefulSet["spec", "replicas"]?.int ?? 1
        let isOrdered = statefulSet["spec", "podManagementPolicy"] != "Parallel"
        let owned = pods(of: statefulSet)
        createMissing(statefulSet, owned: owned.map(\.object), wanted: wanted, isOrdered: isOrdered, revision: revision)
        removeSurplus(owned, wanted: wanted, isOrdered: isOrdered)
        if owned.count == wanted { replaceOutdated(statefulSet, owned: owned, revision: revision) }
        updateStatus(key, revision: revision, wanted: wanted)
    }

    private func createMissing(
        _ statefulSet: APIValue, owned: [APIValue], wanted: Int, isOrdered: Bool, revision: String
    ) {
        let byName = Dictionary(owned.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for ordinal in 0..<max(0, wanted) {
            let name = "\(statefulSet.name)-\(ordinal)"
            if let pod = byName[name] {
                // The next pod waits until this one is ready.
                if isOrdered, !pod.isReadyPod || pod.isTerminating { return }
                continue
            }
            let labels = [
                Self.revisionLabel: revision, "statefulset.kubernetes.io/pod-name": name,
                "apps.kubernetes.io/pod-index": String(ordinal),
            ]
            let claims = createClaims(statefulSet, podName: name)
            createPod(of: statefulSet, name: name, labels: labels) { pod in
                pod["spec", "hostname"] = .string(name)
                pod["spec", "subdomain"] = statefulSet["spec", "serviceName"]
                if !claims.isEmpty {
                    let volumes = pod["spec", "volumes"]?.items ?? []
                    pod["spec", "volumes"] = .array(volumes + claims)
                }
            }
            if isOrdered { return }
        }
    }

    /// Makes the volume claims of one pod, and returns the volumes that use them.
    private func createClaims(_ statefulSet: APIValue, podName: String) -> [APIValue] {
        (statefulSet["spec", "volumeClaimTemplates"]?.items ?? []).map { template in
            let claim = "\(template.name)-\(podName)"
            let body: APIValue = [
                "metadata": [
                    "name": .string(claim), "labels": statefulSet["spec", "selector", "matchLabels"] ?? .null,
                ],
                "spec": template["spec"] ?? .object([:]),
            ]
            _ = try? create(
                body.withoutNulls, type: ResourceRegistry.volumeClaims, namespace: statefulSet.namespace,
                options: ObjectWriteOptions(writer: .controller))
            return ["name": .string(template.name), "persistentVolumeClaim": ["claimName": .string(claim)]]
        }
    }

    private func removeSurplus(_ owned: [(key: ObjectKey, object: APIValue)], wanted: Int, isOrdered: Bool) {
        let surplus = owned.filter { Self.ordinal($0.object) >= wanted }
            .sorted { Self.ordinal($0.object) > Self.ordinal($1.object) }
        for pod in surplus {
            if !pod.object.isTerminating { _ = try? delete(pod.key, options: ObjectDeleteOptions()) }
            if isOrdered { return }
        }
    }

    /// A rolling update: the highest outdated pod goes when every pod is ready.
    private func replaceOutdated(
        _ statefulSet: APIValue, owned: [(key: ObjectKey, object: APIValue)], revision: String
    ) {
        guard statefulSet["spec", "updateStrategy", "type"] == "RollingUpdate" else { return }
        let partition = statefulSet["spec", "updateStrategy", "rollingUpdate", "partition"]?.int ?? 0
        let outdated = owned.filter {
            $0.object.labels[Self.revisionLabel] != revision && Self.ordinal($0.object) >= partition
        }
        if let broken = outdated.first(where: { !$0.object.isReadyPod && !$0.object.isTerminating }) {
            _ = try? delete(broken.key, options: ObjectDeleteOptions())
        } else if owned.allSatisfy({ $0.object.isReadyPod && !$0.object.isTerminating }),
            let next = outdated.max(by: { Self.ordinal($0.object) < Self.ordinal($1.object) })
        {
            _ = try? delete(next.key, options: ObjectDeleteOptions())
        }
    }

    private func updateStatus(_ key: ObjectKey, revision: String, wanted: Int) {
        guard var statefulSet = value(key) else { return }
        let all = pods(of: statefulSet).map(\.object)
        let running = all.filter(\.isActivePod)
        let ready = running.count(where: \.isReadyPod)
        let updated = running.count { $0.labels[Self.revisionLabel] == revision }
        let current = statefulSet["status", "currentRevision"]?.text
        let isDone = current == nil || (updated == wanted && ready == wanted && all.count == wanted)
        let currentRevision = isDone ? revision : current ?? revision
        var status: APIValue = [
            "observedGeneration": .count(statefulSet.generation), "replicas": .count(all.count),
            "availableReplicas": .count(ready), "collisionCount": 0, "updateRevision": .string(revision),
            "currentRevision": .string(currentRevision),
        ]
        status["readyReplicas"] = .countUnlessZero(ready)
        status["updatedReplicas"] = .countUnlessZero(updated)
        status["currentReplicas"] = .countUnlessZero(
            running.count { $0.labels[Self.revisionLabel] == currentRevision })
        statefulSet["status"] = status
        control(statefulSet, key: key, by: .controllerStatus)
    }

    private static func ordinal(_ pod: APIValue) -> Int {
        pod.name.split(separator: "-").last.flatMap { Int($0) } ?? 0
    }
}
