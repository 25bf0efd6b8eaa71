import FailoverModel
import HandoverTestSupport
import Systems
import Testing

extension PostgresTests {
    @Suite struct SynapseDatabases {
        @Test func `nothing lost: sequences move by one, keys stay, and an old primary would follow them`() async throws
        {
            try await PostgresTrio.with { trio in
                let runner = try await runner(trio)
                let waiting = try await runner.examine("prepare-database", at: "dc2")
                #expect(waiting.verdict == .waiting && waiting.sentence.contains("is a standby"))
                for step in ["fence", "catch-up"] {
                    #expect(try await runner.run(step, at: step == "fence" ? "dc1" : "dc2").verdict == .done)
                }
                try await runner.freezeBoth()
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                #expect(try await runner.run("promote", at: "dc2").verdict == .done)
                let before = try await values(trio)
                let needed = try await runner.examine("prepare-database", at: "dc2")
                #expect(needed.sentence == "nothing was lost, so 2 sequences in synapse at dc2/main move forward by 1")
                let log = try await trio.sql("dc2", "SELECT pg_current_wal_lsn()")
                #expect(try await runner.run("prepare-database", at: "dc2").verdict == .done)
                #expect(try await values(trio) == before.mapValues { $0 + 1 })
                #expect(try await trio.sql("dc2", "SELECT pg_current_wal_lsn() > '\(log)'") == "t")
                #expect(try await sql(trio, "SELECT count(*) FROM e2e_one_time_keys_json") == "1")
            }
        }

        @Test func `dc1 gone, loss unknown: by the margin, keys emptied, and a second time changes nothing`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = try await runner(trio)
                // What Synapse's processes wrote down may be beyond the sequence.
                try await sql(
                    trio, "UPDATE stream_positions SET stream_id = 9999999 WHERE stream_name = 'to_device'", "dc1")
                try await promote(runner)
                try await waits(runner)
                let before = try await values(trio)
                let needed = try await runner.examine("prepare-database", at: "dc2")
                #expect(needed.verdict == .needed && needed.sentence.contains("the one-time keys are emptied"))
                #expect(try await runner.run("prepare-database", at: "dc2").verdict == .done)
                let moved = [
                    "events_stream_seq": (before["events_stream_seq"] ?? 0) + 5000, "device_inbox_sequence": 9_999_999,
                ]
                #expect(try await values(trio) == moved)
                #expect(try await sql(trio, "SELECT count(*) FROM e2e_one_time_keys_json") == "0")
                #expect(try await sql(trio, "SELECT nextval('unused') = 1") == "t", "a sequence never used stays so")

