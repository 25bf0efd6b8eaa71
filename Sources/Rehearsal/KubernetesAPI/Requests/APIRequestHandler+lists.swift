extension APIRequestHandler {
    func list(_ request: APIRequest, target: RequestTarget) async throws -> APIAnswer {
        let page = try await cluster.page(try Self.query(request, target: target))
        let presentation = ObjectPresentation(request, type: target.type)
        if let bytes = presentation.plainList(page) { return .bytes(bytes, contentType: "application/json") }
        return .object(presentation.list(page))
    }

    func watch(_ request: APIRequest, target: RequestTarget) async throws -> APIAnswer {
        let query = try Self.query(request, target: target)
        let sendsInitial = request.query["sendInitialEvents"] == "true"
        let version = sendsInitial ? nil : request.query["resourceVersion"].flatMap { Int64($0) }
        let timeout = request.query["timeoutSeconds"].flatMap { Int64($0) } ?? 1_800
        var watch = ObjectWatch(
            query: query, presentation: ObjectPresentation(request, type: target.type), timeoutSeconds: timeout)
        do {
            let (start, version, changes) = try await cluster.startWatch(query, from: version)
            watch.start = start
            watch.changes = changes
            watch.initialEnd = sendsInitial ? version : nil
        } catch {
            guard error.code == 410 else { throw error }
            // A watch that is too old begins and then says so, as Kubernetes does.
            watch.failure = error
        }
        return .watch(watch)
    }

    static func query(_ request: APIRequest, target: RequestTarget) throws(APIFailure) -> ListQuery {
        ListQuery(
            type: target.type, namespace: target.namespace,
            labels: try LabelSelector(parsing: request.query["labelSelector"] ?? ""),
            fields: try FieldSelector(parsing: request.query["fieldSelector"] ?? "", for: target.type),
            limit: request.query["limit"].flatMap { Int($0) },
            continueToken: request.query["continue"].flatMap { $0.isEmpty ? nil : $0 })
    }
}
