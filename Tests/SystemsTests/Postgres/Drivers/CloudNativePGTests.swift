import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

extension PostgresTests {
    /// On real servers, with a stand-in for the operator.
    @Suite struct CloudNativePGDriver {
        @Test func `dc1 is stood down, its token promotes dc2 in one patch, and dc1 and dc3 follow without a clone`()
            async throws
        {
            try await with { runner, operators, trio in
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 500)", user: "app")
                let fenced = try await runner.run("fence", at: "dc1")
                #expect(fenced.verdict == .done, "\(fenced.sentence)")
                let back = try await runner.undo("fence", at: "dc1")
                #expect(back.verdict != .needed, "\(back.sentence)")
                try await trio.wait(at: "dc1", for: "SELECT NOT pg_is_in_recovery()")
                #expect(try await trio.sql("dc1", "SELECT timeline_id FROM pg_control_checkpoint()") == "2")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 500 FROM numbers")
                try await trio.wait(
                    at: "dc2", for: "SELECT received_tli = 2 AND status = 'streaming' FROM pg_stat_wal_receiver")
                (runner.history, runner.remembered) = ([:], [:])

                #expect(try await runner.run("fence", at: "dc1").verdict == .done)
                let caughtUp = try await runner.run("catch-up", at: "dc2")
                #expect(caughtUp.facts["isCaughtUp"]?.flag == true, "\(caughtUp.sentence)")
                for name in ["freeze", "fast-forward", "create-slots", "clear-synchronous"] {
                    let left = try await runner.run(name, at: "dc2")
                    #expect(left.verdict == .done && left.sentence.contains("CloudNativePG"), "\(left.sentence)")
                }
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                let patches = await operators.patches.filter { $0.hasPrefix("dc2") && $0.contains("primary") }
                #expect(patches.count == 1 && patches[0].contains("promotionToken"), "\(patches)")
                #expect(try await runner.run("checkpoint", at: "dc2").verdict == .done)
                let followed = try await runner.run("follow", at: "dc3")
                #expect(followed.verdict == .done, "\(followed.sentence)")
                #expect(try await runner.run("follow", at: "dc1").verdict == .done)
                try await trio.sql("dc2", "INSERT INTO numbers VALUES (501)", user: "app")
                for site in ["dc1", "dc3"] { try await trio.wait(at: site, for: "SELECT count(*) = 501 FROM numbers") }
                #expect(try await runner.run("promote", at: "dc2").verdict == .done)
                #expect(await operators.patches.filter { $0.hasPrefix("dc2") && $0.contains("primary") }.count == 1)
                #expect(await operators.failures.isEmpty)
            }
        }

        @Test
        func `without a token it is a failover and says so; a token that does not fit is refused before the patch`()
            async throws
        {
            try await with { runner, operators, trio in
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 100)", user: "app")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 100 FROM numbers")
                await operators.change(
                    "dc1", ["status": ["demotionToken": .string(try await token(trio, timeline: "7"))]])
                await operators.change("dc1", ["spec": ["replica": ["primary": "pg-dc2"]]])
                try await trio.stop("dc1")
                runner.accepted = ["dc1-is-down"]
                let waits = try await runner.examine("promote", at: "dc2")
                #expect(waits.verdict == .waiting && waits.sentence.contains("timeline"), "\(waits.sentence)")
                await operators.change(
                    "dc1", ["status": ["demotionToken": .string(try await token(trio, system: "1"))]])
                #expect(rule(try await runner.examine("promote", at: "dc2")) == "token-does-not-fit")
                await operators.setAway(["dc1"])
                await #expect(throws: Fault.self) { try await runner.examine("fence", at: "dc1") }
                #expect(try await runner.run("catch-up", at: "dc2").sentence.contains("cannot be reached"))
                let finding = try await runner.examine("promote", at: "dc2")
                #expect(finding.verdict == .needed, "\(finding.sentence)")
                #expect(finding.sentence.contains("dc1 must be cloned anew"), "\(finding.sentence)")
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                #expect(try await runner.run("follow", at: "dc3").verdict == .done)
                await operators.setAway([])
                await operators.change("dc1", ["spec": ["replica": ["primary": "pg-dc1"]]])
                try await trio.start("dc1")
                #expect(rule(try await runner.examine("follow", at: "dc1")) == "clone-needed")
                await operators.change("dc3", ["spec": ["externalClusters": []]])
                await operators.change("dc3", ["spec": ["replica": ["source": "pg-dc1"]]])
                #expect(rule(try await runner.examine("follow", at: "dc3")) == "external-cluster-missing")
                #expect(await operators.failures.isEmpty)
            }
        }

        private func token(_ trio: PostgresTrio, timeline: String = "1", system: String? = nil) async throws -> String {
            let identifier = try await trio.sql("dc2", "SELECT system_identifier FROM pg_control_system()")
            let content: JSONValue = [
                "databaseSystemIdentifier": .string(system ?? identifier),
                "latestCheckpointTimelineID": .string(timeline),
                "latestCheckpointREDOLocation": "0/3000028",
            ]
            return try content.encoded(at: "test").base64EncodedString()
        }

        private func with(
            _ body: (StepRunner, CloudNativePGStandIn, PostgresTrio) async throws -> Void
        ) async throws {
            try await PostgresTrio.with { trio in
                let operators = CloudNativePGStandIn(trio)
                var topology = trio.topology
                let folder = NSTemporaryDirectory() + "handover-cnpg-\(UUID().uuidString)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: folder) }
                for index in topology.sites.indices {
                    let site = topology.sites[index].name
                    topology.sites[index].postgres[0].driver = .cloudNativePG(
                        CloudNativePGCluster(name: "pg-\(site)", namespace: "databases"))
                    topology.sites[index].kubernetes = KubernetesRelease(
                        kubeconfig: "\(folder)/\(site)", release: "ess")
                    try """
                    apiVersion: v1
                    kind: Config
                    current-context: c
                    clusters: [{name: c, cluster: {server: "https://\(site).test:6443"}}]
                    users: [{name: c, user: {token: t}}]
                    contexts: [{name: c, context: {cluster: c, user: c, namespace: ess}}]
                    """.write(toFile: "\(folder)/\(site)", atomically: false, encoding: .utf8)
                }
                var limits = PostgresAccess.Limits.test
                limits.operators = .seconds(20)
                let kubernetes = KubernetesAccess(
                    topology: topology, baseDirectory: "/", environment: [:], transport: operators)
                let access = PostgresAccess(secrets: TrioSecrets(), limits: limits, kubernetes: kubernetes)
                try await body(StepRunner(topology, access), operators, trio)
            }
        }
    }
}
