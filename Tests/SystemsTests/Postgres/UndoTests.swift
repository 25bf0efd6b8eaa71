import FailoverModel
import HandoverTestSupport
import Systems
import Testing

extension PostgresTests {
    @Suite struct Undoing {
        @Test func `a dc1 that only we cannot reach is known to be alive, and every step before the pivot is undone`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await aliveButUnreachable(runner)
                for site in ["dc2", "dc3"] { #expect(try await runner.undo("freeze", at: site).verdict == .done) }
                try await trio.wait(
                    at: "dc1", for: "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
                #expect(
                    try await trio.sql(
                        "dc2", "SELECT current_setting('primary_conninfo') LIKE '%\(TrioSecrets.replicatorPassword)%'")
                        == "t")
                #expect(try await trio.sql("dc1", "SELECT count(*) FROM pg_replication_slots WHERE active") == "2")
                try await slots(runner)
                try await synchronousNames(runner)
                try await fence(runner)
                try await irreversible(runner)
                try await observing(runner)
                expectNoSecret(in: runner.said)
            }
        }

        private func aliveButUnreachable(_ runner: StepRunner) async throws {
            runner.topology.sites[0].postgres[0].connection.port = 1
            await #expect(throws: Fault.self) { try await runner.run("fence", at: "dc1") }
            let streaming = try await runner.examine("promote", at: "dc2")
            #expect(rule(streaming) == "primary-alive-elsewhere", "\(streaming.sentence)")
            try await runner.freezeBoth()
            let frozen = try await runner.examine("promote", at: "dc2")
            #expect(rule(frozen) == "primary-alive-elsewhere")
            #expect(acceptance(frozen) == "dc1-is-down-against-the-evidence")
            #expect(frozen.sentence.contains("until it was frozen"))
            runner.topology = try runner.trio.topology
        }

        private func slots(_ runner: StepRunner) async throws {
            let count = "SELECT count(*) FROM pg_replication_slots"
            #expect(try await runner.run("create-slots", at: "dc2").verdict == .done)
            #expect(try await runner.trio.sql("dc2", count) == "1")
            #expect(try await runner.undo("create-slots", at: "dc2").verdict == .done)
            #expect(try await runner.trio.sql("dc2", count) == "0")
        }

        private func synchronousNames(_ runner: StepRunner) async throws {
            let show = "SHOW synchronous_standby_names"
            let trio = try runner.trio
            try await set("ANY 1 (dc3, dc1)", trio)
            #expect(try await runner.run("clear-synchronous", at: "dc2").verdict == .done)
            #expect(try await trio.sql("dc2", show) == "ANY 1 (dc3, dc1)", "dc3 satisfies it, so it stays")
            try await set("2 (dc1, dc3)", trio)
            #expect(try await runner.run("clear-synchronous", at: "dc2").verdict == .done)
            #expect(try await trio.sql("dc2", show) == "")
            #expect(try await runner.undo("clear-synchronous", at: "dc2").verdict == .done)
            #expect(try await trio.sql("dc2", show) == "2 (dc1, dc3)")
            try await trio.sql("dc2", "ALTER SYSTEM RESET synchronous_standby_names")
            try await trio.sql("dc2", "SELECT pg_reload_conf()")
        }

        private func set(_ names: String, _ trio: PostgresTrio) async throws {
            try await trio.sql("dc2", "ALTER SYSTEM SET synchronous_standby_names = '\(names)'")
            try await trio.sql("dc2", "SELECT pg_reload_conf()")
            try await trio.wait(at: "dc2", for: "SELECT current_setting('synchronous_standby_names') = '\(names)'")
        }

        private func fence(_ runner: StepRunner) async throws {
            let trio = try runner.trio
            #expect(try await runner.run("fence", at: "dc1").verdict == .done)
            #expect(try await runner.run("fence", at: "dc1").verdict == .done)
            #expect(try await runner.undo("fence", at: "dc1").verdict == .done)
            try await trio.sql("dc1", "INSERT INTO numbers VALUES (1)", user: "app")
            #expect(
                try await trio.sql("dc1", "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'")
                    == "0")
            let standby = try await runner.run("fence", at: "dc3")
            #expect(standby.verdict == .done && standby.sentence.contains("is a standby"))
        }

        private func irreversible(_ runner: StepRunner) async throws {
            runner.remembered = [:]
            runner.history = [:]
            runner.topology.sites[0].postgres[0].replication.password = nil
            #expect(rule(try await runner.examine("freeze", at: "dc2")) == "freeze-not-reversible")
            runner.topology = try runner.trio.topology
            #expect(rule(try await runner.examine("freeze", at: "dc1")) == "not-a-standby")
        }

        /// What the role may not see is never taken for absent.
        private func observing(_ runner: StepRunner) async throws {
            let trio = try runner.trio
            let access = PostgresAccess(secrets: TrioSecrets(), limits: .test)
            let server = try access.server(at: "dc2", cluster: "main", in: trio.topology, run: "r1")
            #expect(try await server.privileges() == [])
            let seen = try await server.observe()
            #expect(seen.isInRecovery && seen.timeline == 1 && seen.receiver?.status == "streaming")
            #expect(seen.receiver?.senderPort == Int64(trio.port(of: "dc1")) && seen.receiver?.slot == "dc2")
            #expect(try await server.settings().allowsRewind)
            try await trio.sql("dc1", "REVOKE pg_monitor FROM handover")
            try await trio.wait(at: "dc2", for: "SELECT NOT pg_has_role('handover', 'pg_monitor', 'USAGE')")
            #expect(try await server.privileges().map(\.grant).contains("GRANT pg_monitor TO \"handover\""))
            do throws(Fault) {
                _ = try await server.observe()
                Issue.record("a receiver that cannot be seen was taken for none")
            } catch { #expect(error.kind == .forbidden) }
            let wrong = StepRunner(trio, secrets: TrioSecrets(overrides: [TrioSecrets.handover: "Wr0ng-41"]))
            do {
                _ = try await wrong.examine("freeze", at: "dc2")
                Issue.record("a wrong password was let in")
            } catch let fault as Fault {
                #expect(fault.kind == .forbidden && !fault.description.contains("Wr0ng"))
            }
        }
    }
}
