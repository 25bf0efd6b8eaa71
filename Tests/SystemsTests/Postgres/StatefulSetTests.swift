import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Synchronization
import Testing

@testable import Systems

/// A PostgreSQL in a StatefulSet: stopped and started by its count, and worked on by Jobs that have its volume.
extension PostgresTests {
    @Suite(.enabled(if: LocalContainers.arePossible, "pods are run in namespaces, which takes root"))
    struct InStatefulSet {
        @Test func `handed over by a Job, proven, and back as a standby; and the undo starts the primary that it was`()
            async throws
        {
            try await StatefulSetStage.with { trio, stage in
                let runner = stage.runner(trio)
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 100)", user: "app")
                for step in ["fence", "demote"] {
                    let done = try await runner.run(step, at: "dc1")
                    #expect(done.verdict == .done, "\(done.sentence)")
                }
                #expect(try await stage.pods().isEmpty)
                let undone = try await runner.undo("demote", at: "dc1")
                #expect(undone.verdict == .done, "\(undone.sentence)")
                try await trio.wait(
                    at: "dc1", for: "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
                #expect(try await runner.run("fence", at: "dc1").verdict == .done)
                let demoted = try await runner.run("demote", at: "dc1")
                #expect(demoted.verdict == .done, "\(demoted.sentence)")
                for site in ["dc2", "dc3"] {
                    let proven = try await runner.run("prove-shutdown", at: site)
                    #expect(proven.verdict == .done, "\(proven.sentence)")
                }
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                #expect(runner.remembered["rejoin-dc1"]?["way"]?.text == "follow")
                try await trio.wait(at: "dc1", for: "SELECT count(*) = 100 FROM numbers")
                #expect(try await trio.sql("dc1", "SHOW default_transaction_read_only") == "off", "the fence is gone")
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `diverged and running as a fenced primary: stopped, tables dumped, rewound, and no secret in a Job`()
            async throws
        {
            try await StatefulSetStage.with { trio, stage in
                let runner = stage.runner(trio)
                try await runner.freezeBoth()
                for row in 1...3 { try await trio.sql("dc1", "INSERT INTO numbers VALUES (\(row))", user: "app") }
                try await stage.scale(trio, to: 0)
                runner.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                #expect(try await runner.run("promote", at: "dc2").verdict == .done)
                let stopped = try await runner.examine("rejoin", at: "dc1")
                #expect(stopped.facts["surplus"]?["transactions"]?.integer == 3, "\(stopped.sentence)")
                try await stage.scale(trio, to: 1)
                #expect(try await runner.run("fence", at: "dc1").verdict == .done)
                runner.parameters = ["keepDivergent": true, "keepTables": ["postgres/public.numbers"]]
                let found = try await runner.examine("rejoin", at: "dc1")
                #expect(found.facts["way"]?.text == "rewind", "\(found.sentence)")
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                try await trio.sql("dc2", "CREATE TABLE after_rejoin (value int)")
                try await trio.wait(at: "dc1", for: "SELECT to_regclass('after_rejoin') IS NOT NULL")
                #expect(try await trio.sql("dc1", "SELECT count(*) FROM numbers") == "0")
                let kept = try await trio.asServer(
                    "sh", "-c", "cat \(trio.directory)/dc1.handover-kept-*/tables-1-postgres.sql")
                #expect(kept.contains("COPY public.numbers (value) FROM stdin;\n1\n2\n3\n"), "\(kept)")
                expectNoSecret(in: runner.said + ["\(try await stage.jobs())"])
                #expect(try await stage.secretNames().filter { $0.hasPrefix("handover") } == [])
            }
        }
    }

    /// What Kubernetes says when a Job cannot be had, in words.
    @Suite struct JobsRefused {
        private static let statefulSet: JSONValue = [
            "metadata": ["name": "postgres", "uid": "u1"],
            "spec": [
                "replicas": 0,
                "template": [
                    "spec": [
                        "containers": [
                            [
                                "name": "postgres", "image": "postgres:15",
                                "volumeMounts": [["name": "data", "mountPath": "/var/lib/postgresql/data"]],
                            ]
                        ]
                    ]
                ],
                "volumeClaimTemplates": [["metadata": ["name": "data"]]],
            ],
        ]

        private func host(_ api: ScriptedAPI, data: String = "/var/lib/postgresql/data/pgdata") throws
            -> StatefulSetHost
        {
            StatefulSetHost(
                host: DatabaseHost(driver: .statefulSet(.init(name: "postgres")), binaries: "", data: data),
                name: "postgres", container: nil, client: try api.access().0.client(site: "dc1"),
                place: "dc1/main, sts",
                patience: .seconds(-1))
        }

        private func script(_ api: ScriptedAPI, _ when: String, _ answer: JSONValue, times: Int = 1) {
            api.state.withLock { state in
                for _ in 0..<times { state.scripted.append((when: when, answer: ScriptedAPI.json(answer))) }
            }
        }

        private func standing(_ api: ScriptedAPI, _ set: JSONValue = Self.statefulSet) {
            script(api, "GET /apis/apps/v1/namespaces/ess/statefulsets/postgres", set, times: 4)
            script(api, "GET /apis/batch/v1/namespaces/ess/jobs?", ["items": []], times: 2)
        }

        private static let pods = "GET /api/v1/namespaces/ess/pods?limit"

        @Test(
            arguments: [
                (
                    [
                        "containerStatuses": [
                            [
                                "name": "handover",
                                "state": ["waiting": ["reason": "ErrImagePull", "message": "no such"]],
                            ]
                        ]
                    ],
                    "ErrImagePull (no such)"
                ),
                (
                    [
                        "conditions": [
                            [
                                "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                                "message": "0/3 nodes",
                            ]
                        ]
                    ],
                    "Unschedulable (0/3 nodes)"
                ),
            ] as [(JSONValue, String)])
        func `a pod that does not get to run is given up, with its reason, and its Job deleted`(
            status: JSONValue, said: String
        ) async throws {
            let api = ScriptedAPI()
            standing(api)
            script(api, Self.pods, ["items": []], times: 2)
            script(api, "POST /apis/batch/v1/namespaces/ess/jobs", ["metadata": ["uid": "j1"]])
            script(api, "GET /apis/batch/v1/namespaces/ess/jobs/handover-look", ["metadata": ["name": "j"]])
            script(
                api, "GET /api/v1/namespaces/ess/pods?labelSelector=job-name",
                ["items": [["metadata": ["name": "p"], "status": status]]])
            script(api, "DELETE /apis/batch/v1/namespaces/ess/jobs/handover-look", [:])
            let fault = await #expect(throws: Fault.self) { try await host(api).look() }
            #expect(fault?.kind == .unavailable && fault?.what.contains(said) == true, "\(fault as Any)")
            #expect(api.requests.last?.hasPrefix("DELETE /apis/batch/v1/namespaces/ess/jobs/handover-look") == true)
        }

        @Test func `a pod that is not even made: admission's own words, from the Job's events`() async throws {
            let api = ScriptedAPI()
            standing(api)
            script(api, Self.pods, ["items": []], times: 2)
            script(api, "POST /apis/batch/v1/namespaces/ess/jobs", ["metadata": ["uid": "j1"]])
            script(api, "GET /apis/batch/v1/namespaces/ess/jobs/handover-look", ["metadata": ["name": "j"]])
            script(api, "GET /api/v1/namespaces/ess/pods?labelSelector=job-name", ["items": []])
            let words = "pods \"j-x\" is forbidden: violates PodSecurity \"restricted:latest\""
            script(
                api, "GET /api/v1/namespaces/ess/events",
                ["items": [["reason": "FailedCreate", "message": .string("Error creating: \(words)")]]])
            script(api, "DELETE /apis/batch/v1/namespaces/ess/jobs/handover-look", [:])
            let fault = await #expect(throws: Fault.self) { try await host(api).look() }
            #expect(fault?.what.contains(words) == true, "\(fault as Any)")
        }

        @Test func `a right that is missing is named with its verb and resource`() async throws {
            let api = ScriptedAPI()
            standing(api)
            script(api, Self.pods, ["items": []], times: 2)
            let words = "jobs.batch is forbidden: User \"anna\" cannot create resource \"jobs\" in API group \"batch\""
            api.state.withLock {
                $0.scripted.append(
                    (
                        when: "POST /apis/batch/v1/namespaces/ess/jobs",
                        answer: ScriptedAPI.failure(403, reason: "Forbidden", message: words)
                    ))
            }
            let fault = await #expect(throws: Fault.self) { try await host(api).look() }
            #expect(fault?.kind == .forbidden && fault?.what.contains(words) == true, "\(fault as Any)")
        }

        /// Its Job was deleted, and somebody scaled the set up again: there is nothing to wait for.
        @Test func `a task that was taken away is not waited for`() async throws {
            let api = ScriptedAPI()
            standing(api, Self.statefulSet.with("spec", (Self.statefulSet["spec"] ?? [:]).with("replicas", 1)))
            script(api, Self.pods, ["items": []])
            let task = RejoinTask(
                way: .follow, key: "r1/rejoin", sourceIdentifier: "7", rewindSource: "", copySource: "", slot: "dc1",
                settings: "", passwordLines: "", secrets: [])
            let fault = await #expect(throws: Fault.self) { try await host(api).wait(for: task, interval: .zero) }
            #expect(fault?.kind == .uncertain, "\(fault as Any)")
            #expect(fault?.what == "the task left no trace: the server runs", "\(fault as Any)")
        }

        @Test func `a pod of an earlier Job that may still change something keeps the next Job from being made`()
            async throws
        {
            let api = ScriptedAPI()
            standing(api)
            let left: JSONValue = [
                "metadata": ["name": "p", "labels": ["handover/statefulset": "postgres", "handover/work": "change"]],
                "spec": ["volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "data-postgres-0"]]]],
                "status": ["phase": "Pending"],
            ]
            script(api, Self.pods, ["items": [left]], times: 2)
            let fault = await #expect(throws: Fault.self) { try await host(api).look() }
            #expect(fault?.kind == .conflict && fault?.what.hasPrefix("pod p of") == true, "\(fault as Any)")
            #expect(!api.requests.contains { !$0.hasPrefix("GET") })
        }

        @Test(
            arguments: [
                ("replicas", 2, "host-has-replicas"),
                ("persistentVolumeClaimRetentionPolicy", ["whenScaled": "Delete"], "host-deletes-volumes"),
                ("volumeClaimTemplates", [], "data-not-on-volume"), ("owner", nil, "host-has-operator"),
                ("data", nil, "data-is-mount-point"),
            ] as [(String, JSONValue, String)])
        func `a set that must not be scaled or worked on is recognised`(
            field: String, value: JSONValue, rule: String
        ) async throws {
            let api = ScriptedAPI()
            var set = Self.statefulSet
            if field == "owner" {
                let owner: JSONValue = ["kind": "postgresql", "name": "acid", "uid": "o", "controller": true]
                set = set.with("metadata", ["name": "postgres", "uid": "u1", "ownerReferences": [owner]])
            } else if field != "data" {
                set = set.with("spec", (set["spec"] ?? [:]).with(field, value))
            }
            standing(api, set)
            script(api, Self.pods, ["items": []])
            let data = field == "data" ? "/var/lib/postgresql/data" : "/var/lib/postgresql/data/pgdata"
            let seen = try await host(api, data: data).look()
            #expect(seen.obstacle?.rule == rule, "\(seen.obstacle as Any)")
            #expect(!api.requests.contains { !$0.hasPrefix("GET") })
        }

        @Test func `a Job's name is of run and step, and the same at every try`() {
            let name = StatefulSetJob.name(of: "ess-failback-3/rejoin@dc1", at: "postgres")
            #expect(name.hasPrefix("handover-ess-failback-3-rejoin-dc1-") && name.count <= 63)
            #expect(name == StatefulSetJob.name(of: "ess-failback-3/rejoin@dc1", at: "postgres"))
            #expect(name != StatefulSetJob.name(of: "ess-failback-3/rejoin@dc1", at: "mas"))
        }
    }
}
