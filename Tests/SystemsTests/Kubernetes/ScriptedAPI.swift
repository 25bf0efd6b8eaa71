import FailoverModel
import Foundation
import Synchronization

@testable import Systems

/// An API server in a dictionary: workloads, pods that follow them when told to, and answers to give instead.
final class ScriptedAPI: HTTPTransport {
    struct State {
        var workloads: [String: [String: JSONValue]] = [:]
        var pods: [JSONValue] = []
        var requests: [String] = []
        var bodies: [String] = []
        /// Given, one after the other, before anything else is looked at: method and path prefix, and the answer.
        var scripted: [(when: String, answer: HTTPResponse)] = []
        var sent: [HTTPRequest] = []
    }

    let state = Mutex(State())
    var requests: [String] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
        let target = try HTTPTarget(request)
        let line = "\(request.method.rawValue) \(target.rest)"
        return state.withLock { state in
            state.requests.append(line)
            state.sent.append(request)
            if let body = request.body { state.bodies.append(String(decoding: body, as: UTF8.self)) }
            if let index = state.scripted.firstIndex(where: { line.hasPrefix($0.when) }) {
                return state.scripted.remove(at: index).answer
            }
            return Self.answer(request, String(target.rest.prefix { $0 != "?" }), &state)
        }
    }

    func add(
        _ kind: String, _ name: String, replicas: Int64, ready: Int64? = nil, annotations: [String: JSONValue] = [:],
        release: String = "ess"
    ) {
        let ready = ready ?? replicas
        state.withLock {
            $0.workloads["\(kind)/\(name)"] = [
                "metadata": [
                    "name": .string(name), "uid": .string("uid-\(name)"), "generation": 1,
                    "annotations": .object(
                        annotations.merging([
                            "meta.helm.sh/release-name": .string(release), "meta.helm.sh/release-namespace": "ess",
                        ]) { first, _ in first }),
                ],
                "spec": ["replicas": .integer(replicas), "selector": ["matchLabels": ["app": .string(name)]]],
                "status": [
                    "readyReplicas": .integer(ready), "updatedReplicas": .integer(ready), "observedGeneration": 1,
                ],
            ]
        }
    }

    func addPod(
        _ name: String, of workload: String, owner: JSONValue = .null, phase: String = "Running",
        status: JSONValue = [:]
    ) {
        var fields = status.fields ?? [:]
        fields["phase"] = .string(phase)
        var metadata: [String: JSONValue] = ["name": .string(name), "labels": ["app": .string(workload)]]
        if !owner.isNull { metadata["ownerReferences"] = [owner] }
        let pod: JSONValue = ["metadata": .object(metadata), "status": .object(fields)]
        state.withLock { $0.pods.append(pod) }
    }

    func replicas(_ key: String) -> Int64? {
        state.withLock { $0.workloads[key]?["spec"]?["replicas"]?.integer }
    }

    /// What the controllers do: statuses follow, pods of stopped workloads go.
    func settle() {
        state.withLock { state in
            for (key, object) in state.workloads {
                let wanted = object["spec"]?["replicas"] ?? 1
                state.workloads[key]?["status"] = [
                    "readyReplicas": wanted, "updatedReplicas": wanted,
                    "observedGeneration": object["metadata"]?["generation"] ?? 1,
                ]
                if wanted == 0 {
                    state.pods.removeAll {
                        $0["metadata"]?["labels"]?["app"]?.text == String(key.split(separator: "/")[1])
                    }
                }
            }
        }
    }

    static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, body: (try? value.encoded(at: "test")) ?? Data())
    }

    static func failure(_ status: Int, reason: String, message: String, details: JSONValue = [:]) -> HTTPResponse {
        json(
            [
                "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason),
                "message": .string(message), "details": details,
            ], status: status)
    }

    private static func answer(_ request: HTTPRequest, _ path: String, _ state: inout State) -> HTTPResponse {
        let base = "/apis/apps/v1/namespaces/ess/"
        for (resource, kind) in [("deployments", "Deployment"), ("statefulsets", "StatefulSet")] {
            if path == base + resource {
                let items = state.workloads.filter { $0.key.hasPrefix("\(kind)/") }.map { JSONValue.object($0.value) }
                return json(["kind": .string("\(kind)List"), "metadata": [:], "items": .array(items)])
            }
            let name = path.dropFirst((base + resource + "/").count).split(separator: "/").first.map(String.init) ?? ""
            let key = "\(kind)/\(name)"
            if path == "\(base)\(resource)/\(name)", request.method == .get, let object = state.workloads[key] {
                return json(.object(object))
            }
            if path == "\(base)\(resource)/\(name)/scale", request.method == .patch, var object = state.workloads[key],
                let patch = try? JSONValue(decoding: request.body ?? Data(), at: ""),
                let count = patch["spec"]?["replicas"]
            {
                var spec = object["spec"]?.fields ?? [:]
                spec["replicas"] = count
                object["spec"] = .object(spec)
                var metadata = object["metadata"]?.fields ?? [:]
                metadata["generation"] = .integer((metadata["generation"]?.integer ?? 0) + 1)
                object["metadata"] = .object(metadata)
                state.workloads[key] = object
                return json(["kind": "Scale", "spec": ["replicas": count]])
            }
        }
        if path == "/api/v1/namespaces/ess/pods" { return json(["metadata": [:], "items": .array(state.pods)]) }
        return failure(404, reason: "NotFound", message: "the server could not find the requested resource")
    }
}

extension ScriptedAPI {
    /// Access by a real kubeconfig, whose server has a path. Both sites of the topology lead to this one API.
    func access(_ release: KubernetesRelease? = nil) throws -> (KubernetesAccess, Topology) {
        let file = FileManager.default.temporaryDirectory.appending(path: "handover-kube-\(UUID().uuidString)").path
        try """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts: [{name: c, context: {cluster: c, user: u, namespace: ess}}]
        clusters: [{name: c, cluster: {server: "https://api.example:6443/prefix/"}}]
        users: [{name: u, user: {token: hunter2}}]
        """.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        var own = release ?? KubernetesRelease(release: "ess")
        own.kubeconfig = file
        let topology = Topology(
            name: "t",
            sites: [Topology.Site(name: "dc1", postgres: []), Topology.Site(name: "dc2", postgres: [])].map {
                var site = $0
                site.kubernetes = own
                return site
            })
        var retry = KubernetesRetry()
        retry.firstMilliseconds = 1
        let access = KubernetesAccess(
            topology: topology, baseDirectory: "/", environment: [:], transport: Prefixed(api: self), retry: retry)
        for site in ["dc1", "dc2"] { _ = try access.client(site: site) }  // reads the file before it goes
        return (access, topology)
    }

    /// Takes the server's path prefix off, and fails where it is missing.
    private struct Prefixed: HTTPTransport {
        var api: ScriptedAPI

        func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
            let prefix = "https://api.example:6443/prefix/"
            guard request.url.hasPrefix(prefix) else { return HTTPResponse(status: 404) }
            var inner = request
            inner.url = "https://api.example:6443/" + request.url.dropFirst(prefix.count)
            return try await api.send(inner)
        }
    }
}
