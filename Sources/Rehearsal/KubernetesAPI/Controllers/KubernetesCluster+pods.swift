import Foundation

extension KubernetesCluster {
    /// The pods an owner controls.
    func pods(of owner: APIValue) -> [(key: ObjectKey, object: APIValue)] {
        list(ResourceRegistry.pods, namespace: owner.namespace)
            .map { (key: $0.key, object: $0.object.value) }
            .filter { $0.object.controllerUID == owner.uid }
    }

    /// Makes a pod of the owner's template.
    func createPod(
        of owner: APIValue, name: String, labels: [String: String] = [:], changing: (inout APIValue) -> Void = { _ in }
    ) {
        let template = owner["spec", "template"] ?? .object([:])
        var pod: APIValue = ["spec": template["spec"] ?? .object([:])]
        pod["metadata", "name"] = .string(name)
        pod["metadata", "annotations"] = template["metadata", "annotations"]
        pod["metadata", "labels"] = .texts(template.labels.merging(labels) { $1 })
        pod["metadata", "ownerReferences"] = [Self.ownerReference(owner)]
        changing(&pod)
        _ = try? create(
            pod, type: ResourceRegistry.pods, namespace: owner.namespace,
            options: ObjectWriteOptions(writer: .controller))
    }

    static func ownerReference(_ owner: APIValue) -> APIValue {
        [
            "apiVersion": owner["apiVersion"] ?? .null, "kind": owner["kind"] ?? .null, "name": .string(owner.name),
            "uid": .string(owner.uid), "controller": true, "blockOwnerDeletion": true,
        ]
    }

    /// The kubelet's part: pods start after their delay, Jobs' pods end, and deleted pods disappear.
    func runPods() {
        let now = ContinuousClock.now
        endOrphans()
        for (key, stored) in list(ResourceRegistry.pods) {
            let pod = stored.value
            if isLocal(pod) {
                let due = podDeadlines[pod.uid]
                if due.map({ $0.at <= now }) ?? true || pod.isTerminating && localContainers[pod.uid] == nil {
                    tend(pod, key: key, now: now)
                }
            } else if pod.isTerminating {
                terminate(pod, key: key, now: now)
            } else if pod["status", "phase"] == nil {
                schedule(pod, key: key, now: now)
            } else if pod["status", "phase"] == "Pending" || pod.isRunningJobPod {
                let deadline = podDeadlines[pod.uid] ?? PodDeadline(change: .starts, at: now + timing.startDelay)
                podDeadlines[pod.uid] = deadline.at <= now ? nil : deadline
                if deadline.at <= now { start(pod, key: key, now: now) }
            }
        }
    }

    func schedule(_ pod: APIValue, key: ObjectKey, now: ContinuousClock.Instant) {
        var pod = pod
        if isLocal(pod), let why = reasonUnscheduled(pod) {
            pod["status", "phase"] = "Pending"
            pod["status", "conditions"] = [
                [
                    "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": .string(why),
                    "lastProbeTime": .null, "lastTransitionTime": .string(APITimestamp.now()),
                ]
            ]
            if pod["status", "conditions"]?.items?.first?["message"]
                != value(key)?["status", "conditions"]?.items?.first?["message"]
            {
                control(pod, key: key, by: .kubelet)
            }
            return
        }
        pod["spec", "nodeName"] = .string(node(for: pod.name))
        pod["status"] = [
            "phase": "Pending", "qosClass": "BestEffort", "startTime": .string(APITimestamp.now()),
            "hostIP": "127.0.0.1",
            "conditions": .array(Self.podConditions(ready: false, reason: "ContainersNotReady")),
            "containerStatuses": .array(
                Self.containerStatuses(pod, state: ["waiting": ["reason": "ContainerCreating"]], ready: false)),
        ]
        podDeadlines[pod.uid] = PodDeadline(change: .starts, at: now + timing.startDelay)
        control(pod, key: key, by: .kubelet)
    }

