/// The resource a path names: `/apis/apps/v1/namespaces/ess/deployments/web/scale`.
struct RequestTarget: Sendable, Hashable {
    let type: ResourceType
    /// `nil` when the path names no namespace.
    let namespace: String?
    let name: String?
    let subresource: String

    /// `nil` for a path under `/api` or `/apis` that names no resource we serve.
    init?(path: String) {
        var parts = path.split(separator: "/").map(String.init)[...]
        let apiVersion: String
        if parts.first == "api", parts.count >= 3 {
            apiVersion = parts[1]
            parts = parts.dropFirst(2)
        } else if parts.first == "apis", parts.count >= 4 {
            apiVersion = "\(parts[1])/\(parts[2])"
            parts = parts.dropFirst(3)
        } else {
            return nil
        }
        var namespace: String?
        if parts.first == "namespaces", parts.count >= 3,
            let plural = parts.dropFirst(2).first, plural != "status", plural != "finalize"
        {
            namespace = parts.dropFirst().first
            parts = parts.dropFirst(2)
        }
        guard let plural = parts.first, parts.count <= 3,
            let type = ResourceRegistry.type(apiVersion: apiVersion, plural: plural),
            type.namespaced || namespace == nil
        else { return nil }
        self.type = type
        self.namespace = namespace
        self.name = parts.dropFirst().first
        self.subresource = parts.dropFirst(2).first ?? ""
        if !subresource.isEmpty, !type.subresources.contains(subresource) { return nil }
        if name != nil, type.namespaced, namespace == nil { return nil }
    }

    /// The key of the named object; only for a path with a name.
    func key(named name: String) -> ObjectKey {
        ObjectKey(type: type, namespace: namespace ?? "", name: name)
    }

    /// The verb that the access rules know, or `nil` when the method does not fit the path.
    func verb(of request: APIRequest) -> String? {
        switch (request.method, name) {
        case ("GET", nil), ("HEAD", nil): request.isSet("watch") ? "watch" : "list"
        case ("GET", _), ("HEAD", _): "get"
        case ("POST", nil): "create"
        case ("PUT", .some): "update"
        case ("PATCH", .some): "patch"
        case ("DELETE", nil): "deletecollection"
        case ("DELETE", .some): "delete"
        default: nil
        }
    }
}
