extension KubernetesCluster {
    /// Counts the pods of a Deployment's ReplicaSets and says how far it is.
    func updateDeploymentStatus(_ key: ObjectKey, newest: ObjectKey?, all: [ObjectKey]) {
        guard var deployment = value(key) else { return }
        let sets = all.compactMap { value($0) }
        let sum = { (field: String) in sets.map { $0["status", field]?.int ?? 0 }.reduce(0, +) }
        let wanted = deployment["spec", "replicas"]?.int ?? 1
        let total = sum("replicas")
        let available = sum("availableReplicas")
        let updated = newest.flatMap { value($0)?["status", "replicas"]?.int } ?? 0
        let unavailable = Self.share(
            deployment["spec", "strategy", "rollingUpdate", "maxUnavailable"], of: wanted, roundingUp: false)
        let isComplete = updated == wanted && total == wanted && available == wanted
        var status: APIValue = ["observedGeneration": .count(deployment.generation)]
        status["replicas"] = .countUnlessZero(total)
        status["updatedReplicas"] = .countUnlessZero(updated)
        status["readyReplicas"] = .countUnlessZero(sum("readyReplicas"))
        status["availableReplicas"] = .countUnlessZero(available)
        status["unavailableReplicas"] = .countUnlessZero(max(0, max(wanted, total) - available))
        let isAvailable = available >= wanted - unavailable
        let old = deployment["status", "conditions"]?.items ?? []
        let setName = newest?.name ?? ""
        status["conditions"] = [
            Self.condition(
                "Available", isAvailable,
                isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                isAvailable
                    ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
                old: old),
            Self.condition(
                "Progressing", true, isComplete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                isComplete
                    ? "ReplicaSet \"\(setName)\" has successfully progressed."
                    : "ReplicaSet \"\(setName)\" is progressing.", old: old),
        ]
        deployment["status"] = status
        control(deployment, key: key, by: .controllerStatus)
    }

    /// A condition that keeps its times while nothing about it changes.
    static func condition(
        _ type: String, _ holds: Bool, _ reason: String, _ message: String, old: [APIValue]
    ) -> APIValue {
        let before = old.first { $0["type"]?.text == type }
        let status: APIValue = holds ? "True" : "False"
        let now = APIValue.string(APITimestamp.now())
        var condition: APIValue = [
            "type": .string(type), "status": status, "reason": .string(reason), "message": .string(message),
        ]
        let isSame = before?["reason"]?.text == reason && before?["status"] == status
        condition["lastUpdateTime"] = isSame ? before?["lastUpdateTime"] ?? now : now
        condition["lastTransitionTime"] = before?["status"] == status ? before?["lastTransitionTime"] ?? now : now
        return condition
    }
}