    private func start(_ pod: APIValue, key: ObjectKey, now: ContinuousClock.Instant) {
        var pod = pod
        let time = APIValue.string(APITimestamp.now())
        if pod.isRunningJobPod {
            if pod.annotations[Self.exitCodeAnnotation] == Self.never { return }
            let exitCode = Int64(pod.annotations[Self.exitCodeAnnotation] ?? "") ?? generateSecrets(pod)
            let reason: APIValue = exitCode == 0 ? "Completed" : "Error"
            pod["status", "phase"] = exitCode == 0 ? "Succeeded" : "Failed"
            let state: APIValue = [
                "terminated": ["exitCode": .integer(exitCode), "reason": reason, "startedAt": time, "finishedAt": time]
            ]
            pod["status", "conditions"] = .array(Self.podConditions(ready: false, reason: "PodCompleted"))
            pod["status", "containerStatuses"] = .array(Self.containerStatuses(pod, state: state, ready: false))
        } else {
            pod["status", "phase"] = "Running"
            let isOnHost = pod["spec", "hostNetwork"] == true
            pod["status", "podIP"] =
                isOnHost ? pod["status", "hostIP"] ?? "127.0.0.1" : .string(nextIPAddress(prefix: "10.244"))
            pod["status", "podIPs"] = [["ip": pod["status", "podIP"] ?? .null]]
            let isJob = pod["spec", "restartPolicy"] != "Always"
            pod["status", "conditions"] = .array(Self.podConditions(ready: true, reason: nil))
            pod["status", "containerStatuses"] = .array(
                Self.containerStatuses(pod, state: ["running": ["startedAt": time]], ready: true))
            if isJob { podDeadlines[pod.uid] = PodDeadline(change: .starts, at: now + timing.startDelay) }
        }
        control(pod, key: key, by: .kubelet)
    }

    private func terminate(_ pod: APIValue, key: ObjectKey, now: ContinuousClock.Instant) {
        var deadline = podDeadlines[pod.uid]
        if deadline?.change != .disappears {
            deadline = PodDeadline(change: .disappears, at: now + timing.terminationDelay)
        }
        podDeadlines[pod.uid] = deadline
        guard let deadline, deadline.at <= now else { return }
        podDeadlines[pod.uid] = nil
        if pod.finalizers.isEmpty { remove(key) }
    }

    /// A pod template's annotation that makes the pods of a Job end with this exit code instead of 0, or `never`.
    static let exitCodeAnnotation = "rehearsal.handover/exit-code"
    private static let never = "never"

    static func podConditions(ready: Bool, reason: String?) -> [APIValue] {
        let time = APIValue.string(APITimestamp.now())
        return ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map { type in
            let isUnmet = !ready && (type == "Ready" || type == "ContainersReady")
            var condition: APIValue = [
                "type": .string(type), "status": isUnmet ? "False" : "True", "lastProbeTime": .null,
                "lastTransitionTime": time,
            ]
            if isUnmet { condition["reason"] = reason.map { .string($0) } }
            return condition
        }
    }

    static func containerStatuses(_ pod: APIValue, state: APIValue, ready: Bool) -> [APIValue] {
        (pod["spec", "containers"]?.items ?? []).map { container in
            [
                "name": container["name"] ?? "", "image": container["image"] ?? "", "imageID": "",
                "lastState": .object([:]),
                "ready": .bool(ready), "restartCount": 0, "started": .bool(ready), "state": state,
            ]
        }
    }
}

extension APIValue {
    /// Whether this pod has the Ready condition.
    var isReadyPod: Bool {
        (self["status", "conditions"]?.items ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
    }

    /// Whether this pod still counts for its owner: not going away and not ended.
    var isActivePod: Bool {
        !isTerminating && self["status", "phase"] != "Succeeded" && self["status", "phase"] != "Failed"
    }

    /// Whether this pod runs and will end by itself.
    var isRunningJobPod: Bool {
        self["status", "phase"] == "Running" && self["spec", "restartPolicy"] != "Always"
    }
}
