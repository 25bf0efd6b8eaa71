import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

extension PostgresTests {
    /// Synapse and MAS on clusters of their own: six servers.
    @Suite struct TwoClusters {
        @Test
        func
            `all clusters of a site are promoted, or none: refusals, different moments, answers and a failure between`()
            async throws
        {
            try await PostgresTrio.with { synapse in
                try await PostgresTrio.with { mas in
                    let topology = together(synapse, mas)
                    let runner = StepRunner(topology, PostgresAccess(secrets: TrioSecrets(), limits: .test))
                    runner.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
                    for trio in [synapse, mas] {
                        try await trio.sql("dc1", "INSERT INTO numbers VALUES (1)", user: "app")
                        for site in ["dc2", "dc3"] {
                            try await trio.wait(at: site, for: "SELECT count(*) = 1 FROM numbers")
                        }
                    }
                    // dc3 gets more of MAS than dc2.
                    runner.cluster = "mas"
                    #expect(try await runner.run("freeze", at: "dc2").verdict == .done)
                    try await mas.sql("dc1", "INSERT INTO numbers SELECT generate_series(2, 999)", user: "app")
                    try await mas.wait(at: "dc3", for: "SELECT count(*) = 999 FROM numbers")
                    for trio in [synapse, mas] { try await trio.stop("dc1") }
                    #expect(try await runner.run("freeze", at: "dc3").verdict == .done)
                    runner.cluster = "synapse"
                    try await runner.freezeBoth()

                    let refused = try await runner.examine("promote", at: "dc2")
                    #expect(rule(refused) == "standby-ahead", "\(refused.sentence)")
                    #expect(refused.sentence.contains("dc2/mas cannot be promoted, so dc2/synapse is not either"))
                    runner.cluster = "mas"
                    #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                    runner.cluster = "synapse"
                    try await differentMoments(runner)
                    try await halfWay(runner, mas)
                }
            }
        }

        private func differentMoments(_ runner: StepRunner) async throws {
            let near = try await runner.examine("promote", at: "dc2")
            #expect(
                near.verdict == .needed && near.sentence.contains("kept of each cluster up to: synapse 2"),
                "\(near.sentence)")
            // As if Synapse had been seen whole an hour later.
            let target = try PostgresAccess(secrets: TrioSecrets(), limits: .test)
                .server(at: "dc2", cluster: "synapse", in: runner.topology, run: "r1")
            var seen = try await target.observe()
            seen.isInRecovery = false
            let hour = Moment(microseconds: (seen.lastTransactionAt?.microseconds ?? 0) + 3_600_000_000)
            runner.recorded.databases["dc1/synapse"] = .init(observation: seen, at: hour)
            let apart = try await runner.examine("promote", at: "dc2")
            #expect(rule(apart) == "clusters-apart" && acceptance(apart) == "dc2-clusters-apart", "\(apart.sentence)")
            runner.parameters = ["apart": 7200]
            #expect(try await runner.examine("promote", at: "dc2").verdict == .needed)
            runner.parameters = [:]
            runner.accepted.insert("dc2-clusters-apart")
        }

        private func halfWay(_ runner: StepRunner, _ mas: PostgresTrio) async throws {
            #expect(try await runner.run("promote", at: "dc2").verdict == .done)
            runner.cluster = "mas"
            try await mas.stop("dc2", mode: "fast")
            do {
                _ = try await runner.examine("promote", at: "dc2")
                Issue.record("a server that is stopped was looked at")
            } catch {
                let what = "\(error)"
                #expect(what.contains("dc2/synapse is promoted already and dc2/mas is not"), "\(what)")
            }
            try await mas.start("dc2")
            let promoted = try await runner.run("promote", at: "dc2")
            #expect(promoted.verdict == .done, "\(promoted.sentence)")
            #expect(try await mas.sql("dc2", "SELECT count(*) FROM numbers") == "999")
        }

        @Test func `a person says yes for one cluster only: neither is promoted until the other is answered for too`()
            async throws
        {
            try await PostgresTrio.with { synapse in
                try await PostgresTrio.with { mas in
                    for trio in [synapse, mas] {
                        try await trio.sql("dc1", "INSERT INTO numbers VALUES (1)", user: "app")
                        try await trio.wait(at: "dc2", for: "SELECT count(*) = 1 FROM numbers")
                        try await trio.stop("dc1")
                    }
                    try await HandoverInFolder.run(files(synapse, mas)) { handover in
                        let asked = await handover.call("run", "--from", "dc1", "--to", "dc2")
                        #expect(asked.code == 4, "\(asked.text)")
                        _ = await handover.call("approve", "database-1", "promote/synapse", "--reason", "seen")
                        let half = await handover.call("resume")
                        #expect(half.code == 4, "\(half.text)")
                        for trio in [synapse, mas] {
                            let isStandby = try await trio.sql("dc2", "SELECT pg_is_in_recovery()")
                            #expect(isStandby == "t")
                        }
                        _ = await handover.call("approve", "database-1", "promote/mas", "--reason", "seen")
                        let done = await handover.call("resume")
                        #expect(done.code == 0, "\(done.text)")
                        for trio in [synapse, mas] {
                            let isStandby = try await trio.sql("dc2", "SELECT pg_is_in_recovery()")
                            #expect(isStandby == "f")
                        }
                    }
                }
            }
        }

        private func together(_ synapse: PostgresTrio, _ mas: PostgresTrio) -> Topology {
            var topology = synapse.topology
            for index in topology.sites.indices {
                topology.sites[index].postgres[0].cluster = "synapse"
                var other = mas.topology.sites[index].postgres[0]
                other.cluster = "mas"
                topology.sites[index].postgres.append(other)
            }
            return topology
        }

        private func files(_ synapse: PostgresTrio, _ mas: PostgresTrio) -> [String: String] {
            let sites = PostgresTrio.sites.map { site in
                let clusters = [("synapse", synapse), ("mas", mas)].map { name, trio in
                    """
                          \(name): {host: 127.0.0.1, port: \(trio.port(of: site)), user: handover, passwordFile: handover,
                            replication: {user: replicator, passwordFile: replicator}}
                    """
                }
                return "  \(site):\n    postgres:\n\(clusters.joined(separator: "\n"))"
            }
            return [
                "handover": TrioSecrets.handoverPassword + "\n", "replicator": TrioSecrets.replicatorPassword + "\n",
                "topology.yaml": "name: two\nsites:\n" + sites.joined(separator: "\n") + "\n",
                "runbook.yaml": """
                name: database
                title: Move the databases
                phases:
                  - id: move
                    title: Move
                    steps:
                      - {id: freeze, command: postgres.freeze, site: standbys}
                      - id: promote
                        command: postgres.promote
                        site: to
                        needs: [freeze]
                        pivot: true
                        approval: Is {from} down?
                        accepts: ["{from}-is-down", "{from}-is-down-against-the-evidence"]
                """,
            ]
        }
    }
}
