extension APIRequestHandler {
    func delete(_ request: APIRequest, target: RequestTarget, name: String) async throws -> APIAnswer {
        let (object, isGone) = try await cluster.delete(
            target.key(named: name), options: try Self.deleteOptions(request))
        guard isGone else { return .object(ObjectPresentation(request, type: target.type).one(object)) }
        var details: APIValue = [
            "name": .string(name), "kind": .string(target.type.plural), "uid": .string(object.uid),
        ]
        if !target.type.group.isEmpty { details["group"] = .string(target.type.group) }
        return .object([
            "kind": "Status", "apiVersion": "v1", "metadata": .object([:]), "status": "Success", "details": details,
        ])
    }

    func deleteCollection(_ request: APIRequest, target: RequestTarget) async throws -> APIAnswer {
        if target.type.namespaced, target.namespace == nil { throw APIFailure.methodNotAllowed }
        let options = try Self.deleteOptions(request)
        let page = try await cluster.page(try Self.query(request, target: target))
        for object in page.objects {
            let key = ObjectKey(type: target.type, namespace: object.value.namespace, name: object.value.name)
            do {
                _ = try await cluster.delete(key, options: options)
            } catch {
                // Someone else was faster; the object is gone either way.
                if error.code != 404 { throw error }
            }
        }
        return .object(ObjectPresentation(request, type: target.type).list(page))
    }

    private static func deleteOptions(_ request: APIRequest) throws(APIFailure) -> ObjectDeleteOptions {
        let body = request.body.isEmpty ? .object([:]) : try request.decodedBody()
        var options = ObjectDeleteOptions(dryRun: request.isDryRun || body["dryRun"]?.isEmpty == false)
        if let text = body["propagationPolicy"]?.text ?? request.query["propagationPolicy"] {
            guard let propagation = ObjectDeleteOptions.Propagation(rawValue: text) else {
                throw APIFailure(
                    code: 422, reason: "Invalid",
                    message:
                        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"\(text)\": "
                        + "must be one of Background, Foreground, Orphan", group: "meta.k8s.io", kind: "DeleteOptions")
            }
            options.propagation = propagation
        } else if body["orphanDependents"] == true || request.query["orphanDependents"] == "true" {
            options.propagation = .orphan
        }
        options.gracePeriodSeconds =
            body["gracePeriodSeconds"]?.int ?? request.query["gracePeriodSeconds"].flatMap { Int($0) }
        options.uid = body["preconditions", "uid"]?.text
        options.resourceVersion = body["preconditions", "resourceVersion"]?.text
        return options
    }
}
