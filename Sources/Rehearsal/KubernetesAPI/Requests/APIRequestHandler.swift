/// Answers requests as the API server of Kubernetes 1.31 does.
struct APIRequestHandler: Sendable {
    let cluster: KubernetesCluster
    let access: KubernetesAccessControl

    /// The answer, or the refusal as `APIFailure`; another error is the server's own.
    func answer(_ request: APIRequest) async throws -> APIAnswer {
        if let answer = try APIDiscovery.answer(request) { return answer }
        guard let target = RequestTarget(path: request.path) else { throw APIFailure.unknownPath }
        guard let verb = target.verb(of: request) else { throw APIFailure.methodNotAllowed }
        if ResourceRegistry.reviews.contains(target.type) {
            guard verb == "create" else { throw APIFailure.methodNotAllowed }
            return .object(try review(request, type: target.type), code: 201)
        }
        let isNamespace = target.type == ResourceRegistry.namespaces
        try access.check(
            AccessAttempt(
                verb: verb, group: target.type.group,
                resource: target.type.plural + (target.subresource.isEmpty ? "" : "/\(target.subresource)"),
                namespace: isNamespace ? target.name : target.namespace, name: target.name),
            user: request.identity.user)
        let answer = try await answer(request, target: target, verb: verb)
        try await cluster.makeDurable()
        return answer
    }

    private func answer(_ request: APIRequest, target: RequestTarget, verb: String) async throws -> APIAnswer {
        switch (verb, target.name) {
        case ("get", .some(let name)): return try await get(request, target: target, name: name)
        case ("list", _): return try await list(request, target: target)
        case ("watch", _): return try await watch(request, target: target)
        case ("create", _): return try await create(request, target: target)
        case ("update", .some(let name)): return try await update(request, target: target, name: name)
        case ("patch", .some(let name)): return try await patch(request, target: target, name: name)
        case ("delete", .some(let name)): return try await delete(request, target: target, name: name)
        case ("deletecollection", _): return try await deleteCollection(request, target: target)
        default: throw APIFailure.methodNotAllowed
        }
    }

    // MARK: One object

    private func get(_ request: APIRequest, target: RequestTarget, name: String) async throws -> APIAnswer {
        guard let object = await cluster.value(target.key(named: name)) else {
            throw APIFailure.notFound(target.type, name: name)
        }
        if target.subresource == "scale" { return .object(ScaleSubresource.scale(of: object)) }
        if target.subresource == "log" { return try await log(request, of: object) }
        return .object(ObjectPresentation(request, type: target.type).one(object))
    }

    /// What a pod's container wrote, whole or its last lines.
    private func log(_ request: APIRequest, of pod: APIValue) async throws -> APIAnswer {
        let names = (pod["spec", "containers"]?.items ?? []).compactMap { $0["name"]?.text }
        let container = request.query["container"] ?? names.first ?? ""
        guard names.contains(container) else {
            throw APIFailure.badRequest("container \(container) is not valid for pod \(pod.name)")
        }
        let state = pod["status", "containerStatuses"]?.items?.first { $0["name"]?.text == container }?["state"]
        if let reason = state?["waiting", "reason"]?.text {
            throw APIFailure.badRequest(
                "container \"\(container)\" in pod \"\(pod.name)\" is waiting to start: \(reason)")
        }
        var text = await cluster.log(of: pod) ?? ""
        if let count = request.query["tailLines"].flatMap({ Int($0) }) {
            text = text.split(separator: "\n", omittingEmptySubsequences: false).suffix(count + 1).joined(
                separator: "\n")
        }
        return .bytes(Array(text.utf8), contentType: "text/plain")
    }

    private func create(_ request: APIRequest, target: RequestTarget) async throws -> APIAnswer {
        if target.type.namespaced, target.namespace == nil {
            throw APIFailure.methodNotAllowed
        }
        let body = try request.decodedBody()
        try Self.checkKind(body, type: target.type)
        let object = try await cluster.create(
            body, type: target.type, namespace: target.namespace ?? "", options: options(request, target))
        return .object(ObjectPresentation(request, type: target.type).one(object), code: 201)
    }

    private func update(_ request: APIRequest, target: RequestTarget, name: String) async throws -> APIAnswer {
        let key = target.key(named: name)
        let body = try request.decodedBody()
        if target.subresource == "scale" {
            return .object(try await cluster.scale(key, to: body, options: options(request, target)))
        }
        try Self.checkKind(body, type: target.type)
        if target.subresource == "finalize" { return .object(try await cluster.finalize(key, with: body)) }
        let object = try await cluster.update(body, key: key, options: options(request, target))
        return .object(ObjectPresentation(request, type: target.type).one(object))
    }

    private func patch(_ request: APIRequest, target: RequestTarget, name: String) async throws -> APIAnswer {
        let key = target.key(named: name)
        let patch = try Self.patch(of: request)
        var options = options(request, target)
        if case .apply = patch {
            guard request.query["fieldManager"]?.isEmpty == false else {
                throw APIFailure(
                    code: 422, reason: "Invalid",
                    message: "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for "
                        + "apply patch", group: "meta.k8s.io", kind: "PatchOptions")
            }
            options.writer.operation = .apply
            options.force = request.isSet("force")
        } else if request.query["force"] != nil {
            throw APIFailure(
                code: 422, reason: "Invalid",
                message: "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for "
                    + "non-apply patch", group: "meta.k8s.io", kind: "PatchOptions")
        }
        if target.subresource == "scale" {
            return .object(try await cluster.patchScale(key, with: patch, options: options))
        }
        let (object, created) = try await cluster.patch(patch, key: key, options: options)
        return .object(ObjectPresentation(request, type: target.type).one(object), code: created ? 201 : 200)
    }

    private static func patch(of request: APIRequest) throws(APIFailure) -> ObjectPatch {
        switch request.mediaType {
        case "application/json-patch+json": return .json(try JSONPatch(request.json()))
        case "application/merge-patch+json": return .merge(try request.json())
        case "application/strategic-merge-patch+json": return .strategic(try request.json())
        case "application/apply-patch+yaml": return .apply(try request.yaml())
        default:
            throw .unsupportedMediaType(
                request.mediaType,
                accepted: [
                    "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml",
                    "application/strategic-merge-patch+json",
                ])
        }
    }

    private func options(_ request: APIRequest, _ target: RequestTarget) -> ObjectWriteOptions {
        ObjectWriteOptions(
            writer: FieldWriter(
                manager: request.fieldManager, operation: .update, subresource: target.subresource),
            dryRun: request.isDryRun)
    }

    private static func checkKind(_ body: APIValue, type: ResourceType) throws(APIFailure) {
        guard body.members != nil else { throw .badRequest("the body must be an object of kind \(type.kind)") }
        let kind = body["kind"]?.text ?? type.kind
        let version = body["apiVersion"]?.text ?? type.apiVersion
        guard kind == type.kind, version == type.apiVersion else {
            throw .badRequest(
                "the API version in the data (\(version), Kind=\(kind)) does not match the expected API version "
                    + "(\(type.apiVersion), Kind=\(type.kind))")
        }
    }
}
