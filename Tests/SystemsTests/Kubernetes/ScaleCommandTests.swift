import FailoverModel
import Synchronization
import Testing

@testable import Systems

@Suite("Scaling a release down and up")
struct ScaleCommandTests {
    func context(
        _ topology: Topology, site: String, remembered: JSONValue? = nil, history: [String: JSONValue] = [:],
        accepted: Set<String> = []
    ) -> StepContext {
        StepContext(
            run: "r", step: "s", site: site, from: "dc1", to: "dc2", others: [], topology: topology,
            remembered: remembered,
            history: history, accepted: accepted)
    }

    func ess(_ api: ScriptedAPI, replicas: Int64 = 2) {
        api.add("StatefulSet", "main", replicas: min(replicas, 1))
        api.add("Deployment", "web", replicas: replicas)
        api.add("Deployment", "foreign", replicas: 3, release: "other")
        if replicas > 0 {
            api.addPod("main-0", of: "main", owner: ["kind": "StatefulSet", "name": "main", "controller": true])
            api.addPod("web-1", of: "web", owner: ["kind": "ReplicaSet", "name": "web-1", "controller": true])
            api.addPod("web-hook", of: "web", owner: ["kind": "Job", "name": "hook", "controller": true])
        }
    }

    @Test func `down remembers the counts, scales only this release and waits for the pods`() async throws {
        let api = ScriptedAPI()
        ess(api)
        let (access, topology) = try api.access()
        let command = ScaleDownCommand(access: access)
        let first = context(topology, site: "dc1")
        let finding = try await command.examine(first)
        #expect(finding.verdict == .needed)
        #expect(finding.sentence == "2 of 2 workloads want replicas and will be scaled to 0: web 2, main 1")
        let entries = try #require(RememberedCounts(facts: finding.facts)?.entries)
        #expect(entries.map(\.replicas) == [2, 1] && entries.map(\.uid) == ["uid-web", "uid-main"])
        guard case .workloads(let seen)? = finding.observations.first?.seen else { throw Missing() }
        #expect(seen.workloads.map(\.pods) == [1, 1])

        try await command.act(first, on: finding)
        #expect(api.replicas("Deployment/web") == 0 && api.replicas("Deployment/foreign") == 3)
        #expect(
            api.requests.contains("PATCH /apis/apps/v1/namespaces/ess/statefulsets/main/scale?fieldManager=handover"))
        #expect(api.state.withLock { $0.bodies } == [#"{"spec":{"replicas":0}}"#, #"{"spec":{"replicas":0}}"#])
        let waiting = try await command.verify(first, after: finding)
        #expect(
            waiting.verdict == .waiting && waiting.sentence.contains("pods still there (2): web-1 (running), main-0"))
        api.settle()
        let done = try await command.verify(first, after: finding)
        #expect(done.verdict == .done && done.facts == finding.facts)
    }

    @Test func `after a crash between two scales the first counts are kept and restored`() async throws {
        let api = ScriptedAPI()
        ess(api)
        let (access, topology) = try api.access()
        let command = ScaleDownCommand(access: access)
        let facts = try await command.examine(context(topology, site: "dc1")).facts
        try await access.release(at: "dc1").scale(WorkloadKey(kind: .deployment, name: "web"), to: 0)
        let resumed = context(topology, site: "dc1", remembered: facts)
        let again = try await command.examine(resumed)
        #expect(again.verdict == .needed && again.facts == facts)
        try await command.act(resumed, on: again)
        api.settle()
        let undo = try await command.examineUndo(resumed)
        #expect(undo.verdict == .needed)
        try await command.undo(resumed, on: undo)
        #expect(api.replicas("Deployment/web") == 2 && api.replicas("StatefulSet/main") == 1)
        #expect(try await command.examineUndo(resumed).verdict == .waiting)
        api.settle()
        #expect(try await command.examineUndo(resumed).verdict == .done)
    }

    @Test func `undo leaves a count that a person has set, and names it`() async throws {
        let api = ScriptedAPI()
        ess(api)
        let (access, topology) = try api.access()
        let command = ScaleDownCommand(access: access)
        let start = context(topology, site: "dc1")
        let finding = try await command.examine(start)
        try await command.act(start, on: finding)
        try await access.release(at: "dc1").scale(WorkloadKey(kind: .deployment, name: "web"), to: 5)
        let undo = try await command.examineUndo(context(topology, site: "dc1", remembered: finding.facts))
        #expect(undo.sentence.contains("main to 1") && undo.sentence.contains("web was set to 5 by somebody"))
        try await command.undo(context(topology, site: "dc1", remembered: finding.facts), on: undo)
        #expect(api.replicas("Deployment/web") == 5 && api.replicas("StatefulSet/main") == 1)
    }

    @Test func `an autoscaler of a workload is named as a warning, others are not`() async throws {
        let api = ScriptedAPI()
        ess(api)
        func autoscaler(_ name: String, of target: String) -> JSONValue {
            [
                "metadata": ["name": .string(name)],
                "spec": ["scaleTargetRef": ["kind": "Deployment", "name": .string(target)]],
            ]
        }
        let list: JSONValue = ["items": [autoscaler("h1", of: "web"), autoscaler("h2", of: "foreign")]]
        api.state.withLock { $0.scripted = [("GET /apis/autoscaling/v2", ScriptedAPI.json(list))] }
        let (access, topology) = try api.access()
        let finding = try await ScaleDownCommand(access: access).examine(context(topology, site: "dc1"))
        #expect(finding.sentence.hasSuffix("Warning: autoscalers may change counts again: h1 targets web"))
    }

    @Test(arguments: [
        ("In", ["a", "b"], true, false), ("NotIn", ["a"], false, true), ("Exists", [], true, false),
        ("DoesNotExist", [], false, true), ("Unknown", ["a"], false, false),
    ])
    func `a selector's expressions hold as Kubernetes says`(
        operation: String, values: [String], present: Bool, absent: Bool
    ) {
        let expression = LabelSelector.Expression(key: "k", operator: operation, values: values)
        let selector = LabelSelector(matchLabels: ["app": "x"], matchExpressions: [expression])
        #expect(selector.selects(["app": "x", "k": "a"]) == present)
        #expect(selector.selects(["app": "x"]) == absent)
        #expect(!selector.selects(["k": "a"]))
        #expect(!LabelSelector().selects(["app": "x"]))
    }

    @Test func `a release that is not there is refused until a person says so`() async throws {
        let api = ScriptedAPI()
        let (access, topology) = try api.access()
        let command = ScaleDownCommand(access: access)
        let refused = try await command.examine(context(topology, site: "dc1"))
        #expect(refused.verdict == .refused(rule: "no-workloads-found", acceptance: "dc1-has-no-workloads"))
        let accepted = try await command.examine(context(topology, site: "dc1", accepted: ["dc1-has-no-workloads"]))
        #expect(accepted.verdict == .done)
    }

    @Test func `ended pods hold nothing up, pods of unknown state and terminating ones do`() async throws {
        let api = ScriptedAPI()
        ess(api, replicas: 0)
        api.addPod("web-evicted", of: "web", phase: "Failed", status: ["reason": "Evicted"])
        let (access, topology) = try api.access()
        let command = ScaleDownCommand(access: access)
        let done = try await command.examine(context(topology, site: "dc1"))
        #expect(done.verdict == .done && done.sentence.contains("web-evicted (Evicted)"))
        api.addPod("web-lost", of: "web", phase: "Unknown")
        #expect(try await command.examine(context(topology, site: "dc1")).verdict == .waiting)
    }

    @Test func `up takes counts from topology, the other site, the annotation, else 1, and says which`() async throws {
        let api = ScriptedAPI()
        for name in ["a", "b", "c", "d", "e"] { api.add("Deployment", name, replicas: name == "e" ? 4 : 0) }
        api.add("Deployment", "c", replicas: 0, annotations: ["handover/replicas": "3"])
        let (access, topology) = try api.access(KubernetesRelease(release: "ess", replicas: ["a": 2]))
        let history: JSONValue = [
            "command": "kubernetes.scale-down", "site": "dc1",
            "workloads": [
                ["kind": "Deployment", "name": "b", "replicas": 5], ["kind": "Deployment", "name": "e", "replicas": 1],
            ],
        ]
        let command = ScaleUpCommand(access: access)
        let start = context(topology, site: "dc2", history: ["down": history])
        let finding = try await command.examine(start)
        #expect(
            finding.sentence
                == "4 of 5 workloads will be scaled up: a 0 to 2 (topology), b 0 to 5 (as at dc1), c 0 to 3 (annotation), d 0 to 1 (default)"
        )
        try await command.act(start, on: finding)
        #expect(["a", "b", "c", "d", "e"].map { api.replicas("Deployment/\($0)") } == [2, 5, 3, 1, 4])
        api.addPod(
            "b-1", of: "b", phase: "Pending",
            status: [
                "containerStatuses": [
                    ["name": "x", "ready": false, "state": ["waiting": ["reason": "ImagePullBackOff"]]]
                ]
            ])
        let waiting = try await command.verify(start, after: finding)
        #expect(waiting.verdict == .waiting && waiting.sentence.contains("b-1: ImagePullBackOff"))
        api.settle()
        #expect(try await command.verify(start, after: finding).verdict == .done)

        let back = context(topology, site: "dc2", remembered: finding.facts)
        let undo = try await command.examineUndo(back)
        try await command.undo(back, on: undo)
        #expect(["a", "b", "c", "d", "e"].map { api.replicas("Deployment/\($0)") } == [0, 0, 0, 0, 4])
    }

    @Test func `a site found wholly at 0 says nothing about counts, a single 0 does`() async throws {
        let api = ScriptedAPI()
        api.add("Deployment", "a", replicas: 0)
        api.add("Deployment", "b", replicas: 0)
        let (access, topology) = try api.access()
        func history(_ a: Int64, _ b: Int64) -> JSONValue {
            [
                "command": "kubernetes.scale-down", "site": "dc1",
                "workloads": [
                    ["kind": "Deployment", "name": "a", "replicas": .integer(a)],
                    ["kind": "Deployment", "name": "b", "replicas": .integer(b)],
                ],
            ]
        }
        let command = ScaleUpCommand(access: access)
        let stopped = try await command.examine(context(topology, site: "dc2", history: ["d": history(0, 0)]))
        #expect(stopped.sentence.contains("a 0 to 1, b 0 to 1 (default)"))
        let off = try await command.examine(context(topology, site: "dc2", history: ["d": history(2, 0)]))
        #expect(off.sentence.contains("a 0 to 2 (as at dc1)") && off.sentence.contains("stays at 0: b (as at dc1)"))
    }

    struct Missing: Error {}
}
