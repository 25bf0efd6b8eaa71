import Testing

@testable import Rehearsal

/// The API's rules, asked without a network.
struct APIRequestHandlerTests {
    private let cluster: KubernetesCluster
    private let handler: APIRequestHandler
    private static let deployments = "/apis/apps/v1/namespaces/default/deployments"
    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    init() async throws {
        cluster = try KubernetesCluster(
            stateFilePath: nil, timing: PodTiming(startDelay: .zero, terminationDelay: .zero))
        handler = APIRequestHandler(cluster: cluster, access: KubernetesAccessControl(rules: [:]))
        _ = await cluster.reconcile()
    }

    private func ask(
        _ method: String, _ path: String, _ body: String = "", type: String = "application/json",
        accept: String = "application/json"
    ) async throws -> APIValue {
        let parts = path.split(separator: "?", maxSplits: 1)
        let request = APIRequest(
            method: method, path: String(parts[0]), query: APIRequest.query(parts.count > 1 ? String(parts[1]) : ""),
            contentType: type, accept: accept, userAgent: "test/1", body: Array(body.utf8),
            identity: ClientIdentity(user: "tester"))
        switch try await handler.answer(request) {
        case .object(let object, _): return object
        case .bytes(let bytes, _): return try APIValue(json: bytes)
        case .watch(let watch):
            var lines = WatchLines()
            let text = String(decoding: watch.firstLines(&lines), as: UTF8.self)
            return .array(try text.split(separator: "\n").map { try APIValue(json: Array($0.utf8)) })
        }
    }

    private func refusal(_ method: String, _ path: String, _ body: String = "", type: String = "application/json") async
        -> APIFailure?
    {
        await #expect(throws: APIFailure.self) { try await ask(method, path, body, type: type) }
    }

    private func apply(_ yaml: String, to path: String, manager: String, force: Bool = false) async throws -> APIValue {
        try await ask(
            "PATCH", "\(path)?fieldManager=\(manager)&force=\(force)", yaml, type: "application/apply-patch+yaml")
    }

    /// Lets the controllers run until nothing changes any more.
    private func settle() async {
        for _ in 0..<12 { _ = await cluster.reconcile() }
    }

    private func createDeployment(replicas: Int) async throws -> APIValue {
        try await ask(
            "POST", Self.deployments, KubernetesManifests.deployment("web", replicas: replicas),
            type: "application/yaml")
    }

    // MARK: Objects

