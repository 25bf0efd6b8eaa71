import FailoverModel

/// A StatefulSet with one pod that runs PostgreSQL, as the API shows it.
struct StatefulSetObject: Sendable {
    /// The whole object, of which a Job takes over what makes its pod like the set's own.
    var json: JSONValue
    var workload: WorkloadObject

    var name: String { workload.metadata.name }
    var wanted: Int64 { workload.spec.replicas ?? 1 }
    var podSpec: JSONValue { json["spec"]?["template"]?["spec"] ?? .null }

    /// The container that PostgreSQL runs in: the named one, or the only one.
    func container(named name: String?) -> JSONValue? {
        let containers = podSpec["containers"]?.elements ?? []
        if let name { return containers.first { $0["name"]?.text == name } }
        return containers.count == 1 ? containers[0] : nil
    }

    var containerNames: [String] { (podSpec["containers"]?.elements ?? []).compactMap { $0["name"]?.text } }

    /// The volumes of its first pod: those of the template, and its claims by the names that the controller gives them
    /// (`TEMPLATE-SET-ORDINAL`).
    var volumes: [JSONValue] {
        let ordinal = json["spec"]?["ordinals"]?["start"]?.integer ?? 0
        let claims: [JSONValue] = (json["spec"]?["volumeClaimTemplates"]?.elements ?? []).compactMap { template in
            guard let volume = template["metadata"]?["name"]?.text else { return nil }
            return [
                "name": .string(volume),
                "persistentVolumeClaim": ["claimName": .string("\(volume)-\(name)-\(ordinal)")],
            ]
        }
        let own = Set(claims.compactMap { $0["name"]?.text })
        return (podSpec["volumes"]?.elements ?? []).filter { !own.contains($0["name"]?.text ?? "") } + claims
    }

    var claims: Set<String> { Set(volumes.compactMap { $0["persistentVolumeClaim"]?["claimName"]?.text }) }

    /// The volume mount that holds a path: the one with the longest `mountPath` that leads to it.
    func mount(of path: String, in container: JSONValue) -> JSONValue? {
        (container["volumeMounts"]?.elements ?? []).filter { mount in
            guard let at = mount["mountPath"]?.text else { return false }
            return path == at || path.hasPrefix(at.hasSuffix("/") ? at : "\(at)/")
        }.max { ($0["mountPath"]?.text ?? "").count < ($1["mountPath"]?.text ?? "").count }
    }

    /// Those that put it back to what a repository says.
    var keepers: [String] {
        ReleaseWorkloads(workloads: [.init(kind: .statefulSet, object: workload, pods: [], autoscalers: [])]).keepers
    }
}

/// A StatefulSet with all that decides what may be done to it.
struct StatefulSetSight: Sendable {
    var set: StatefulSetObject
    /// The set's own, going or coming.
    var pods: [PodObject]
    /// Others that may run and have one of its claims.
    var strangers: [PodObject]
    /// The task that was begun last, and its pods.
    var task: (job: JobObject, pods: [PodObject])?

    var isDown: Bool { self.set.wanted == 0 && pods.isEmpty }
}

/// The parts of a Job (`batch/v1`) that say how it stands.
struct JobObject: Decodable, Sendable {
    struct Status: Decodable, Sendable {
        var conditions: [ObjectCondition]?
    }
    var metadata: ObjectMetadata
    var status: Status?

    /// `nil` while it is at work.
    var end: ObjectCondition? {
        status?.conditions?.first { ["Complete", "Failed"].contains($0.type) && $0.status == "True" }
    }
    var hasFailed: Bool { end?.type == "Failed" }
    /// The run and the step.
    var key: String { metadata.annotations?[JobFolder.keyAnnotation] ?? "" }
}

/// Where a Job's container finds what is its own, and by what Handover finds its Jobs.
enum JobFolder {
    static let secret = "/run/handover/secret"
    /// In memory, and gone with the pod.
    static let work = "/run/handover/work"
    static let container = "handover"
    static let setLabel = "handover/statefulset"
    static let workLabel = "handover/work"
    static let keyAnnotation = "handover/key"
}