                // Killed after it was done and before that was recorded: the same goals, nothing moved again.
                let again = try await runner.run("prepare-database", at: "dc2")
                #expect(again.verdict == .done, "\(again.sentence)")
                #expect(try await values(trio) == moved)
                // Killed in the middle: what is not there yet is done, and nothing goes back.
                try await sql(
                    trio, "SELECT setval('events_stream_seq', 300), setval('device_inbox_sequence', 99999999)")
                #expect(try await runner.run("prepare-database", at: "dc2").verdict == .done)
                #expect(
                    try await values(trio) == [
                        "events_stream_seq": moved["events_stream_seq"], "device_inbox_sequence": 99_999_999,
                    ])
                let undone = try await runner.undo("prepare-database", at: "dc2")
                #expect(undone.verdict == .done && undone.sentence.contains("stay skipped"))
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `a missing privilege, database or topology entry is named with what to do`() async throws {
            try await PostgresTrio.with { trio in
                let runner = try await runner(trio)
                try await sql(trio, "REVOKE UPDATE ON events_stream_seq FROM handover", "dc1")
                try await sql(trio, "REVOKE TRUNCATE ON e2e_one_time_keys_json FROM handover", "dc1")
                try await promote(runner)
                let fault = await fault { try await runner.examine("prepare-database", at: "dc2") }
                #expect(fault?.kind == .forbidden)
                #expect(fault?.what.contains("1 sequences (SELECT, UPDATE), e2e_one_time_keys_json (TRUNCATE)") == true)
                #expect(
                    fault?.next.contains("GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO \"handover\"")
                        == true)
                runner.topology.synapse?.database = "nowhere"
                #expect(await self.fault { try await runner.examine("prepare-database", at: "dc2") }?.kind == .invalid)
                runner.topology.synapse = nil
                #expect(await self.fault { try await runner.examine("prepare-database", at: "dc2") }?.kind == .invalid)
            }
        }

        private func waits(_ runner: StepRunner) async throws {
            let trio = try runner.trio
            let synapse = Task {
                try await trio.sql(
                    "dc2", "SET application_name = 'ess-synapse-main-0'; SELECT pg_sleep(120)", user: "app",
                    database: "synapse")
            }
            let running = "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'ess-synapse-main-0'"
            try await trio.wait(at: "dc2", for: running)
            let waiting = try await runner.examine("prepare-database", at: "dc2")
            #expect(waiting.verdict == .waiting && waiting.sentence.contains("(ess-synapse-main-0)"))
            try await trio.sql(
                "dc2",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ess-synapse-main-0'")
            await #expect(throws: (any Error).self) { try await synapse.value }
            try await trio.wait(at: "dc2", for: running.replacing("= 1", with: "= 0"))
        }

        private func promote(_ runner: StepRunner) async throws {
            try await replayed(runner.trio)
            try await runner.trio.stop("dc1")
            runner.accepted = ["dc1-is-down"]
            try await runner.freezeBoth()
            #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
            let promoted = try await runner.run("promote", at: "dc2")
            #expect(promoted.verdict == .done, "\(promoted.sentence)")
        }

        private func runner(_ trio: PostgresTrio) async throws -> StepRunner {
            try await trio.sql("dc1", "CREATE DATABASE synapse OWNER app")
            for statement in [
                "CREATE SEQUENCE events_stream_seq", "CREATE SEQUENCE device_inbox_sequence", "CREATE SEQUENCE unused",
                "SELECT setval('events_stream_seq', 206), setval('device_inbox_sequence', 12)",
                "CREATE TABLE stream_positions (stream_name text, instance_name text, stream_id bigint)",
                "INSERT INTO stream_positions VALUES ('events', 'master', 206), ('to_device', 'master', 12)",
                "CREATE TABLE e2e_one_time_keys_json (key_json text)",
                "INSERT INTO e2e_one_time_keys_json VALUES ('{}')",
                "GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO handover",
                "GRANT SELECT ON stream_positions TO handover",
                "GRANT SELECT, TRUNCATE ON e2e_one_time_keys_json TO handover",
            ] {
                try await sql(trio, statement, "dc1")
            }
            try await replayed(trio)
            let runner = StepRunner(trio)
            runner.topology.synapse = SynapseDatabase(cluster: PostgresTrio.cluster, database: "synapse", margin: 5000)
            runner.topology.sites[1].kubernetes = KubernetesRelease(release: "ess")
            return runner
        }

        /// The standbys have all that dc1 has now.
        private func replayed(_ trio: PostgresTrio) async throws {
            let position = try await trio.sql("dc1", "SELECT pg_current_wal_lsn()")
            for site in ["dc2", "dc3"] {
                try await trio.wait(at: site, for: "SELECT pg_last_wal_replay_lsn() >= '\(position)'")
            }
        }

        @discardableResult
        private func sql(_ trio: PostgresTrio, _ text: String, _ site: String = "dc2") async throws -> String {
            try await trio.sql(site, text, user: "app", database: "synapse")
        }

        private func values(_ trio: PostgresTrio) async throws -> [String: Int64] {
            let text = try await sql(
                trio, "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename <> 'unused'")
            var values: [String: Int64] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "|")
                values[String(parts[0])] = Int64(parts[1])
            }
            return values
        }

        private func fault<Value>(_ body: () async throws -> Value) async -> Fault? {
            do {
                _ = try await body()
                return nil
            } catch { return error as? Fault }
        }
    }
}
