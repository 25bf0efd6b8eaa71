import FailoverModel
import Foundation
import Testing

@testable import Systems

/// A release is done when every workload is at its count and no pod of another state is left, whatever Helm says.
struct SettledReleaseTests {
    private static func pod(_ name: String, phase: String = "Running", isReady: Bool = true, _ rest: JSONValue = [:])
        -> JSONValue
    {
        var status: [String: JSONValue] = [
            "phase": .string(phase),
            "conditions": [["type": "Ready", "status": isReady ? "True" : "False"]],
        ]
        for (key, value) in rest["status"]?.fields ?? [:] { status[key] = value }
        var metadata: [String: JSONValue] = ["name": .string(name)]
        for (key, value) in rest["metadata"]?.fields ?? [:] { metadata[key] = value }
        return ["metadata": .object(metadata), "status": .object(status)]
    }

    private static let sound = pod("web-1")
    private static let crashing = pod(
        "web-2", isReady: false,
        [
            "status": [
                "containerStatuses": [
                    ["name": "c", "ready": false, "state": ["waiting": ["reason": "CrashLoopBackOff"]]]
                ]
            ]
        ])
    private static let pending = pod(
        "web-2", phase: "Pending", isReady: false,
        [
            "status": [
                "conditions": [
                    [
                        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                        "message": "0/3 nodes are available",
                    ]
                ]
            ]
        ])
    private static let ending = pod("web-old", ["metadata": ["deletionTimestamp": "2026-11-22T20:00:00Z"]])

    static let cases: [(ready: Int64, updated: Int64, pods: [JSONValue], says: String?)] = [
        (2, 2, [sound, pod("web-2")], nil), (1, 2, [sound, crashing], "web 1/2; web-2: CrashLoopBackOff"),
        (1, 2, [sound, pending], "web 1/2; web-2: Unschedulable (0/3 nodes are available)"),
        (2, 1, [sound, pod("web-old")], "not all pods of web are of its new revision: web-1, web-old"),
        (2, 2, [sound, pod("web-2"), ending], "web has 3 pods, and 2 are wanted: web-old (terminating)"),
        (2, 2, [sound, pod("web-3"), crashing], "web has 3 pods, and 2 are wanted: web-2: CrashLoopBackOff"),
        // An evicted pod runs nothing, and stays until somebody removes it.
        (2, 2, [sound, pod("web-2"), pod("web-0", phase: "Failed", isReady: false)], nil),
    ]

    @Test(arguments: cases)
    func `a pod that is crashing, pending, of an earlier revision or ending keeps it waiting by its name`(
        ready: Int64, updated: Int64, pods: [JSONValue], says: String?
    ) throws {
        let look = try makeLook(ready: ready, updated: updated, pods: pods)
        let found = look.settled(["revision": 1, "workloads": [Self.intended]])
        #expect(found.verdict == (says == nil ? .done : .waiting), "\(found.sentence)")
        if let says { #expect(found.sentence.contains(says), "\(found.sentence)") }
    }

    private static let intended: JSONValue = [
        "kind": "Deployment", "name": "web", "replicas": 0, "intended": 2, "uid": "u",
    ]

    private func makeLook(ready: Int64, updated: Int64, pods: [JSONValue]) throws -> ReleaseLook {
        let (access, _) = try ScriptedAPI().access()
        let program = HelmProgram(
            release: try access.release(at: "dc2"), chart: HelmChart(reference: "/c"), values: [], environment: [:])
        let stored: JSONValue = [
            "version": 2, "manifest": "",
            "info": ["status": "deployed", "description": "", "last_deployed": "2026-11-22T20:00:00Z"],
        ]
        let object: JSONValue = [
            "metadata": ["name": "web", "uid": "u", "generation": 1], "spec": ["replicas": 2],
            "status": [
                "readyReplicas": .integer(ready), "updatedReplicas": .integer(updated), "observedGeneration": 1,
            ],
        ]
        let workload = ReleaseWorkloads.Workload(
            kind: .deployment, object: try decode(object), pods: try pods.map { try decode($0) }, autoscalers: [])
        return ReleaseLook(
            program: program, stored: try decode(stored), live: ReleaseWorkloads(workloads: [workload]))
    }

    private func decode<Value: Decodable>(_ value: JSONValue) throws -> Value {
        try JSONDecoder().decode(Value.self, from: value.encoded(at: "test"))
    }

    @Test(arguments: [
        ("release", "the release is matrix, and ess at dc1"), ("namespace", "the namespace is other, and ess at dc1"),
        ("chart", "the chart is matrix-stack 26.9.0, and matrix-stack 26.8.2 at dc1"),
        ("hosts", "host only at dc1: m.test"), ("workloads", "workload not at dc1: ess-hookshot"),
    ])
    func `what differs of a release between two sites is named`(field: String, says: String) {
        let right = ReleaseIdentity(
            site: "dc1", release: "ess", namespace: "ess", chart: "matrix-stack 26.8.2", hosts: ["m.test"],
            workloads: ["ess-haproxy"])
        var other = right
        other.site = "dc2"
        #expect(other.differences(from: right) == [])
        switch field {
        case "release": other.release = "matrix"
        case "namespace": other.namespace = "other"
        case "chart": other.chart = "matrix-stack 26.9.0"
        case "hosts": other.hosts = []
        default: other.workloads.append("ess-hookshot")
        }
        #expect(other.differences(from: right) == [says])
    }
}
