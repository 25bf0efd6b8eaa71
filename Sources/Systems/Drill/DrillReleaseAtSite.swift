import FailoverModel

/// The release that a drill starts at a site, in a namespace of its own behind a fence of its own.
///
/// The fence is a NetworkPolicy that lets its pods reach each other, the cluster's DNS and the copies, and nothing else. It
/// is made first and goes last, and its annotations say whose drill it is (run and journal) and what was in the namespace before: so everything
/// that has come since is found, whoever looks, and nothing else is ever deleted.
struct DrillReleaseAtSite: Sendable {
    let drill: DrillRelease
    let site: String
    let program: HelmProgram
    let client: KubernetesClient

    static let fenceName = "handover-drill"
    static let keptAnnotation = "handover/there-before"
    static let journalAnnotation = "handover/journal"

    /// What a chart and its hooks make that Helm may leave behind.
    private static let kinds: [(version: String, resource: String)] = [
        ("batch/v1", "jobs"), ("v1", "persistentvolumeclaims"), ("v1", "secrets"), ("v1", "configmaps"),
        ("v1", "serviceaccounts"), ("rbac.authorization.k8s.io/v1", "roles"),
        ("rbac.authorization.k8s.io/v1", "rolebindings"),
    ]

    /// `nil` where the topology has no release for drills at the site.
    init?(at site: String, _ helm: HelmAccess, key: String) throws(Fault) {
        guard let release = helm.topology.site(named: site)?.kubernetes, let drill = release.drill,
            helm.topology.chart != nil
        else { return nil }
        var program = try helm.program(at: site, key: key)
        let client = program.release.client.inNamespace(drill.namespace)
        var own = release
        own.release = drill.release
        own.namespace = drill.namespace
        own.selector = nil
        program.release = ReleaseAtSite(site: site, release: own, client: client)
        program.values += drill.values
        self.drill = drill
        self.site = site
        self.program = program
        self.client = client
    }

    var title: String { "the release \(drill.release) in namespace \(drill.namespace) of \(site)" }

    // MARK: What is there

    struct Seen: Sendable {
        /// `nil`: Helm knows none of that name.
        var stored: HelmRelease?
        /// Who installed it; `nil` where Helm's storage does not say so, and then it is not ours.
        var releaseOwner: DrillOwner?
        var fence: BlockSeen
        /// Who made the fence.
        var fenceOwner: DrillOwner?
        /// What was there before the fence was made; `nil` where nobody wrote it down.
        var before: Set<String>?

        /// Whose leavings they are.
        var owner: DrillOwner? { releaseOwner ?? fenceOwner }
        var isForeign: Bool { (stored != nil && releaseOwner == nil) || fence.isForeign }
        var isLeft: Bool { (stored != nil && releaseOwner != nil) || fenceOwner != nil }
    }

    func look() async throws(Fault) -> Seen {
        let (fence, object) = try await policy.look { $0 == fenceSpec }
        let stored = try await program.stored()
        let annotations = object?["metadata"]?["annotations"]
        let kept = annotations?[Self.keptAnnotation]?.text
        return Seen(
            stored: stored, releaseOwner: stored == nil ? nil : try await installedBy(), fence: fence,
            fenceOwner: fence.mark.map { DrillOwner(run: $0, journal: annotations?[Self.journalAnnotation]?.text) },
            before: kept.map { Set($0.split(separator: " ").map(String.init)) })
    }

    /// Helm's storage as the API shows it: the newest revision's labels.
    private func installedBy() async throws(Fault) -> DrillOwner? {
        let path = APIPath(version: "v1", namespace: client.namespace, resource: "secrets")
            .with("labelSelector", "owner=helm,name=\(drill.release)")
        return try await client.list(path, of: LabelledObject.self)
            .compactMap { object in
                let labels = object.metadata.labels
                return labels?[HelmProgram.drillLabel].map {
                    DrillOwner(run: $0, journal: labels?[HelmProgram.drillJournalLabel])
                }
            }.last
    }

    private struct LabelledObject: Decodable, Sendable { var metadata: ObjectMetadata }

    // MARK: The fence

    private var policy: ClusterPolicy {
        ClusterPolicy(
            client: client, version: "networking.k8s.io/v1", kind: "NetworkPolicy", resource: "networkpolicies",
            name: Self.fenceName)
    }

    private var fenceSpec: JSONValue {
        let blocks: [JSONValue] = drill.allow.map {
            ["ipBlock": ["cidr": .string("\($0.address)/\($0.prefixLength)")]]
        }
        let dns: [JSONValue] = [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]
        var rules: [JSONValue] = [
            ["to": [["podSelector": [:]]]], ["to": [["namespaceSelector": [:]]], "ports": .array(dns)],
        ]
        if !blocks.isEmpty { rules.append(["to": .array(blocks)]) }
        return ["podSelector": [:], "policyTypes": ["Egress"], "egress": .array(rules)]
    }

