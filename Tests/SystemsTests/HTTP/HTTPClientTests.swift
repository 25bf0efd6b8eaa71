import FailoverModel
import Foundation
import Systems
import Testing

@Suite("HTTP over libcurl, against real servers", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    let client = HTTPClient()

    /// What the server echoes.
    struct Echo: Decodable {
        var method: String
        var path: String
        var body: String
        var connection: Int
        var headers: [String: String]
    }

    func fault(_ request: HTTPRequest) async -> Fault? {
        do throws(Fault) {
            _ = try await client.send(request)
            return nil
        } catch { return error }
    }

    @Test func `method, headers, body and answer arrive as they are`() async throws {
        try await PythonServer.run(.good) { server in
            let request = HTTPRequest(
                .patch, server.url("/echo?a=b%2Fc"),
                headers: ["Content-Type": "application/merge-patch+json", "X-One": "1"],
                body: Data(#"{"a":1}"#.utf8), security: server.trusting)
            let answer = try await client.send(request)
            let echo = try JSONDecoder().decode(Echo.self, from: answer.body)
            #expect(answer.status == 200)
            #expect(answer.headers["x-seen"] == "yes")
            #expect(echo.method == "PATCH" && echo.path == "/echo?a=b%2Fc" && echo.body == #"{"a":1}"#)
            #expect(echo.headers["content-type"] == "application/merge-patch+json" && echo.headers["x-one"] == "1")
            #expect(echo.headers["host"] == "127.0.0.1:\(server.port)" && echo.headers["expect"] == nil)
        }
    }

    @Test func `reads use a connection again, a write never does`() async throws {
        try await PythonServer.run(.good) { server in
            var connections: [Int] = []
            for method in [HTTPRequest.Method.get, .get, .patch, .patch] {
                let answer = try await client.send(HTTPRequest(method, server.url("/echo"), security: server.trusting))
                connections.append(try JSONDecoder().decode(Echo.self, from: answer.body).connection)
            }
            #expect(connections[0] == connections[1])
            #expect(Set(connections).count == 3)
        }
    }

    @Test(arguments: [
        (PythonServer.Kind.expired, "has expired"), (.otherName, "is for another name than 127.0.0.1"),
        (.plain, "does not speak TLS"),
    ])
    func `a server that cannot be trusted is told apart`(kind: PythonServer.Kind, words: String) async throws {
        try await PythonServer.run(kind) { server in
            let fault = await fault(HTTPRequest(.get, server.url("/echo"), security: server.trusting))
            #expect(fault?.kind == .invalid)
            #expect(fault?.what.contains(words) == true, "\(String(describing: fault))")
            #expect(server.seen.isEmpty)
        }
    }

    @Test func `an unknown authority is refused, and accepted only where verification is off`() async throws {
        try await PythonServer.run(.good) { server in
            let stranger = TLSSettings(authorities: .file(server.file("stranger.pem")))
            for security in [TLSSettings(), stranger] {
                let fault = await fault(HTTPRequest(.get, server.url("/echo"), security: security))
                #expect(fault?.kind == .invalid && fault?.what.contains("unknown CA") == true)
            }
            let unverified = HTTPRequest(.get, server.url("/echo"), security: TLSSettings(isVerified: false))
            let answer = try await client.send(unverified)
            #expect(answer.status == 200)
        }
    }

    @Test func `authorities and client certificate may be given as bytes`() async throws {
        try await PythonServer.run(.wantsClientCertificate) { server in
            func bytes(_ name: String) throws -> TLSSettings.PEM {
                .bytes(try Data(contentsOf: URL(filePath: server.file(name))))
            }
            let identity = TLSSettings.Identity(
                certificate: try bytes("client.pem"), key: try bytes("client.key"))
            let security = TLSSettings(authorities: try bytes("ca.pem"), identity: identity)
            #expect(try await client.send(HTTPRequest(.get, server.url("/echo"), security: security)).status == 200)
            let files = TLSSettings(authorities: .file(server.file("ca.pem")), identity: server.identity)
            #expect(try await client.send(HTTPRequest(.get, server.url("/echo"), security: files)).status == 200)
        }
    }

    @Test func `a missing client certificate is forbidden, also for a write`() async throws {
        try await PythonServer.run(.wantsClientCertificate) { server in
            for method in [HTTPRequest.Method.get, .patch] {
                let fault = await fault(HTTPRequest(method, server.url("/echo"), security: server.trusting))
                #expect(fault?.kind == .forbidden, "\(String(describing: fault))")
            }
        }
    }

    @Test func `a certificate can be verified under another name, with the real address in Host`() async throws {
        try await PythonServer.run(.otherName) { server in
            var security = server.trusting
            security.serverName = "other.example"
            let answer = try await client.send(HTTPRequest(.get, server.url("/echo"), security: security))
            let echo = try JSONDecoder().decode(Echo.self, from: answer.body)
            #expect(echo.headers["host"] == "127.0.0.1:\(server.port)")
            security.serverName = "wrong.example"
            let fault = await fault(HTTPRequest(.get, server.url("/echo"), security: security))
            #expect(fault?.what.contains("another name than wrong.example") == true)
        }
    }

    @Test func `a name can be connected to at a given address`() async throws {
        try await PythonServer.run(.good) { server in
            let route = HTTPRoute(connectTo: .init(host: "127.0.0.1", port: server.port))
            let request = HTTPRequest(.get, "https://api.example/echo", security: server.trusting, route: route)
            let echo = try JSONDecoder().decode(Echo.self, from: try await client.send(request).body)
            #expect(echo.headers["host"] == "api.example")
        }
    }

    @Test(arguments: ["/cut", "/cut-early", "/drip", "/hang"])
    func `an answer that breaks off is unreachable for a read and uncertain for a write`(path: String) async throws {
        try await PythonServer.run(.good) { server in
            let limits = HTTPLimits(totalMilliseconds: 700, connectMilliseconds: 500)
            let begun = ContinuousClock.now
            let read = await fault(HTTPRequest(.get, server.url(path), limits: limits, security: server.trusting))
            let write = await fault(HTTPRequest(.patch, server.url(path), limits: limits, security: server.trusting))
            #expect(read?.kind == .unreachable, "\(String(describing: read))")
            #expect(write?.kind == .uncertain, "\(String(describing: write))")
            // What hangs is silent, and what breaks off is not.
            let silence: Fault.Silence? = path.hasPrefix("/cut") ? nil : .late
            #expect(read?.silence == silence && write?.silence == silence)
            #expect(begun.duration(to: .now) < .seconds(20))
            #expect(server.seen.filter { $0.hasPrefix("PATCH") }.count == 1)
        }
    }

    @Test func `a black hole meets the deadline and nothing counts as sent`() async throws {
        try await PythonServer.run(.blackHole) { server in
            let begun = ContinuousClock.now
            let limits = HTTPLimits(totalMilliseconds: 30_000, connectMilliseconds: 300)
            let fault = await fault(HTTPRequest(.patch, server.url("/"), limits: limits))
            #expect(fault?.kind == .unreachable && fault?.silence == .late)
            #expect(begun.duration(to: .now) < .seconds(20))
        }
    }

    @Test func `a cancelled request ends at once`() async throws {
        try await PythonServer.run(.good) { server in
            let request = HTTPRequest(.patch, server.url("/hang"), security: server.trusting)
            let begun = ContinuousClock.now
            let task = Task { [client] in
                do throws(Fault) {
                    _ = try await client.send(request)
                    return Fault.Kind?.none
                } catch { return error.kind }
            }
            while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            task.cancel()
            #expect(await task.value == .uncertain)
            #expect(begun.duration(to: .now) < .seconds(20))
        }
    }

    @Test func `refused, unresolvable and not HTTP are told apart`() async throws {
        let refused = await fault(HTTPRequest(.get, "https://127.0.0.1:1/"))
        #expect(refused?.kind == .unreachable && refused?.what == "the connection was refused")
        #expect(refused?.silence == nil)
        let unknown = await fault(HTTPRequest(.get, "https://nowhere.invalid/"))
        #expect(unknown?.kind == .unreachable && unknown?.what.contains("cannot be resolved") == true)
    }

    @Test func `a huge answer is cut off, a redirect is not followed`() async throws {
        try await PythonServer.run(.plain) { server in
            let limits = HTTPLimits(bodyBytes: 100_000)
            let huge = await fault(HTTPRequest(.get, server.url("/big", scheme: "http"), limits: limits))
            #expect(huge?.kind == .invalid && huge?.what.contains("larger than 100000 bytes") == true)
            let answer = try await client.send(HTTPRequest(.get, server.url("/redirect", scheme: "http")))
            #expect(answer.status == 302)
            #expect(!server.seen.contains("GET /echo"))
        }
    }

    @Test(arguments: [
        HTTPRequest(.get, "https://h/", headers: ["X": "a\r\nAuthorization: b"]),
        HTTPRequest(.get, "https://h/", headers: ["X\n": "a"]), HTTPRequest(.get, "https://h/\r\nX: y"),
        HTTPRequest(.get, "https://user:pw@h/"), HTTPRequest(.get, "file:///etc/passwd"),
        HTTPRequest(.get, "https:///x"),
        HTTPRequest(.get, "https://h/", security: TLSSettings(serverName: "a:1:b:2")),
    ])
    func `what could smuggle something into a request is not sent`(request: HTTPRequest) async {
        let fault = await fault(request)
        #expect(fault?.kind == .invalid)
        #expect(fault.map { !"\($0)".contains("pw") } == true)
    }

    @Test func `a request's description shows no header value, query or body`() {
        let request = HTTPRequest(
            .post, "https://h/p?token=hunter2", headers: ["Authorization": "Bearer hunter2"], body: Data("hunter2".utf8)
        )
        #expect(!"\(request) \(String(reflecting: request)) \(request.headers)".contains("hunter2"))
    }

    @Test func `many requests at once wait for nobody`() async throws {
        try await PythonServer.run(.plain) { server in
            let url = server.url("/echo", scheme: "http")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { [client] in try await client.send(HTTPRequest(.get, url)).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 40))
        }
    }
}
