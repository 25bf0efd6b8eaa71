/// The parts of a Deployment or StatefulSet (`apps/v1`) that say what it wants and what it has.
struct WorkloadObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Strategy: Decodable, Sendable {
            struct Rolling: Decodable, Sendable {
                var partition: Int64?
            }
            var type: String?
            var rollingUpdate: Rolling?
        }
        var replicas: Int64?
        var selector: LabelSelector?
        /// StatefulSets only.
        var updateStrategy: Strategy?
    }

    struct Status: Decodable, Sendable {
        /// Deployments: `ReplicaFailure` says why no pod can be made (a quota, an admission webhook).
        var conditions: [ObjectCondition]?
        var readyReplicas: Int64?
        var updatedReplicas: Int64?
        var observedGeneration: Int64?
        var currentRevision: String?
        var updateRevision: String?
    }

    var metadata: ObjectMetadata
    var spec: Spec
    var status: Status?
}

/// What the status of an object says of one thing, in the form that all kinds share.
struct ObjectCondition: Decodable, Sendable {
    var type: String
    /// `True`, `False` or `Unknown`.
    var status: String
    var reason: String?
    var message: String?
}

struct ObjectMetadata: Decodable, Sendable {
    struct Owner: Decodable, Sendable {
        var kind: String
        var name: String
        var uid: String?
        var controller: Bool?
    }

    var name: String
    var uid: String?
    var generation: Int64?
    var labels: [String: String]?
    var annotations: [String: String]?
    var ownerReferences: [Owner]?
    var deletionTimestamp: String?
    var creationTimestamp: String?
    var namespace: String?

    var controller: Owner? { ownerReferences?.first { $0.controller == true } }
}

/// The parts of a Pod that say whether it still runs something, and what keeps it from being ready.
struct PodObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Volume: Decodable, Sendable {
            struct Claim: Decodable, Sendable {
                var claimName: String
            }
            var persistentVolumeClaim: Claim?
        }
        var nodeName: String?
        var volumes: [Volume]?
    }

    struct Status: Decodable, Sendable {
        struct Container: Decodable, Sendable {
            struct State: Decodable, Sendable {
                struct Reason: Decodable, Sendable {
                    var reason: String?
                    var message: String?
                    var exitCode: Int64?
                }
                struct Running: Decodable, Sendable {}
                var waiting: Reason?
                var running: Running?
                var terminated: Reason?
            }
            var name: String
            var ready: Bool?
            var state: State?
        }
        var phase: String?
        var reason: String?
        var conditions: [ObjectCondition]?
        struct Address: Decodable, Sendable {
            var ip: String?
        }
        var initContainerStatuses: [Container]?
        var containerStatuses: [Container]?
        var podIP: String?
        var podIPs: [Address]?
    }

    var metadata: ObjectMetadata
    var spec: Spec?
    var status: Status?

    var isTerminating: Bool { metadata.deletionTimestamp != nil }
    /// The names of the PersistentVolumeClaims that it has.
    var claims: Set<String> { Set((spec?.volumes ?? []).compactMap { $0.persistentVolumeClaim?.claimName }) }
    /// Of each family that it has.
    var addresses: [String] {
        let all = (status?.podIPs ?? []).compactMap(\.ip)
        return all.isEmpty ? [status?.podIP].compactMap { $0 } : all
    }

    /// How a container has ended; `nil` where it has not.
    func exitCode(of container: String) -> Int64? {
        status?.containerStatuses?.first { $0.name == container }?.state?.terminated?.exitCode
    }

    /// Whether it may still run a process. `Succeeded` and `Failed` (evicted too) are final: all containers have ended and are
    /// not started again. Terminating pods, and those of a lost node (`Unknown`, or `Failed` by the garbage collector while the
    /// last word of the kubelet was "running"), may well run.
    var mayRun: Bool {
        guard status?.phase == "Succeeded" || status?.phase == "Failed" else { return true }
        return (status?.containerStatuses ?? []).contains { $0.state?.running != nil }
    }

    /// What keeps it from being ready, in Kubernetes' own words: `ess-synapse-main-0: ImagePullBackOff`.
    var trouble: String? {
        guard mayRun, !isTerminating, let status else { return nil }
        let containers = (status.initContainerStatuses ?? []) + (status.containerStatuses ?? [])
        for container in containers where container.ready != true {
            if let ended = container.state?.terminated, let code = ended.exitCode, code != 0 {
                return "\(metadata.name): \((ended.reason ?? "Error").onOneLine(limit: 80)) (exit \(code))"
            }
            if let reason = container.state?.waiting?.reason, reason != "ContainerCreating", reason != "PodInitializing"
            {
                let message = container.state?.waiting?.message.map { " (\($0.onOneLine(limit: 160)))" } ?? ""
                return "\(metadata.name): \(reason.onOneLine(limit: 80))\(message)"
            }
        }
        let unscheduled = status.conditions?.first { $0.type == "PodScheduled" && $0.status == "False" }
        if let unscheduled {
            let message = unscheduled.message.map { " (\($0.onOneLine(limit: 160)))" } ?? ""
            return "\(metadata.name): \((unscheduled.reason ?? "not scheduled").onOneLine(limit: 80))\(message)"
        }
        return nil
    }
}

/// A HorizontalPodAutoscaler (`autoscaling/v2`): whom it scales.
struct AutoscalerObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Target: Decodable, Sendable {
            var kind: String
            var name: String
        }
        var scaleTargetRef: Target
    }
    var metadata: ObjectMetadata
    var spec: Spec
}