    /// Policies of the namespace that would let the drill's pods out all the same.
    func holes() async throws(Fault) -> [String] {
        try await client.list(policy.collection, of: EgressPolicy.self)
            .filter { $0.metadata.name != Self.fenceName && $0.allowsEgress }
            .map { $0.metadata.name.onOneLine(limit: 100) }.sorted()
    }

    /// Closes the namespace, and writes down what is in it.
    func raiseFence(for owner: DrillOwner, _ seen: Seen) async throws(Fault) {
        guard seen.fenceOwner != owner || !seen.fence.isWhole || seen.before == nil else { return }
        var annotations = [Self.keptAnnotation: try await objects().map(\.key).sorted().joined(separator: " ")]
        annotations[Self.journalAnnotation] = owner.journal
        try await policy.apply(fenceSpec, run: owner.run, annotations: annotations) { $0 == fenceSpec }
    }

    /// Asks the server whether the fence could be made; nothing is.
    func rehearseFence() async throws(Fault) {
        try await policy.apply(fenceSpec, run: "check", isDryRun: true) { $0 == fenceSpec }
    }

    // MARK: Removing

    private struct Object: Sendable {
        var key: String
        var path: APIPath
        var uid: String?
        var isOurs: Bool
    }

    /// What is in the namespace of the kinds that a chart leaves behind.
    private func objects() async throws(Fault) -> [Object] {
        var found: [Object] = []
        for (version, resource) in Self.kinds {
            let path = APIPath(version: version, namespace: client.namespace, resource: resource)
            found += try await listed(path).map { object in
                let metadata = object.metadata
                let isOfHelm = metadata.annotations?["meta.helm.sh/release-name"] == drill.release
                return Object(
                    key: "\(resource)/\(metadata.name)",
                    path: APIPath(
                        version: version, namespace: client.namespace, resource: resource, name: metadata.name),
                    uid: metadata.uid,
                    isOurs: isOfHelm || metadata.name.hasPrefix("\(drill.release)-")
                        || isOfClaimTemplate(metadata.name, resource))
            }
        }
        return found
    }

    /// A server that does not know the kind has none of it.
    private func listed(_ path: APIPath) async throws(Fault) -> [LabelledObject] {
        do throws(Fault) { return try await client.list(path, of: LabelledObject.self) } catch {
            guard error.kind == .rejected else { throw error }
            return []
        }
    }

    /// A StatefulSet names its claims TEMPLATE-SET-NUMBER.
    private func isOfClaimTemplate(_ name: String, _ resource: String) -> Bool {
        resource == "persistentvolumeclaims" && name.contains("-\(drill.release)-")
    }

    /// What has come since the fence was made, by name the release's.
    private func leavings(_ seen: Seen) async throws(Fault) -> [Object] {
        guard let before = seen.before else { return [] }
        return try await objects().filter { $0.isOurs && !before.contains($0.key) }
    }

    /// A Helm outlives the Handover that began it, and would go on making objects while they are taken away.
    func waitForHelm(_ seen: Seen) async throws(Fault) {
        guard let run = seen.owner?.run else { return }
        let deadline = ContinuousClock.now + .milliseconds(program.chart.timeoutMilliseconds + 30_000)
        while ProgramCall.isRunning(ofRun: run) {
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "the Helm of an interrupted try is still at work", at: title,
                    next: "See it with ps, end it, then resume")
            }
            do { try await Task.sleep(for: .milliseconds(200)) } catch {
                throw Fault(.uncertain, "the step was cancelled", at: title, next: "Resume: it is looked at first")
            }
        }
    }

    /// Takes everything down; may be called again at any point of it.
    func remove(_ seen: Seen) async throws(Fault) {
        if seen.stored != nil, seen.releaseOwner != nil { try await program.uninstall() }
        for object in try await leavings(seen) { try await client.delete(object.path, uid: object.uid) }
    }

    func lowerFence(_ seen: Seen) async throws(Fault) { try await policy.delete(seen.fence) }

    private func pods() async throws(Fault) -> [String] {
        let path = APIPath(version: "v1", namespace: client.namespace, resource: "pods")
        return try await client.list(path, of: PodObject.self).map(\.metadata.name)
    }

    /// Pods that run in its namespace and are not of its release; `nil` where there is none.
    func strangers() async throws(Fault) -> String? {
        let strangers = try await pods().filter { !$0.hasPrefix("\(drill.release)-") }
        guard let first = strangers.first else { return nil }
        return strangers.count > 1 ? "\(first) and \(strangers.count - 1) more" : first
    }

    /// What of it is still there while it goes; `nil` where only the fence is left.
    func remaining(_ seen: Seen) async throws(Fault) -> String? {
        let pods = try await pods().filter { $0.hasPrefix("\(drill.release)-") }
        let rest = pods.map { "pods/\($0)" } + (try await leavings(seen)).map(\.key)
        guard seen.stored == nil, rest.isEmpty else {
            let more = rest.count > 5 ? " and \(rest.count - 5) more" : ""
            return rest.isEmpty ? title : rest.prefix(5).joined(separator: ", ") + more
        }
        return nil
    }
}
