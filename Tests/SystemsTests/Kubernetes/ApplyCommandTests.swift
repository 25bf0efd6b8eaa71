import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

@Suite("kubernetes.apply")
struct ApplyCommandTests {
    static let manifest: JSONValue = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "active"], "data": ["site": "dc2"],
    ]
    static let discovery = ScriptedAPI.json([
        "resources": [
            ["name": "configmaps", "kind": "ConfigMap", "namespaced": true],
            ["name": "secrets", "kind": "Secret", "namespaced": true],
        ]
    ])

    func object(site: String, version: String, ours: Bool = true) -> HTTPResponse {
        ScriptedAPI.json([
            "apiVersion": "v1", "kind": "ConfigMap", "data": ["site": .string(site), "other": "kept"],
            "metadata": [
                "name": "active", "namespace": "ess", "uid": "u1", "resourceVersion": .string(version),
                "managedFields": ours ? [["manager": "handover", "operation": "Apply"]] : [],
            ],
        ])
    }

    func context(_ topology: Topology, manifest: JSONValue = manifest, remembered: JSONValue? = nil) -> StepContext {
        StepContext(
            run: "r", step: "s", site: "dc2", from: "dc1", to: "dc2", others: [], parameters: ["manifest": manifest],
            topology: topology, remembered: remembered)
    }

    let path = "/api/v1/namespaces/ess/configmaps/active"

    @Test func `what is not there is created, and the undo deletes just that object`() async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        let command = ApplyCommand(access: access)
        api.state.withLock {
            $0.scripted = [("GET /api/v1", Self.discovery), ("PATCH", object(site: "dc2", version: "0"))]
        }
        api.state.withLock {
            $0.scripted.insert(("GET \(path)", ScriptedAPI.failure(404, reason: "NotFound", message: "no")), at: 0)
        }
        let finding = try await command.examine(context(topology))
        #expect(finding.verdict == .needed && finding.facts == ["existed": false])
        #expect(api.requests.last == "PATCH \(path)?dryRun=All&fieldManager=handover&force=false")

        let undo = context(topology, remembered: finding.facts)
        api.state.withLock {
            $0.scripted = [
                ("GET \(path)", object(site: "dc2", version: "1")), ("GET /api/v1", Self.discovery),
                ("DELETE", ScriptedAPI.json([:])),
            ]
        }
        try await command.undo(undo, on: finding)
        #expect(api.requests.last == "DELETE \(path)")
        #expect(api.state.withLock { $0.bodies.last }?.contains(#""preconditions":{"uid":"u1"}"#) == true)
    }

    @Test(arguments: [("dc2", Finding.Verdict.done), ("dc1", .needed)])
    func `a dry run tells whether something would change`(site: String, verdict: Finding.Verdict) async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        api.state.withLock {
            $0.scripted = [
                ("GET \(path)", object(site: site, version: "1", ours: false)), ("GET /api/v1", Self.discovery),
                ("PATCH", object(site: "dc2", version: "2")),
            ]
        }
        let finding = try await ApplyCommand(access: access).examine(context(topology))
        #expect(finding.verdict == verdict)
        #expect(finding.facts["fields"]?["data"] == ["site": .string(site)])
        if verdict == .needed { #expect(finding.sentence.hasSuffix("will be changed: .data.site")) }
    }

    @Test func `an object that lost our fields is left alone by the undo`() async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        api.state.withLock {
            $0.scripted = [
                ("GET \(path)", object(site: "x", version: "9", ours: false)), ("GET /api/v1", Self.discovery),
            ]
        }
        let undo = try await ApplyCommand(access: access).examineUndo(context(topology, remembered: ["existed": false]))
        #expect(undo.verdict == .done && undo.sentence.contains("left alone"))
    }

    @Test(
        arguments: [
            ["kind": "ConfigMap"], ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s"]],
            ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "s"], "status": [:]],
        ] as [JSONValue])
    func `a manifest that cannot be right is refused before anything is asked`(manifest: JSONValue) async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        await #expect(throws: Fault.self) {
            try await ApplyCommand(access: access).examine(context(topology, manifest: manifest))
        }
        #expect(api.requests.isEmpty)
    }

    @Test func `a kind that the server does not know is said`() async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        api.state.withLock {
            $0.scripted = [("GET /apis", HTTPResponse(status: 404, body: Data("404 page not found\n".utf8)))]
        }
        let manifest: JSONValue = ["apiVersion": "a.b/v1", "kind": "Thing", "metadata": ["name": "t"]]
        do throws(Fault) {
            _ = try await ApplyCommand(access: access).examine(context(topology, manifest: manifest))
            Issue.record("it was accepted")
        } catch {
            #expect(error.kind == .rejected && error.what == "the API server knows no Thing of a.b/v1")
            #expect(api.requests == ["GET /apis/a.b/v1"])
        }
    }
}
