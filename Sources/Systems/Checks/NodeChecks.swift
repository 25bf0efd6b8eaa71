import FailoverModel

/// A Node (`v1`): what it is, and whether it takes pods.
struct NodeObject: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Taint: Decodable, Sendable {
            var key: String
            var effect: String
        }
        var unschedulable: Bool?
        var taints: [Taint]?
    }
    struct Status: Decodable, Sendable {
        struct Image: Decodable, Sendable { var names: [String]? }
        var allocatable: [String: ResourceQuantity]?
        var conditions: [ObjectCondition]?
        var images: [Image]?
    }
    var metadata: ObjectMetadata
    var spec: Spec?
    var status: Status?

    var isReady: Bool { status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false }
    var isCordoned: Bool { spec?.unschedulable ?? false }
    var takesPods: Bool { isReady && !isCordoned }
    var isControlPlane: Bool {
        ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"].contains {
            metadata.labels?[$0] != nil
        }
    }
    var zone: String? {
        metadata.labels?["topology.kubernetes.io/zone"] ?? metadata.labels?["failure-domain.beta.kubernetes.io/zone"]
    }

    /// Whether the scheduler could put the pod here, were there room.
    func accepts(_ pod: PodTemplateObject.Spec) -> Bool {
        guard takesPods else { return false }
        let closed = (spec?.taints ?? []).filter { $0.effect != "PreferNoSchedule" }.contains { taint in
            !(pod.tolerations ?? []).contains {
                $0.key == taint.key || ($0.key ?? "").isEmpty && $0.operator == "Exists"
            }
        }
        return !closed && (pod.nodeSelector ?? [:]).allSatisfy { metadata.labels?[$0.key] == $0.value }
    }
}

/// The checks of a site's nodes: their number, state and zones, and whether the release would fit onto them.
struct NodeChecks: Sendable {
    let site: String
    let nodes: [NodeObject]

    static let ready = Check(
        id: "nodes.ready", why: "pods that a failover starts need nodes that take them")
    private static let controlPlane = Check(
        id: "nodes.control-plane",
        why: "etcd outlives a node only where more than half of an odd number are left")
    private static let zones = Check(
        id: "nodes.zones", why: "nodes in one zone go down together, with a rack, a switch or a power feed")
    static let capacity = Check(
        id: "nodes.capacity", why: "pods for which there is no room stay pending in the middle of the failover")

    func results() -> [CheckResult] { [readiness, controlPlane, zones] }

    private var readiness: CheckResult {
        let away = nodes.filter { !$0.isReady }.map { "\($0.metadata.name) is not ready" }
        let closed = nodes.filter { $0.isReady && $0.isCordoned }.map { "\($0.metadata.name) is cordoned" }
        let words = (away + closed).joined(separator: ", ")
        if !nodes.contains(where: \.takesPods) {
            return Self.ready.failing(
                site, words.isEmpty ? "there is no node" : "no node takes pods: \(words)",
                fix: "kubectl describe nodes at \(site)")
        }
        return words.isEmpty
            ? Self.ready.ok(site, "all \(nodes.count) nodes are ready")
            : Self.ready.warning(site, words, fix: "kubectl describe node, then mend it or kubectl uncordon it")
    }

    private var controlPlane: CheckResult {
        let count = nodes.count(where: \.isControlPlane)
        switch count {
        case 0: return Self.controlPlane.ok(site, "the control plane is not among the nodes, so it is somebody else's")
        case 1:
            return Self.controlPlane.warning(
                site, "the control plane is one node, and with it the cluster is gone",
                fix: "Run the control plane on three nodes")
        case let count where count.isMultiple(of: 2):
            return Self.controlPlane.warning(
                site, "the control plane has \(count) nodes, which outlive no more failures than \(count - 1)",
                fix: "Run the control plane on \(count + 1) nodes")
        default: return Self.controlPlane.ok(site, "the control plane has \(count) nodes")
        }
    }

    private var zones: CheckResult {
        let open = nodes.filter(\.takesPods)
        let unnamed = open.filter { $0.zone == nil }.map(\.metadata.name)
        if !unnamed.isEmpty {
            return Self.zones.warning(
                site, "no zone is known of \(unnamed.joined(separator: ", "))",
                fix: "Label the nodes with topology.kubernetes.io/zone: what goes down together")
        }
        let zones = Set(open.compactMap(\.zone)).sorted()
        return zones.count > 1 || open.isEmpty
            ? Self.zones.ok(site, "\(open.count) nodes are spread over \(zones.count) zones")
            : Self.zones.warning(
                site, "all \(open.count) nodes are in \(zones.first ?? "")", fix: "Add nodes in another zone")
    }
}

/// Whether the pods of the release fit onto a site's nodes, beside what runs there, by what they request.
struct RoomForRelease: Sendable {
    /// A pod that exists: where it is, and what was set aside for it.
    struct Pod: Decodable, Sendable {
        struct Status: Decodable, Sendable { var phase: String? }
        var metadata: ObjectMetadata
        var spec: PodTemplateObject.Spec?
        var status: Status?
    }

    let nodes: [NodeObject]
    let pods: [Pod]
    /// The release's templates with how many of each are to run here.
    let wanted: [(workload: TemplatedWorkload, count: Int64)]

    private static let resources = ["cpu", "memory", "pods"]

    /// What finds no place: `ess-haproxy`, once a pod. The largest are placed first, each where most is left.
    var homeless: [String] {
        var left = nodes.map { node in
            Self.resources.map { node.status?.allocatable?[$0]?.thousandths ?? Int64.max / 4 }
        }
        for pod in pods where !isOurs(pod) {
            guard !["Succeeded", "Failed"].contains(pod.status?.phase), let name = pod.spec?.nodeName,
                let index = nodes.firstIndex(where: { $0.metadata.name == name })
            else { continue }
            for (resource, size) in Self.sizes(pod.spec).enumerated() { left[index][resource] -= size }
        }
        var homeless: [String] = []
        let queue = wanted.flatMap { entry in
            Array(repeating: entry.workload, count: Int(max(0, min(entry.count, 1000))))
        }
        .sorted { ($0.pod?.request("memory") ?? 0) > ($1.pod?.request("memory") ?? 0) }
        for workload in queue {
            let sizes = Self.sizes(workload.pod)
            let places = nodes.indices.filter { index in
                nodes[index].accepts(workload.pod ?? PodTemplateObject.Spec())
                    && zip(left[index], sizes).allSatisfy { $0 >= $1 }
            }
            guard let place = places.max(by: { left[$0][1] < left[$1][1] }) else {
                homeless.append(workload.metadata.name)
                continue
            }
            for (resource, size) in sizes.enumerated() { left[place][resource] -= size }
        }
        return homeless
    }

    private func isOurs(_ pod: Pod) -> Bool {
        wanted.contains { $0.workload.spec.selector?.selects(pod.metadata.labels ?? [:]) ?? false }
    }

    private static func sizes(_ pod: PodTemplateObject.Spec?) -> [Int64] {
        [pod?.request("cpu") ?? 0, pod?.request("memory") ?? 0, 1000]
    }
}
