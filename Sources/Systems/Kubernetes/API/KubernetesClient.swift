package import FailoverModel
import Foundation

/// Speaks to one API server as kubectl does: paths, content types, retries, credentials.
package struct KubernetesClient: Sendable {
    /// What is written under our name in `metadata.managedFields`.
    package static let fieldManager = "handover"

    /// Namespace of the release.
    package private(set) var namespace: String
    private let endpoint: Endpoint
    private let credentials: KubernetesCredentials
    private let transport: any HTTPTransport
    private let site: String
    private let retry: KubernetesRetry

    private struct Endpoint: Sendable {
        var server: String
        var security: TLSSettings
        var route: HTTPRoute
    }

    init(
        site: String, _ endpoint: KubernetesEndpoint, transport: any HTTPTransport,
        retry: KubernetesRetry = KubernetesRetry()
    ) {
        self.site = site
        self.namespace = endpoint.namespace
        self.transport = transport
        self.retry = retry
        self.endpoint = Endpoint(
            server: endpoint.server,
            security: TLSSettings(
                authorities: endpoint.authorities, identity: endpoint.identity, serverName: endpoint.serverName,
                isVerified: endpoint.isVerified),
            route: HTTPRoute(proxy: endpoint.proxy))
        credentials = KubernetesCredentials(endpoint.token)
    }

    /// The same server and user, for another namespace.
    func inNamespace(_ namespace: String) -> Self {
        var client = self
        client.namespace = namespace
        return client
    }

    /// `nil` where it does not exist.
    package func get<Object: Decodable>(_ path: APIPath, as type: Object.Type) async throws(Fault) -> Object? {
        guard let body = try await read(path) else { return nil }
        return try decode(body, path)
    }

    /// The answer as it came, whatever its status: for what is not an object (`/readyz`), and for the server's clock.
    func answer(_ path: APIPath) async throws(Fault) -> HTTPResponse { try await send(.get, path) }

    /// The object as it is; `nil` where it does not exist.
    package func get(_ path: APIPath) async throws(Fault) -> JSONValue? {
        guard let body = try await read(path) else { return nil }
        return try JSONValue(decoding: body, at: place(path))
    }

    /// All items, page by page. A list that expired between two pages (410) is begun again.
    package func list<Item: Decodable>(_ path: APIPath, of type: Item.Type) async throws(Fault) -> [Item] {
        var items: [Item] = []
        var next: String?
        var restarts = 0
        repeat {
            let page = path.with("limit", "500").with("continue", next)
            let answer = try await send(.get, page)
            if answer.status == 410, next != nil, restarts < 3 {
                restarts += 1
                next = nil
                items = []
                continue
            }
            guard answer.status == 200 else { throw Fault(answer, to: .get, place: place(path)) }
            let list: ObjectList<Item> = try decode(answer.body, path)
            items += list.items ?? []
            next = list.metadata?.continue.flatMap { $0.isEmpty ? nil : $0 }
            if next == nil { return items }
        } while true
    }

    /// A merge patch (RFC 7386), what `kubectl scale` sends.
    package func merge(_ path: APIPath, _ patch: JSONValue) async throws(Fault) -> JSONValue {
        let path = path.with("fieldManager", Self.fieldManager)
        return try await write(.patch, path, patch, type: "application/merge-patch+json")
    }

    /// Server-side apply. Fields of other managers are a `.conflict` unless forced; a dry run changes nothing.
    package func apply(
        _ path: APIPath, _ manifest: JSONValue, force: Bool = false, isDryRun: Bool = false
    ) async throws(Fault) -> JSONValue {
        let path = path.with("dryRun", isDryRun ? "All" : nil).with("fieldManager", Self.fieldManager)
            .with("force", force ? "true" : "false")
        // JSON is YAML; this is the one content type that every release knows for apply.
        return try await write(.patch, path, manifest, type: "application/apply-patch+yaml")
    }

    /// What the server answers to a question that is put by creating an object: a SelfSubjectAccessReview.
    func ask(_ path: APIPath, _ question: JSONValue) async throws(Fault) -> JSONValue {
        try await write(.post, path, question, type: "application/json")
    }

    /// Makes an object; one of this name that is there already is a `.conflict`.
    func create(_ path: APIPath, _ manifest: JSONValue) async throws(Fault) -> JSONValue {
        try await write(.post, path.with("fieldManager", Self.fieldManager), manifest, type: "application/json")
    }

    /// Deletes it, its dependents in the background; nothing to do where it is gone or is another object by now.
    package func delete(_ path: APIPath, uid: String?) async throws(Fault) {
        var options: [String: JSONValue] = [
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
        ]
        if let uid { options["preconditions"] = ["uid": .string(uid)] }
        let answer = try await send(
            .delete, path, JSONValue.object(options).encoded(at: place(path)), "application/json")
        guard (200..<300).contains(answer.status) || answer.status == 404 else {
            throw Fault(answer, to: .delete, place: place(path))
        }
    }

    func place(_ path: APIPath) -> String { "\(site), Kubernetes, \(path.segments.joined(separator: "/").onOneLine())" }

    private func read(_ path: APIPath) async throws(Fault) -> Data? {
        let answer = try await send(.get, path)
        switch answer.status {
        case 200: return answer.body
        // The second is how the server says that it has no such API; anything else may be a proxy's page.
        case 404
        where APIStatus(answer.body)?.reason == "NotFound" || answer.body.starts(with: Data("404 page not found".utf8)):
            return nil
        default: throw Fault(answer, to: .get, place: place(path))
        }
    }

    private func write(
        _ method: HTTPRequest.Method, _ path: APIPath, _ body: JSONValue, type: String
    ) async throws(Fault) -> JSONValue {
        let answer = try await send(method, path, body.encoded(at: place(path)), type)
        guard (200..<300).contains(answer.status) else { throw Fault(answer, to: method, place: place(path)) }
        return try JSONValue(decoding: answer.body, at: place(path))
    }

    private func decode<Object: Decodable>(_ body: Data, _ path: APIPath) throws(Fault) -> Object {
        do { return try JSONDecoder().decode(Object.self, from: body) } catch {
            throw Fault(
                .invalid, "the answer is not what the Kubernetes API promises", at: place(path),
                next: "Check that this is the API server, and not a proxy's page.")
        }
    }

    /// Sends, and repeats what may be repeated: reads that were throttled or met a 5xx, writes that were throttled (the server
    /// turns those away before it looks at them), and anything once with new credentials after a 401.
    private func send(
        _ method: HTTPRequest.Method, _ path: APIPath, _ body: Data? = nil, _ type: String? = nil
    ) async throws(Fault) -> HTTPResponse {
        var attempt = 0
        var mayRenew = true
        while true {
            attempt += 1
            let answer = try await once(method, path, body, type)
            if answer.status == 401, mayRenew, await credentials.refused() {
                mayRenew = false
                continue
            }
            guard answer.status == 429 || (method.isSafe && [500, 502, 503, 504].contains(answer.status)),
                let wait = retry.wait(
                    after: attempt, Fault(answer, to: method, place: place(path)).retryAfterMilliseconds)
            else { return answer }
            do { try await Task.sleep(for: wait) } catch { return answer }
        }
    }

    private func once(
        _ method: HTTPRequest.Method, _ path: APIPath, _ body: Data?, _ type: String?
    ) async throws(Fault) -> HTTPResponse {
        let grant = try await credentials.grant()
        var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": "handover"]
        if let type { headers.add("Content-Type", type) }
        if let token = grant.token { headers.add("Authorization", "Bearer \(token.reveal())") }
        var security = endpoint.security
        if let identity = grant.identity { security.identity = identity }
        let request = HTTPRequest(
            method, endpoint.server + path.text, headers: headers, body: body, limits: retry.limits, security: security,
            route: endpoint.route)
        do { return try await transport.send(request) } catch {
            var fault = error
            fault.place = "\(site), Kubernetes at \(error.place)"
            throw fault
        }
    }
}

/// How often and how long the client itself waits; longer waits are the engine's.
struct KubernetesRetry: Sendable {
    var attempts = 4
    var firstMilliseconds: Int64 = 200
    var longestMilliseconds: Int64 = 5_000
    var limits = HTTPLimits()

    /// `nil` where it is time to give up. `asked` is what the server asked for.
    func wait(after attempt: Int, _ asked: Int64?) -> Duration? {
        let wait = asked ?? firstMilliseconds << Int64(min(attempt - 1, 10))
        guard attempt < attempts, wait <= longestMilliseconds else { return nil }
        let jitter = asked == nil ? Int64.random(in: 0...(wait / 4)) : 0
        return .milliseconds(wait + jitter)
    }
}

private struct ObjectList<Item: Decodable>: Decodable {
    struct Metadata: Decodable {
        var `continue`: String?
    }
    var metadata: Metadata?
    var items: [Item]?
}
