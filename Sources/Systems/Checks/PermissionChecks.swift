import FailoverModel

/// A right in Kubernetes that a run uses.
struct NeededRight: Hashable, Sendable {
    var verb: String
    var group: String
    /// `deployments`, `deployments/scale`.
    var resource: String
    /// `nil` at the scope of the cluster.
    var namespace: String?

    var title: String {
        "\(verb) \(resource)\(group.contains(".") && !Self.wellKnown.contains(group) ? ".\(group)" : "")"
    }
    private static let wellKnown: Set<String> = ["networking.k8s.io", "apps", "batch"]
}

/// What of a site's Kubernetes a run would work on; decides which rights it needs.
struct RightsInUse: Sendable {
    /// The firewalls of the site, of which some are policies in its cluster that are made and taken away.
    var closing: [SiteFirewall.Driver] = []
    /// Helm upgrades the release: it stores a Secret for each revision, and writes what the chart renders.
    var usesHelm = false
    /// `handover secrets sync` may have to write here.
    var writesSecrets = false
    /// Databases in StatefulSets, which are scaled and worked on by Jobs.
    var databases: [DatabaseHost.StatefulSet] = []
    /// From the steps `kubernetes.apply` of a runbook.
    var others: [NeededRight] = []

    func rights(in namespace: String) -> [NeededRight] {
        var rights: [NeededRight] = []
        func add(_ verbs: [String], _ group: String, _ resources: String..., in other: String? = nil) {
            for resource in resources {
                rights += verbs.map {
                    NeededRight(verb: $0, group: group, resource: resource, namespace: other ?? namespace)
                }
            }
        }
        add(["list"], "apps", "deployments", "statefulsets")
        add(["list"], "", "pods")
        add(["patch"], "apps", "deployments/scale", "statefulsets/scale")
        add(["get", "list"], "", "secrets", "configmaps")
        add(["list"], "networking.k8s.io", "ingresses")
        if writesSecrets { add(["create", "patch"], "", "secrets", "configmaps") }
        rights += closing.flatMap(\.rights).map {
            NeededRight(
                verb: $0.verb, group: $0.group, resource: $0.resource, namespace: $0.isClusterWide ? nil : namespace)
        }
        if usesHelm {
            let writes = ["get", "create", "patch", "delete"]
            add(["create", "update", "delete"], "", "secrets")
            add(writes, "", "configmaps", "services", "serviceaccounts", "persistentvolumeclaims")
            add(writes, "apps", "deployments", "statefulsets")
            add(writes, "networking.k8s.io", "ingresses")
            add(writes, "rbac.authorization.k8s.io", "roles", "rolebindings")
            // Helm waits for its hooks by watching them.
            add(writes + ["list", "watch"], "batch", "jobs")
        }
        for database in databases {
            let own = database.namespace
            add(["get"], "apps", "statefulsets", in: own)
            add(["patch"], "apps", "statefulsets/scale", in: own)
            add(["list"], "", "pods", "events", in: own)
            add(["get"], "", "pods/log", in: own)
            add(["get", "list", "create", "delete"], "batch", "jobs", in: own)
            add(["create", "patch", "delete"], "", "secrets", in: own)
        }
        var seen: Set<NeededRight> = []
        return (rights + others).filter { seen.insert($0).inserted }
    }
}

extension ReleaseAtSite {
    static let permissions = Check(
        id: "kubernetes.permissions", why: "a right that is missing is noticed in the middle of the failover")

    /// Asks the server itself, for every right that a run needs (`SelfSubjectAccessReview`), a few at a time.
    func permissions(_ use: RightsInUse) async -> CheckResult {
        let rights = use.rights(in: client.namespace)
        let answers = await withTaskGroup(of: (NeededRight, Result<Bool, Fault>).self) { group in
            var waiting = rights.makeIterator()
            func addNext() {
                guard let right = waiting.next() else { return }
                group.addTask { (right, await isAllowed(right)) }
            }
            for _ in 0..<6 { addNext() }
            var answers: [NeededRight: Result<Bool, Fault>] = [:]
            for await (right, answer) in group {
                answers[right] = answer
                addNext()
            }
            return answers
        }
        var missing: [String] = []
        let elsewhere = { (right: NeededRight) in
            right.namespace.map { $0 == client.namespace ? "" : " in \($0)" } ?? ""
        }
        for right in rights {
            switch answers[right] {
            case .success(true): break
            case .failure(let fault): return Self.permissions.unknown(site, fault)
            case .success(false), nil: missing.append(right.title + elsewhere(right))
            }
        }
        return missing.isEmpty
            ? Self.permissions.ok(site, "the user may do the \(rights.count) things that a run does")
            : Self.permissions.failing(
                site, "the user may not: \(missing.joined(separator: ", "))",
                fix: "Bind a Role with these verbs to the kubeconfig's user in \(client.namespace)")
    }

    private func isAllowed(_ right: NeededRight) async -> Result<Bool, Fault> {
        let parts = right.resource.split(separator: "/").map(String.init)
        var attributes: [String: JSONValue] = [
            "verb": .string(right.verb), "group": .string(right.group), "resource": .string(parts[0]),
            "subresource": .string(parts.count > 1 ? parts[1] : ""),
        ]
        if let namespace = right.namespace { attributes["namespace"] = .string(namespace) }
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": ["resourceAttributes": .object(attributes)],
        ]
        let path = APIPath(version: "authorization.k8s.io/v1", namespace: nil, resource: "selfsubjectaccessreviews")
        do throws(Fault) {
            return .success(try await client.ask(path, review)["status"]?["allowed"]?.flag == true)
        } catch { return .failure(error) }
    }
}
