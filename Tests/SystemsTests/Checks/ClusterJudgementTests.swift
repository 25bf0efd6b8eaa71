import FailoverModel
import Foundation
import Testing

@testable import Systems

/// What the checks make of nodes, quantities, clocks and registries, without a cluster.
struct ClusterJudgementTests {
    @Test(
        arguments: [
            ("100m", 100), ("2", 2000), ("1.5", 1500), ("1Ki", 1_024_000), ("1e3", 1_000_000), ("2k", 2_000_000),
        ] as [(String, Int64)])
    func `quantities are those of Kubernetes`(text: String, thousandths: Int64) {
        #expect(ResourceQuantity(text)?.thousandths == thousandths)
    }

    @Test(arguments: ["", "m", "1Q", "abc", "1e"]) func `what is no quantity is none`(text: String) {
        #expect(ResourceQuantity(text) == nil)
    }

    @Test func `a pod fits only where there is room, and where a taint lets it`() throws {
        let nodes = try nodes(
            #"{"metadata":{"name":"a"},"status":{"allocatable":{"cpu":"2","memory":"4Gi","pods":"9"},"conditions":[{"type":"Ready","status":"True"}]}}"#,
            #"{"metadata":{"name":"b"},"spec":{"taints":[{"key":"gpu","effect":"NoSchedule"}]},"status":{"allocatable":{"cpu":"64","memory":"64Gi","pods":"9"},"conditions":[{"type":"Ready","status":"True"}]}}"#
        )
        let workload = try JSONDecoder().decode(
            TemplatedWorkload.self,
            from: Data(
                #"{"metadata":{"name":"big"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1500m"}}}]}}}}"#
                    .utf8))
        #expect(RoomForRelease(nodes: nodes, pods: [], wanted: [(workload, 1)]).homeless == [])
        #expect(RoomForRelease(nodes: nodes, pods: [], wanted: [(workload, 2)]).homeless == ["big"])
    }

    @Test func `one node, an even number and one zone are each told`() throws {
        let node =
            #"{"metadata":{"name":"a","labels":{"node-role.kubernetes.io/control-plane":"","topology.kubernetes.io/zone":"z"}},"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#
        let one = NodeChecks(site: "dc1", nodes: try nodes(node)).results().filter { $0.verdict != .ok }
        #expect(one.map(\.id) == ["nodes.control-plane", "nodes.zones"])
        let two = NodeChecks(site: "dc1", nodes: try nodes(node, node)).results()
        #expect(two.first { $0.id == "nodes.control-plane" }?.seen.contains("has 2 nodes") == true)
        #expect(NodeChecks(site: "dc1", nodes: []).results().first?.verdict == .failing)
    }

    @Test func `a clock is judged by the seconds that an answer took`() throws {
        let noon = try #require(HTTPDate.moment("Sun, 06 Nov 1994 08:49:37 GMT"))
        #expect(noon.microseconds == 784_111_777_000_000)
        let later = noon.advanced(byMilliseconds: 900)
        #expect(ClockSkew(noon, noon, later, wholeSeconds: true).milliseconds == 0)
        #expect(ClockSkew(noon, later, later, wholeSeconds: true).milliseconds == 0)
        #expect(ClockSkew(noon.advanced(byMilliseconds: 60_900), noon, later).milliseconds == 60_000)
        #expect(HTTPDate.moment("yesterday") == nil)
    }

    @Test(arguments: [
        ("nginx", "docker.io", "library/nginx", "latest"),
        ("ghcr.io/element-hq/synapse:v1.2", "ghcr.io", "element-hq/synapse", "v1.2"),
        ("localhost:5000/a/b@sha256:12", "localhost:5000", "a/b", "sha256:12"),
    ])
    func `images are read as container runtimes read them`(
        text: String, registry: String, repository: String, version: String
    ) throws {
        let image = try #require(ImageReference(text))
        #expect(image.registry == registry && image.repository == repository && image.version == version)
    }

    @Test func `a registry is asked with the pull secret, by way of a token, and says no without it`() async throws {
        let registry = ScriptedRegistry()
        let image = try #require(ImageReference("registry.example.org/ess/synapse:v1"))
        let auth = Data("ada:Pull-sEcret-9".utf8).base64EncodedString()
        let logins = try #require(
            RegistryLogin.all(in: Data(#"{"auths":{"registry.example.org":{"auth":"\#(auth)"}}}"#.utf8)))
        try await ImageRegistry(transport: registry).has(image, logins["registry.example.org"])
        do throws(Fault) {
            try await ImageRegistry(transport: registry).has(image, nil)
            Issue.record("it was given without a login")
        } catch {
            #expect(error.kind == .forbidden)
            #expect(!"\(error)".contains("Pull-sEcret"))
        }
        #expect(RegistryLogin.all(in: Data("{}".utf8)) == nil)
    }

    private func nodes(_ texts: String...) throws -> [NodeObject] {
        try texts.map { try JSONDecoder().decode(NodeObject.self, from: Data($0.utf8)) }
    }

    /// Gives a token to whoever has the right login, and the manifest to whoever has the token.
    private struct ScriptedRegistry: HTTPTransport {
        func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
            let authorization = request.headers["Authorization"]
            if request.url.hasPrefix("https://token.example.org/?") {
                let right = "Basic \(Data("ada:Pull-sEcret-9".utf8).base64EncodedString())"
                guard authorization == right, request.url.contains("scope=repository") else {
                    return HTTPResponse(status: 401)
                }
                return HTTPResponse(status: 200, body: Data(#"{"token":"abc"}"#.utf8))
            }
            guard request.url == "https://registry.example.org/v2/ess/synapse/manifests/v1" else {
                return HTTPResponse(status: 404)
            }
            if authorization == "Bearer abc" { return HTTPResponse(status: 200) }
            return HTTPResponse(
                status: 401,
                headers: [
                    "WWW-Authenticate":
                        #"Bearer realm="https://token.example.org/",service="r",scope="repository:ess/synapse:pull""#
                ])
        }
    }
}
