/// Something a user may do. A user with rules may do nothing else; a user without any may do everything.
package struct KubernetesAccessRule: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or `*`.
    package var verbs: Set<String>
    /// Plural names, with a subresource as `deployments/scale`, or `*`.
    package var resources: Set<String>
    /// Namespaces, or `*`.
    package var namespaces: Set<String>

    package init(verbs: Set<String>, resources: Set<String>, namespaces: Set<String> = ["*"]) {
        self.verbs = verbs
        self.resources = resources
        self.namespaces = namespaces
    }

    fileprivate func allows(_ attempt: AccessAttempt) -> Bool {
        (verbs.contains("*") || verbs.contains(attempt.verb))
            && (resources.contains("*") || resources.contains(attempt.resource))
            && (namespaces.contains("*") || attempt.namespace.map { namespaces.contains($0) } ?? false)
    }
}

/// What someone tries to do.
struct AccessAttempt: Sendable, Hashable {
    var verb: String
    var group: String
    /// Plural name, with its subresource if any.
    var resource: String
    var namespace: String?
    var name: String?
}

/// Who may do what.
struct KubernetesAccessControl: Sendable {
    let rules: [String: [KubernetesAccessRule]]

    func allows(_ attempt: AccessAttempt, user: String) -> Bool {
        guard let rules = rules[user] else { return true }
        return rules.contains { $0.allows(attempt) }
    }

    /// Throws `Forbidden` (403) with Kubernetes' sentence.
    func check(_ attempt: AccessAttempt, user: String) throws(APIFailure) {
        if allows(attempt, user: user) { return }
        let plural = String(attempt.resource.prefix { $0 != "/" })
        let qualified = attempt.group.isEmpty ? plural : "\(plural).\(attempt.group)"
        let subject = attempt.name.map { "\(qualified) \"\($0)\"" } ?? qualified
        let scope = attempt.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        throw APIFailure(
            code: 403, reason: "Forbidden",
            message: "\(subject) is forbidden: User \"\(user)\" cannot \(attempt.verb) resource "
                + "\"\(attempt.resource)\" in API group \"\(attempt.group)\" \(scope)",
            name: attempt.name, group: attempt.group, kind: plural)
    }
}
