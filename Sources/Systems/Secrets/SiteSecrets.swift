import FailoverModel

/// The Secrets of one site that belong to the release, as its API shows them.
struct SiteSecrets: Sendable {
    let site: String
    private let place: ReleaseAtSite
    var client: KubernetesClient { place.client }
    /// The release's name at this site.
    var release: String { place.release.release }
    private(set) var objects: [SecretID: SecretObject] = [:]
    /// By the Secret's name: the hosts that an Ingress of the release serves with it.
    private var servedHosts: [String: Set<String>] = [:]

    func hosts(of id: SecretID) -> Set<String>? { id.kind == .secret ? servedHosts[id.name] : nil }

    init(site: String, access: KubernetesAccess) throws(Fault) {
        self.site = site
        place = try access.release(at: site)
    }

    /// Reads what carries the chart's labels, what the chart names so, what the release's pods and Ingresses want, and the
    /// topology's `names`. What Helm itself makes follows from the values, and is Helm's.
    mutating func read(names: [String]) async throws(Fault) {
        for selector in [
            "\(ChartSecrets.managedBy)=\(ChartSecrets.generator)", "\(ChartSecrets.name)=\(ChartSecrets.user)",
        ] {
            let items = try await client.list(path(.secret).with("labelSelector", selector), of: SecretManifest.self)
            for item in items { objects[item.object.id] = item.object }
        }
        let selector = "\(ChartSecrets.managedBy)=\(ChartSecrets.markers)"
        let markers = try await client.list(path(.configMap).with("labelSelector", selector), of: MarkersManifest.self)
        for item in markers { objects[item.object.id] = item.object }
        let known = [ChartSecrets.generated(release: release), ChartSecrets.markers(release: release)]
        try await read(known + names.map { SecretID(.secret, $0) })
        let references = try await place.referencedSecrets()
        servedHosts = references.hosts
        for name in references.names.sorted() where objects[SecretID(.secret, name)] == nil {
            let id = SecretID(.secret, name)
            if let found = try await look(id), found.labels[ChartSecrets.managedBy] != "Helm" { objects[id] = found }
        }
    }

    /// Reads those by name that are not known yet: one found at another site may be here under another label.
    mutating func read(_ ids: some Sequence<SecretID>) async throws(Fault) {
        for id in ids where objects[id] == nil { objects[id] = try await look(id) }
    }

    /// The object as it is now; `nil` where there is none.
    func look(_ id: SecretID) async throws(Fault) -> SecretObject? {
        switch id.kind {
        case .secret: try await client.get(path(.secret, id.name), as: SecretManifest.self)?.object
        case .configMap: try await client.get(path(.configMap, id.name), as: MarkersManifest.self)?.object
        }
    }

    func path(_ kind: SecretID.Kind, _ name: String? = nil) -> APIPath {
        APIPath(version: "v1", namespace: client.namespace, resource: kind.resource, name: name)
    }
}
