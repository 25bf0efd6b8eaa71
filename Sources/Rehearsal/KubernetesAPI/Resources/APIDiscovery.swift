/// What the API says about itself: version, health, groups, resources.
enum APIDiscovery {
    static let version = "v1.31.4"

    /// The answer for a path of discovery; `nil` when the path is about objects.
    static func answer(_ request: APIRequest) throws(APIFailure) -> APIAnswer? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard let first = parts.first else {
            return .object(["paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"]])
        }
        let answer: APIAnswer
        switch (first, parts.count) {
        case ("healthz", _), ("livez", _), ("readyz", _):
            let text = request.query["verbose"] == nil ? "ok" : health(String(first))
            answer = .bytes(Array(text.utf8), contentType: "text/plain; charset=utf-8")
        case ("version", 1): answer = .object(versionInfo)
        case ("api", 1): answer = .object(coreVersions)
        case ("api", 2): answer = .object(try resources(apiVersion: parts[1]))
        case ("apis", 1): answer = .object(groupList)
        case ("apis", 2): answer = .object(try group(named: parts[1]))
        case ("apis", 3): answer = .object(try resources(apiVersion: "\(parts[1])/\(parts[2])"))
        case ("openapi", _): answer = try APIOpenAPI.answer(request, parts: parts)
        default: return nil
        }
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        return answer
    }

    /// What an API server looks at of itself, one line each.
    private static func health(_ path: String) -> String {
        let parts = [
            "ping", "log", "etcd", "etcd-readiness", "informer-sync", "poststarthook/start-apiserver-admission",
        ]
        let lines = parts.filter { path == "readyz" || !$0.hasPrefix("informer") }.map { "[+]\($0) ok" }
        return (lines + ["\(path) check passed", ""]).joined(separator: "\n")
    }

    private static let versionInfo: APIValue = [
        "major": "1", "minor": "31", "gitVersion": .string(version), "gitCommit": "rehearsal",
        "gitTreeState": "clean", "buildDate": "2025-01-01T00:00:00Z", "goVersion": "swift", "compiler": "swiftc",
        "platform": "linux/amd64",
    ]

    private static let coreVersions: APIValue = [
        "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [],
    ]

    private static var groupList: APIValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(ResourceRegistry.groups.map { group($0.group, $0.version) }),
        ]
    }

    private static func group(_ name: String, _ version: String) -> APIValue {
        let shown: APIValue = ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        return ["name": .string(name), "versions": [shown], "preferredVersion": shown]
    }

    private static func group(named name: String) throws(APIFailure) -> APIValue {
        guard let found = ResourceRegistry.groups.first(where: { $0.group == name }) else { throw .unknownPath }
        var group = group(found.group, found.version)
        group["kind"] = "APIGroup"
        group["apiVersion"] = "v1"
        return group
    }

    private static func resources(apiVersion: String) throws(APIFailure) -> APIValue {
        let types = ResourceRegistry.types.filter { $0.apiVersion == apiVersion }
        let reviews = ResourceRegistry.reviews.filter { $0.apiVersion == apiVersion }
        guard !types.isEmpty || !reviews.isEmpty else { throw .unknownPath }
        let entries = types.flatMap { type in
            [entry(type, verbs: objectVerbs)] + type.subresources.map { subresource(type, $0) }
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(apiVersion),
            "resources": .array(entries + reviews.map { entry($0, verbs: ["create"]) }),
        ]
    }

    private static let objectVerbs: APIValue = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    private static func entry(_ type: ResourceType, verbs: APIValue) -> APIValue {
        var entry: APIValue = [
            "name": .string(type.plural), "singularName": .string(type.kind.lowercased()),
            "namespaced": .bool(type.namespaced), "kind": .string(type.kind), "verbs": verbs,
        ]
        if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
        if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
        return entry
    }

    private static func subresource(_ type: ResourceType, _ name: String) -> APIValue {
        var entry: APIValue = [
            "name": .string("\(type.plural)/\(name)"), "singularName": "", "namespaced": .bool(type.namespaced),
            "kind": .string(name == "scale" ? "Scale" : type.kind),
            "verbs": name == "log" ? ["get"] : ["get", "patch", "update"],
        ]
        if name == "scale" {
            entry["group"] = "autoscaling"
            entry["version"] = "v1"
        }
        return entry
    }
}
