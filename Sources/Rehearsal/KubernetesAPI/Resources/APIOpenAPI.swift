/// The least OpenAPI that clients need: which types take `fieldValidation` and `dryRun`.
///
/// There are no schemas, so clients fall back to the ones they are built with, and the server checks.
enum APIOpenAPI {
    static func answer(_ request: APIRequest, parts: [String]) throws(APIFailure) -> APIAnswer {
        switch (parts.dropFirst().first, parts.count) {
        case ("v2", 2):
            guard request.accept.isEmpty || request.accept.contains("json") || request.accept.contains("*/*") else {
                throw APIFailure(
                    code: 406, reason: "NotAcceptable",
                    message: "only the following media types are accepted: "
                        + "application/json")
            }
            return .object(["swagger": "2.0", "info": info, "paths": .object([:]), "definitions": .object([:])])
        case ("v3", 2): return .object(["paths": .object(index)])
        case ("v3", 4...): return .object(try document(path: parts.dropFirst(2).joined(separator: "/")))
        default: throw .unknownPath
        }
    }

    private static let info: APIValue = ["title": "Kubernetes", "version": .string(APIDiscovery.version)]

    private static var index: [String: APIValue] {
        let paths = Set(ResourceRegistry.types.map(\.groupPath)).map { String($0.dropFirst()) }
        return Dictionary(
            paths.map { ($0, ["serverRelativeURL": .string("/openapi/v3/\($0)?hash=\(APIDiscovery.version)")]) },
            uniquingKeysWith: { first, _ in first })
    }

    private static func document(path: String) throws(APIFailure) -> APIValue {
        let types = ResourceRegistry.types.filter { $0.groupPath == "/\(path)" }
        guard !types.isEmpty else { throw .unknownPath }
        var paths: APIValue = .object([:])
        for type in types {
            let namespace = type.namespaced ? "/namespaces/{namespace}" : ""
            paths["\(type.groupPath)\(namespace)/\(type.plural)"] = ["post": operation(type, "post")]
            paths["\(type.groupPath)\(namespace)/\(type.plural)/{name}"] = [
                "patch": operation(type, "patch"), "put": operation(type, "put"),
            ]
        }
        return ["openapi": "3.0.0", "info": info, "paths": paths, "components": ["schemas": .object([:])]]
    }

    private static func operation(_ type: ResourceType, _ action: String) -> APIValue {
        let parameters = ["dryRun", "fieldManager", "fieldValidation"].map { name -> APIValue in
            ["name": .string(name), "in": "query", "schema": ["type": "string"]]
        }
        return [
            "parameters": .array(parameters), "responses": ["200": ["description": "OK"]],
            "x-kubernetes-action": .string(action),
            "x-kubernetes-group-version-kind": [
                "group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind),
            ],
        ]
    }
}
