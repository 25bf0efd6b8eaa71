import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

/// What the checks make of an API server's answers that a rehearsal does not give.
struct ClusterAnswerTests {
    private let api = ScriptedAPI()

    private func release() throws -> ReleaseAtSite { try api.access().0.release(at: "dc1") }

    private func script(_ answers: (when: String, answer: HTTPResponse)...) {
        api.state.withLock { $0.scripted += answers }
    }

    private func list(_ items: String...) -> HTTPResponse {
        HTTPResponse(status: 200, body: Data(#"{"metadata":{},"items":[\#(items.joined(separator: ","))]}"#.utf8))
    }

    private func deployment(_ name: String, pod: String) -> String {
        #"{"metadata":{"name":"\#(name)","annotations":{"meta.helm.sh/release-name":"ess","meta.helm.sh/release-namespace":"ess"}},"#
            + #""spec":{"template":{"metadata":{"labels":{"app":"\#(name)"}},"spec":\#(pod)}}}"#
    }

    @Test(
        arguments: [
            (200, "[+]ping ok\n[+]etcd ok\nreadyz check passed", .ok, "is ready, and so is etcd"),
            (500, "[+]ping ok\n[-]etcd failed: reason withheld\n[-]shutdown failed\n", .failing, "etcd, shutdown"),
            (503, "", .failing, "status 503"), (403, "", .warning, "may not ask"), (404, "", .ok, "has no /readyz"),
        ] as [(Int, String, CheckVerdict, String)])
    func `an API server that is not ready, or has lost etcd, is named with what it lacks`(
        status: Int, text: String, verdict: CheckVerdict, words: String
    ) async throws {
        // One that fails is asked again.
        for _ in 0..<9 { script((when: "GET /readyz", HTTPResponse(status: status, body: Data(text.utf8)))) }
        let results = try await cluster()
        #expect(results.map(\.id) == ["kubernetes.healthy"])
        #expect(results[0].verdict == verdict && results[0].seen.contains(words), "\(results[0].seen)")
    }

    @Test func `an API server with another time is named`() async throws {
        let date: HTTPHeaders = ["Date": "Sun, 06 Nov 1994 08:49:37 GMT"]
        script((when: "GET /readyz", HTTPResponse(status: 200, headers: date)))
        let clock = try await cluster().filter { $0.id == "kubernetes.clock" }
        #expect(clock.map(\.verdict) == [.warning] && clock[0].seen.contains("s behind this machine's"))
    }

    private func cluster() async throws -> [CheckResult] {
        let checks = ClusterChecks(release: try release(), intended: [:], now: { .now })
        return await checks.parts(within: .seconds(60))[0].report().results
    }

    @Test(arguments: [(1, .warning), (2, .ok)] as [(Int64, CheckVerdict)])
    func `HAProxy that runs once is named`(count: Int64, verdict: CheckVerdict) async throws {
        let container = #"{"containers":[{"name":"c","readinessProbe":{},"livenessProbe":{}}]}"#
        script(
            (when: "GET /apis/apps/v1/namespaces/ess/deployments", list(deployment("ess-haproxy", pod: container))),
            (
                when: "GET /apis/policy/v1",
                list(#"{"metadata":{"name":"b"},"spec":{"selector":{"matchLabels":{"app":"ess-haproxy"}}}}"#)
            ))
        let checks = WorkloadChecks(
            release: try release(), intended: ["ess-haproxy": count], reference: [], serving: "dc2")
        let results = await checks.results()
        #expect(results.first { $0.id == "kubernetes.haproxy" }?.verdict == verdict, "\(results)")
    }

    @Test(arguments: [
        ("", "pull is not there"), (#"{"data":{"password":"eA=="}}"#, "pull is no kubernetes.io/dockerconfigjson"),
        (#"{"data":{".dockerconfigjson":"e30="}}"#, "pull is no kubernetes.io/dockerconfigjson"),
    ])
    func `a pull secret that is missing or none is named`(object: String, words: String) async throws {
        let pod = #"{"containers":[{"name":"c","image":"r.example.org/a:1"}],"imagePullSecrets":[{"name":"pull"}]}"#
        script((when: "GET /apis/apps/v1/namespaces/ess/deployments", list(deployment("ess-a", pod: pod))))
        if !object.isEmpty {
            let secret = HTTPResponse(status: 200, body: Data(object.utf8))
            script((when: "GET /api/v1/namespaces/ess/secrets/pull", secret))
        }
        let results = await ImageChecks(
            release: try release(), registry: ImageRegistry(transport: api), asksRegistries: false
        ).results()
        #expect(results.map(\.id) == ["kubernetes.pull-secrets"])
        #expect(results[0].verdict == .failing && results[0].seen.contains(words), "\(results[0].seen)")
    }

    @Test func `each right that a run uses is asked for, and those that lack are named`() async throws {
        let runbook = try Runbook.decode(
            SourceText(
                file: "r.yaml",
                text: """
                    name: r
                    title: R
                    phases:
                      - id: p
                        title: P
                        steps:
                          - id: s
                            command: kubernetes.apply
                            site: from
                            with: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: active}}}
                    """))
        let (access, topology) = try api.access()
        let release = try access.release(at: "dc1")
        script((when: "GET /api/v1", ApplyCommandTests.discovery))
        let applied = try await runbook.applyRights(release.client, at: "dc1", in: topology)
        #expect(applied.map(\.title) == ["get", "create", "patch", "delete"].map { "\($0) configmaps" })
        #expect(applied.allSatisfy { $0.namespace == "ess" })
        let use = RightsInUse(
            closing: [.networkPolicy, .calico(allow: [], tier: "default")], usesHelm: true, writesSecrets: true,
            others: [NeededRight(verb: "patch", group: "example.org", resource: "sites", namespace: nil)])
        let rights = use.rights(in: "ess")
        let review = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        for isAllowed in [true, false] {
            for _ in rights { script((when: review, ScriptedAPI.json(["status": ["allowed": .bool(isAllowed)]]))) }
            let result = await release.permissions(use)
            #expect(result.verdict == (isAllowed ? .ok : .failing), "\(result.seen)")
            guard !isAllowed else { continue }
            for words in [
                "patch deployments/scale", "create secrets", "update secrets", "watch jobs", "create rolebindings",
                "delete networkpolicies", "list tiers.projectcalico.org", "patch sites.example.org",
            ] {
                #expect(result.seen.contains(words), "\(words) in \(result.seen)")
            }
        }
    }

    @Test func `an SFU with another site's address is named at both`() throws {
        func stored(_ address: String) throws -> HelmRelease {
            try JSONDecoder().decode(
                HelmRelease.self,
                from: Data(
                    #"""
                    {"name":"ess","namespace":"ess","version":1,"manifest":"",
                     "info":{"status":"deployed","description":"","last_deployed":""},
                     "config":{"matrixRTC":{"sfu":{"manualIP":"\#(address)"}}}}
                    """#.utf8))
        }
        let results = ReleasePreflight.ownAddresses(
            try [("dc1", "192.0.2.1"), ("dc2", "192.0.2.1"), ("dc3", "192.0.2.3")].map { ($0, try stored($1)) })
        #expect(results.map(\.verdict) == [.failing, .failing, .ok])
        #expect(results[0].seen == "matrixRTC.sfu.manualIP is 192.0.2.1, which is that of dc2")
    }

    @Test(
        arguments: [
            (0, [], .ok, "stop all 1 workloads"), (2, [], .failing, "no values are known that stop ess-a"),
            (0, ["ess-synapse-check-config"], .failing, "ess-synapse-check-config would run"),
        ] as [(Int, [String], CheckVerdict, String)])
    func `values that do not stop a release are named`(
        replicas: Int, hooks: [String], verdict: CheckVerdict, words: String
    ) throws {
        let manifest = try ReleaseManifest(
            "{kind: Deployment, metadata: {name: ess-a}, spec: {replicas: \(replicas)}}", at: "test")
        let result = ReleasePreflight.standby(manifest, hooks: hooks, at: "dc1")
        #expect(result.verdict == verdict && result.seen.contains(words), "\(result.seen)")
    }
}
