import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

@Suite("The Kubernetes client")
struct KubernetesClientTests {
    let pods = APIPath(version: "v1", namespace: "ess", resource: "pods")

    func failure(_ work: () async throws(Fault) -> Void) async -> Fault? {
        do throws(Fault) {
            try await work()
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        (401, Fault.Kind.forbidden), (403, .forbidden), (409, .conflict), (422, .rejected), (429, .throttled),
        (500, .unavailable), (503, .unavailable), (504, .uncertain), (302, .invalid),
    ])
    func `a write's failures are told apart, and only a throttled one is sent again`(status: Int, kind: Fault.Kind)
        async throws
    {
        let api = ScriptedAPI()
        let answer = ScriptedAPI.failure(
            status, reason: "R", message: "said\u{1B}[31m so", details: ["retryAfterSeconds": 60])
        for _ in 0..<4 { api.state.withLock { $0.scripted.append(("PATCH", answer)) } }
        let client = try api.access().0.client(site: "dc1")
        let fault = await failure { () async throws(Fault) in _ = try await client.merge(pods, [:]) }
        #expect(fault?.kind == kind)
        #expect(fault?.what.contains("\u{1B}") == false)
        #expect(fault.map { "\($0)" }?.contains("hunter2") == false)
        #expect(api.requests.count == 1, "60 s is longer than the client itself waits")
        if status == 429 || status == 503 { #expect(fault?.retryAfterMilliseconds == 60_000) }
    }

    @Test func `reads try a broken server again, writes a throttled one`() async throws {
        let api = ScriptedAPI()
        api.state.withLock {
            $0.scripted = [
                ("GET", HTTPResponse(status: 500)), ("GET", HTTPResponse(status: 429, headers: ["Retry-After": "0"])),
                ("PATCH", HTTPResponse(status: 429, headers: ["retry-after": "0"])),
                ("PATCH", ScriptedAPI.json(["ok": true])),
            ]
        }
        let client = try api.access().0.client(site: "dc1")
        #expect(try await client.list(pods, of: PodObject.self).isEmpty)
        #expect(try await client.merge(pods, [:])["ok"]?.flag == true)
        #expect(api.requests.count == 5)
        let headers = api.state.withLock { $0.sent[0].headers }
        #expect(headers["authorization"] == "Bearer hunter2")
    }

    @Test func `over a real connection Retry-After is waited for, and a broken write is not repeated`() async throws {
        try await PythonServer.run(.good) { server in
            let endpoint = KubernetesEndpoint(
                server: server.url(""), authorities: .file(server.file("ca.pem")), isVerified: true, proxy: .none,
                namespace: "ess", token: .token(Secret("hunter2")), place: "test")
            let client = KubernetesClient(site: "dc1", endpoint, transport: HTTPClient())
            let begun = ContinuousClock.now
            let read = try await client.get(APIPath("throttled"))
            #expect(begun.duration(to: .now) >= .seconds(1))
            #expect(read?["headers"]?["authorization"]?.text == "Bearer hunter2")
            let again = try await client.get(APIPath("broken-once"))
            #expect(again?["path"]?.text == "/broken-once")
            let fault = await failure { () async throws(Fault) in
                _ = try await client.merge(APIPath("broken-once", "write"), [:])
            }
            #expect(fault?.kind == .unavailable)
            let garbage = await failure { () async throws(Fault) in _ = try await client.get(APIPath("garbage")) }
            #expect(garbage?.kind == .invalid)
            let writes = server.seen.filter { $0.hasPrefix("PATCH") }
            #expect(writes == ["PATCH /broken-once/write?fieldManager=handover"])
        }
    }

    @Test func `after a 401 a token file is read once more, a fixed token is not tried twice`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "handover-token-\(UUID().uuidString)").path
        try "old".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        for (source, expected) in [(KubernetesCredentials.Source.file(file), 2), (.token(Secret("old")), 1)] {
            let api = ScriptedAPI()
            let refused = ScriptedAPI.failure(401, reason: "Unauthorized", message: "Unauthorized")
            api.state.withLock { $0.scripted = [("GET", refused), ("GET", refused), ("GET", refused)] }
            let endpoint = KubernetesEndpoint(
                server: "https://api", isVerified: true, proxy: .none, namespace: "ess", token: source, place: "test")
            let client = KubernetesClient(site: "dc1", endpoint, transport: api)
            let fault = await failure { () async throws(Fault) in _ = try await client.get(pods) }
            #expect(fault?.kind == .forbidden && api.requests.count == expected)
        }
    }

    @Test func `a list is read page by page, and begun again when it expired`() async throws {
        func page(_ name: String, next: String) -> HTTPResponse {
            ScriptedAPI.json([
                "metadata": ["continue": .string(next)], "items": [["metadata": ["name": .string(name)]]],
            ])
        }
        let api = ScriptedAPI()
        api.state.withLock {
            $0.scripted = [
                ("GET", page("a", next: "t/1=")),
                ("GET", ScriptedAPI.failure(410, reason: "Expired", message: "too old")),
                ("GET", page("a", next: "t2")), ("GET", page("b", next: "")),
            ]
        }
        let client = try api.access().0.client(site: "dc1")
        let items = try await client.list(pods, of: PodObject.self)
        #expect(items.map(\.metadata.name) == ["a", "b"])
        #expect(api.requests[1] == "GET /api/v1/namespaces/ess/pods?limit=500&continue=t%2F1%3D")
        #expect(api.requests[2] == "GET /api/v1/namespaces/ess/pods?limit=500")
    }

    @Test func `an apply conflict names the managers and fields`() async throws {
        let api = ScriptedAPI()
        let cause: JSONValue = [
            "reason": "FieldManagerConflict", "message": "conflict with \"argocd\" using apps/v1",
            "field": ".spec.replicas",
        ]
        let answer = ScriptedAPI.failure(409, reason: "Conflict", message: "Apply failed", details: ["causes": [cause]])
        api.state.withLock { $0.scripted = [("PATCH", answer)] }
        let client = try api.access().0.client(site: "dc1")
        let fault = await failure { () async throws(Fault) in _ = try await client.apply(pods, ["kind": "X"]) }
        #expect(fault?.what == "these fields belong to another manager: argocd (.spec.replicas)")
        #expect(api.requests == ["PATCH /api/v1/namespaces/ess/pods?fieldManager=handover&force=false"])
        let sent = api.state.withLock { $0.sent.last }
        #expect(sent?.headers["content-type"] == "application/apply-patch+yaml")
    }

    @Test func `garbage is an invalid answer, not a crash`() async throws {
        let api = ScriptedAPI()
        api.state.withLock { $0.scripted = [("GET", HTTPResponse(status: 200, body: Data("<html>".utf8)))] }
        let client = try api.access().0.client(site: "dc1")
        let fault = await failure { () async throws(Fault) in _ = try await client.list(pods, of: PodObject.self) }
        #expect(fault?.kind == .invalid)
    }

    @Test func `names cannot reach another path`() {
        let path = APIPath(
            version: "apps/v1", namespace: "a/b", resource: "deployments", name: "..", subresource: "scale?x")
        #expect(path.text == "/apis/apps/v1/namespaces/a%2Fb/deployments/%2E%2E/scale%3Fx")
    }
}
