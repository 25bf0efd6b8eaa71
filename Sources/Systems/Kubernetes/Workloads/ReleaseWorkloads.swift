import FailoverModel

/// The Deployments and StatefulSets of a release, and their pods, as the API showed them just now.
struct ReleaseWorkloads: Sendable {
    struct Workload: Sendable {
        var kind: WorkloadKind
        var object: WorkloadObject
        /// Every pod that exists, ended ones too.
        var pods: [PodObject]
        /// Names of the autoscalers that target it.
        var autoscalers: [String]

        var name: String { object.metadata.name }
        var key: WorkloadKey { WorkloadKey(kind: kind, name: name) }
        /// `spec.replicas`; the API's default is 1.
        var wanted: Int64 { object.spec.replicas ?? 1 }
        var ready: Int64 { object.status?.readyReplicas ?? 0 }
        var runningPods: [PodObject] { pods.filter(\.mayRun) }
        /// Whether its controller has seen the latest change.
        var isCaughtUp: Bool { (object.status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0) }
        var isStopped: Bool { wanted == 0 && isCaughtUp && runningPods.isEmpty }
        var isServing: Bool { isCaughtUp && ready >= wanted && isUpdated }

        /// Why its controller cannot make pods, in its own words.
        var trouble: String? {
            let failure = object.status?.conditions?.first { $0.type == "ReplicaFailure" && $0.status == "True" }
            return failure?.message.map { "\(name): \($0.onOneLine(limit: 200))" }
        }

        /// Whether all replicas are of the latest template. A StatefulSet that keeps old ones on purpose (a partition,
        /// `OnDelete`) counts as updated.
        private var isUpdated: Bool {
            switch kind {
            case .deployment: return (object.status?.updatedReplicas ?? 0) == wanted
            case .statefulSet:
                let strategy = object.spec.updateStrategy
                if strategy?.type == "OnDelete" || (strategy?.rollingUpdate?.partition ?? 0) > 0 { return true }
                return object.status?.currentRevision == object.status?.updateRevision
                    || (object.status?.updatedReplicas ?? 0) == wanted
            }
        }
    }

    /// By kind, then by name.
    var workloads: [Workload]

    var observation: WorkloadsObservation {
        WorkloadsObservation(
            workloads: workloads.map {
                .init(
                    kind: $0.kind.rawValue, name: $0.name, wanted: $0.wanted, ready: $0.ready,
                    pods: Int64($0.pods.count))
            })
    }

    func workload(_ key: WorkloadKey) -> Workload? { workloads.first { $0.key == key } }

    /// ` Warning: …` for a sentence, empty where no autoscaler targets any of them.
    var autoscalerWarning: String {
        let texts = workloads.flatMap { workload in workload.autoscalers.map { "\($0) targets \(workload.name)" } }
        guard !texts.isEmpty else { return "" }
        return ". Warning: autoscalers may change counts again: \(texts.joined(separator: ", "))"
    }
}

enum WorkloadKind: String, CaseIterable, Sendable {
    case deployment = "Deployment"
    case statefulSet = "StatefulSet"

    var resource: String {
        switch self {
        case .deployment: "deployments"
        case .statefulSet: "statefulsets"
        }
    }
}

struct WorkloadKey: Hashable, Sendable {
    var kind: WorkloadKind
    var name: String
}

extension ReleaseWorkloads.Workload {
    /// Whether the pod is of this workload: its controller says so, or the selector does and no other controller has it.
    func owns(_ pod: PodObject) -> Bool {
        let selected = object.spec.selector?.selects(pod.metadata.labels ?? [:]) ?? false
        guard let controller = pod.metadata.controller else { return selected }
        return switch kind {
        // The name counts too: pods of a StatefulSet that was deleted and made again under its name still run.
        case .statefulSet: controller.kind == "StatefulSet" && controller.name == name
        case .deployment: controller.kind == "ReplicaSet" && selected
        }
    }
}