    @Test func `generation counts changes of the spec, and the controller follows`() async throws {
        let created = try await createDeployment(replicas: 2)
        #expect(created.generation == 1)
        #expect(created["status", "observedGeneration"] == nil)
        await settle()
        let path = "\(Self.deployments)/web"
        #expect(try await ask("GET", path)["status", "observedGeneration"] == 1)
        let labelled = try await ask(
            "PATCH", path, #"{"metadata":{"labels":{"x":"y"}}}"#, type: "application/merge-patch+json")
        #expect(labelled.generation == 1)
        let scaled = try await ask("PATCH", path, #"{"spec":{"replicas":1}}"#, type: "application/merge-patch+json")
        #expect(scaled.generation == 2)
        #expect(scaled["status", "observedGeneration"] == 1)
        await settle()
        let settled = try await ask("GET", path)
        #expect(settled["status", "observedGeneration"] == 2)
        #expect(settled["status", "readyReplicas"] == 1)
    }

    @Test func `an unchanged write keeps the resource version`() async throws {
        let created = try await createDeployment(replicas: 0)
        let path = "\(Self.deployments)/web"
        let again = try await ask("PUT", path, created.json)
        #expect(again.resourceVersion == created.resourceVersion)
    }

    @Test func `refusals have Kubernetes' texts`() async throws {
        _ = try await createDeployment(replicas: 0)
        let missing = await refusal("GET", "\(Self.deployments)/none")
        #expect(missing?.message == "deployments.apps \"none\" not found")
        let twice = await refusal(
            "POST", Self.deployments, KubernetesManifests.deployment("web", replicas: 1), type: "application/yaml")
        #expect(twice?.reason == "AlreadyExists")
        #expect(twice?.message == "deployments.apps \"web\" already exists")
        let negative = await refusal(
            "PATCH", "\(Self.deployments)/web", #"{"spec":{"replicas":-1}}"#, type: "application/merge-patch+json")
        #expect(negative?.code == 422)
        #expect(
            negative?.message
                == "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"
        )
        #expect(await refusal("PATCH", "\(Self.deployments)/web", "{}", type: "text/plain")?.code == 415)
        #expect(await refusal("POST", "\(Self.deployments)/web", "{}")?.code == 405)
        let unknown = await refusal("GET", "/apis/nothing/v1/things")
        #expect(unknown?.message == "the server could not find the requested resource")
        let nowhere = await refusal("POST", "/api/v1/namespaces/none/configmaps", #"{"metadata":{"name":"a"}}"#)
        #expect(nowhere?.message == "namespaces \"none\" not found")
        let wrongKind = await refusal("POST", Self.configMaps, #"{"kind":"Secret","apiVersion":"v1"}"#)
        #expect(wrongKind?.code == 400)
    }

    @Test func `an immutable secret keeps its data`() async throws {
        let path = "/api/v1/namespaces/default/secrets"
        _ = try await ask("POST", path, #"{"metadata":{"name":"s"},"immutable":true,"stringData":{"a":"b"}}"#)
        let refused = await refusal(
            "PATCH", "\(path)/s", #"{"data":{"a":"eA=="}}"#, type: "application/merge-patch+json")
        #expect(
            refused?.message
                == "Secret \"s\" is invalid: data: Forbidden: field is immutable when `immutable` is set")
    }

    @Test func `a dry run changes nothing, and generated names differ`() async throws {
        _ = try await ask("POST", "\(Self.configMaps)?dryRun=All", #"{"metadata":{"name":"dry"}}"#)
        #expect(await refusal("GET", "\(Self.configMaps)/dry")?.code == 404)
        let one = try await ask("POST", Self.configMaps, #"{"metadata":{"generateName":"g-"}}"#)
        let two = try await ask("POST", Self.configMaps, #"{"metadata":{"generateName":"g-"}}"#)
        #expect(one.name.hasPrefix("g-") && one.name != two.name)
    }

    // MARK: Lists and watches

    @Test func `a list comes in pages`() async throws {
        for name in ["a", "b", "c"] {
            _ = try await ask("POST", Self.configMaps, #"{"metadata":{"name":"\#(name)"}}"#)
        }
        let first = try await ask("GET", "\(Self.configMaps)?limit=2")
        #expect(first["items"]?.items?.map(\.name) == ["a", "b"])
        #expect(first["metadata", "remainingItemCount"] == 1)
        let token = try #require(first["metadata", "continue"]?.text)
        let second = try await ask("GET", "\(Self.configMaps)?limit=2&continue=\(token)")
        #expect(second["items"]?.items?.map(\.name) == ["c"])
        #expect(second["metadata", "continue"] == nil)
    }

    @Test func `a watch from a version tells the changes since, seen through its selector`() async throws {
        let start = try await ask("GET", Self.configMaps)["metadata", "resourceVersion"]?.text ?? ""
        let path = "\(Self.configMaps)/a"
        let merge = "application/merge-patch+json"
        _ = try await ask("POST", Self.configMaps, #"{"metadata":{"name":"a"}}"#)
        _ = try await ask("PATCH", path, #"{"metadata":{"labels":{"on":"1"}}}"#, type: merge)
        _ = try await ask("PATCH", path, #"{"data":{"x":"1"}}"#, type: merge)
        _ = try await ask("PATCH", path, #"{"metadata":{"labels":{"on":null}}}"#, type: merge)
        let events = try await ask("GET", "\(Self.configMaps)?watch=1&resourceVersion=\(start)&labelSelector=on")
        #expect(events.items?.compactMap { $0["type"]?.text } == ["ADDED", "MODIFIED", "DELETED"])
        let initial = try await ask(
            "GET",
            "\(Self.configMaps)?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        )
        #expect(initial.items?.last?["type"] == "BOOKMARK")
        #expect(initial.items?.first?["type"] == "ADDED")
    }

    @Test func `a table has kubectl's columns`() async throws {
        _ = try await createDeployment(replicas: 1)
        await settle()
        let table = try await ask(
            "GET", "/api/v1/namespaces/default/pods",
            accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        let names = table["columnDefinitions"]?.items?.filter { $0["priority"] == 0 }.compactMap { $0["name"]?.text }
        #expect(names == ["Name", "Ready", "Status", "Restarts", "Age"])
        let cells = table["rows"]?.items?.first?["cells"]?.items?.compactMap(\.text)
        #expect(cells?[1...2] == ["1/1", "Running"])
    }

    // MARK: Server-side apply

    private static func configMap(_ data: String) -> String {
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {\(data)}}"
    }

    @Test func `a field that a manager no longer applies goes, unless another owns it too`() async throws {
        let path = "\(Self.configMaps)/a"
        _ = try await apply(Self.configMap("x: '1', y: '1', z: '1'"), to: path, manager: "one")
        _ = try await apply(Self.configMap("y: '1'"), to: path, manager: "two")
        let left = try await apply(Self.configMap("z: '1'"), to: path, manager: "one")
        #expect(left["data"] == ["y": "1", "z": "1"])
        let managers = left["metadata", "managedFields"]?.items ?? []
        #expect(managers.map { $0["manager"]?.text } == ["one", "two"])
        #expect(managers.first?["fieldsV1"] == ["f:data": ["f:z": .object([:])]])
        #expect(managers.first?["operation"] == "Apply")
    }

    @Test func `a conflict names the manager and the field, and force takes it`() async throws {
        let path = "\(Self.configMaps)/a"
        _ = try await apply(Self.configMap("x: '1'"), to: path, manager: "one")
        let failure = await #expect(throws: APIFailure.self) {
            try await apply(Self.configMap("x: '2'"), to: path, manager: "two")
        }
        #expect(failure?.code == 409)
        #expect(failure?.message == "Apply failed with 1 conflict: conflict with \"one\": .data.x")
        #expect(
            failure?.causes == [
                APIFailure.Cause(reason: "FieldManagerConflict", message: "conflict with \"one\"", field: ".data.x")
            ])
        let forced = try await apply(Self.configMap("x: '2'"), to: path, manager: "two", force: true)
        #expect(forced["data", "x"] == "2")
        #expect(forced["metadata", "managedFields"]?.items?.count == 1)
    }

    @Test func `the same value may have two owners, and an apply needs a manager`() async throws {
        let path = "\(Self.configMaps)/a"
        _ = try await apply(Self.configMap("x: '1'"), to: path, manager: "one")
        let shared = try await apply(Self.configMap("x: '1'"), to: path, manager: "two")
        #expect(shared["metadata", "managedFields"]?.items?.count == 2)
        let refused = await refusal("PATCH", path, Self.configMap("x: '1'"), type: "application/apply-patch+yaml")
        #expect(refused?.code == 422)
    }

    @Test func `an apply again changes nothing, and replicas left out go back to the default`() async throws {
        let path = "\(Self.deployments)/web"
        let first = try await apply(KubernetesManifests.deployment("web", replicas: 3), to: path, manager: "one")
        let second = try await apply(KubernetesManifests.deployment("web", replicas: 3), to: path, manager: "one")
        #expect(first.resourceVersion == second.resourceVersion)
        let without = KubernetesManifests.deployment("web", replicas: 3).replacing("  replicas: 3\n", with: "")
        let third = try await apply(without, to: path, manager: "one")
        #expect(third["spec", "replicas"] == 1)
    }

    // MARK: Scale and deletion

    @Test func `a scale is read and written by itself`() async throws {
        _ = try await createDeployment(replicas: 1)
        await settle()
        let path = "\(Self.deployments)/web/scale"
        var scale = try await ask("GET", path)
        #expect(scale["kind"] == "Scale")
        #expect(scale["status"] == ["replicas": 1, "selector": "app=web"])
        scale["spec", "replicas"] = 2
        #expect(try await ask("PUT", path, scale.json)["spec", "replicas"] == 2)
        let stale = await refusal("PUT", path, scale.json)
        #expect(stale?.reason == "Conflict")
        _ = try await ask(
            "PATCH", path, #"[{"op":"replace","path":"/spec/replicas","value":0}]"#, type: "application/json-patch+json"
        )
        #expect(try await ask("GET", "\(Self.deployments)/web")["spec", "replicas"] == 0)
    }

    @Test(arguments: ["Background", "Foreground", "Orphan"])
    func `a deletion treats dependents as it was asked to`(policy: String) async throws {
        _ = try await createDeployment(replicas: 1)
        await settle()
        _ = try await ask("DELETE", "\(Self.deployments)/web", #"{"propagationPolicy":"\#(policy)"}"#)
        await settle()
        #expect(await refusal("GET", "\(Self.deployments)/web")?.code == 404)
        let replicaSets = try await ask("GET", "/apis/apps/v1/namespaces/default/replicasets")["items"]?.items ?? []
        #expect(replicaSets.count == (policy == "Orphan" ? 1 : 0))
    }

    @Test func `a deletion keeps to its preconditions, and finalizers hold it`() async throws {
        let path = "\(Self.configMaps)/a"
        _ = try await ask("POST", Self.configMaps, #"{"metadata":{"name":"a","finalizers":["x/y"]}}"#)
        #expect(await refusal("DELETE", path, #"{"preconditions":{"uid":"other"}}"#)?.code == 409)
        let going = try await ask("DELETE", path)
        #expect(going.isTerminating)
        _ = try await ask("PATCH", path, #"{"metadata":{"finalizers":null}}"#, type: "application/merge-patch+json")
        #expect(await refusal("GET", path)?.code == 404)
    }

    @Test func `a namespace takes its content with it`() async throws {
        _ = try await ask("POST", "/api/v1/namespaces", #"{"metadata":{"name":"gone"}}"#)
        _ = try await ask("POST", "/api/v1/namespaces/gone/configmaps", #"{"metadata":{"name":"a"}}"#)
        _ = try await ask("DELETE", "/api/v1/namespaces/gone")
        await settle()
        // The namespace's own finalizers are the controller's to clear.
        #expect(await refusal("GET", "/api/v1/namespaces/gone")?.code == 404)
    }

    @Test func `a job ends, and one that must fail fails`() async throws {
        let path = "/apis/batch/v1/namespaces/default/jobs"
        for (name, code) in [("good", "0"), ("bad", "3")] {
            _ = try await ask(
                "POST", path,
                """
                metadata: {name: \(name)}
                spec:
                  backoffLimit: 0
                  template:
                    metadata: {annotations: {rehearsal.handover/exit-code: "\(code)"}}
                    spec: {restartPolicy: Never, containers: [{name: j, image: "j:1"}]}
                """, type: "application/yaml")
        }
        await settle()
        let types = { (job: APIValue) in (job["status", "conditions"]?.items ?? []).compactMap { $0["type"]?.text } }
        #expect(types(try await ask("GET", "\(path)/good")).contains("Complete"))
        #expect(types(try await ask("GET", "\(path)/bad")) == ["Failed"])
    }

    @Test func `a deleted pod comes back, and pods of a StatefulSet keep their names`() async throws {
        _ = try await ask(
            "POST", "/apis/apps/v1/namespaces/default/statefulsets",
            KubernetesManifests.statefulSet("main", replicas: 2),
            type: "application/yaml")
        await settle()
        let pods = "/api/v1/namespaces/default/pods"
        let before = try await ask("GET", "\(pods)/main-0")
        _ = try await ask("DELETE", "\(pods)/main-0")
        await settle()
        let after = try await ask("GET", "\(pods)/main-0")
        #expect(after.uid != before.uid)
        #expect(await cluster.readyPods(namespace: "default", kind: "StatefulSet", name: "main") == 2)
    }

    @Test func `protobuf of a typed client is read`() async throws {
        // `k8s\0`, TypeMeta (v1, ConfigMap), and metadata.name `a` with data `x: 1`.
        let raw: [UInt8] = [0x0A, 0x03, 0x0A, 0x01, 0x61, 0x12, 0x06, 0x0A, 0x01, 0x78, 0x12, 0x01, 0x31]
        let meta: [UInt8] = [0x0A, 0x02] + Array("v1".utf8) + [0x12, 0x09] + Array("ConfigMap".utf8)
        let envelope: [UInt8] = [0x0A, UInt8(meta.count)] + meta + [0x12, UInt8(raw.count)] + raw
        let body = Array("k8s\0".utf8) + envelope
        #expect(
            try ProtobufDecoding.object(body)
                == ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"], "data": ["x": "1"]])
        for length in 0..<body.count - 1 {
            _ = try? ProtobufDecoding.object(Array(body.prefix(length)))
        }
    }
}
