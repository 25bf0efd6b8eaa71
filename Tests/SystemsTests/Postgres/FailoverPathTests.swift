import FailoverModel
import HandoverTestSupport
import Systems
import Testing

/// All PostgreSQL tests run one after the other: each has three servers.
@Suite(.serialized) struct PostgresTests {}

extension PostgresTests {
    @Suite struct FailoverPath {
        @Test func `dc1 crashes, dc2 is promoted, dc3 follows, and every command given twice changes nothing`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 500)", user: "app")
                let lsn = try await trio.sql("dc1", "SELECT pg_current_wal_flush_lsn()")
                try await trio.wait(at: "dc3", for: "SELECT pg_last_wal_replay_lsn() >= '\(lsn)'")
                try await trio.wait(at: "dc2", for: "SELECT pg_last_wal_replay_lsn() >= '\(lsn)'")
                try await trio.stop("dc1")
                await #expect(throws: Fault.self) { try await runner.run("fence", at: "dc1") }
                let caughtUp = try await runner.run("catch-up", at: "dc2")
                #expect(caughtUp.verdict == .done && caughtUp.sentence.contains("cannot be reached"))
                try await runner.freezeBoth()
                let forward = try await runner.run("fast-forward", at: "dc2")
                #expect(forward.verdict == .done)
                #expect(forward.sentence.contains("unknown bytes"))
                // dc3 will satisfy it once it follows, so it stays, and until then commits wait.
                try await trio.sql("dc2", "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (dc3)'")
                try await trio.sql("dc2", "SELECT pg_reload_conf()")
                #expect(try await runner.run("clear-synchronous", at: "dc2").verdict == .done)
                #expect(try await runner.run("create-slots", at: "dc2").verdict == .done)
                #expect(
                    try await trio.sql("dc2", "SELECT string_agg(slot_name, ',') FROM pg_replication_slots") == "dc3")

                let refused = try await runner.run("promote", at: "dc2")
                #expect(rule(refused) == "primary-not-proven-down")
                #expect(acceptance(refused) == "dc1-is-down")
                runner.accepted = ["dc1-is-down"]
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                #expect(promoted.facts["newTimeline"]?.integer == 2)
                #expect(promoted.facts["commitsWaitFor"] == "ANY 1 (dc3)")
                #expect(promoted.facts["forkPosition"]?.text.flatMap { LogPosition($0) } != nil)
                #expect(try await runner.run("checkpoint", at: "dc2").verdict == .done)
                #expect(try await trio.sql("dc2", "SELECT timeline_id FROM pg_control_checkpoint()") == "2")
                let followed = try await runner.run("follow", at: "dc3")
                #expect(followed.verdict == .done, "\(followed.sentence)")
                #expect(try await runner.run("drop-slots", at: "dc2").verdict == .done)
                try await trio.sql("dc2", "INSERT INTO numbers VALUES (501)", user: "app")
                try await trio.wait(at: "dc3", for: "SELECT count(*) = 501 FROM numbers")

                for (name, site) in [
                    ("catch-up", "dc2"), ("freeze", "dc2"), ("fast-forward", "dc2"), ("clear-synchronous", "dc2"),
                    ("create-slots", "dc2"), ("promote", "dc2"), ("checkpoint", "dc2"), ("follow", "dc3"),
                    ("drop-slots", "dc2"),
                ] {
                    let again = try await runner.run(name, at: site)
                    #expect(again.verdict == .done, "\(name): \(again.sentence)")
                    #expect(again.facts["commitsWaitFor"] == nil, "dc3 streams")
                }
                #expect(try await trio.sql("dc2", "SELECT timeline_id FROM pg_control_checkpoint()") == "2")
                #expect(rule(try await runner.undo("promote", at: "dc2")) == "past-the-pivot")
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `dc3 is ahead: promotion is refused until dc2 was fast-forwarded, and no row is lost`() async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                // dc2 heard from dc1 until it was frozen, so saying that dc1 is down is said against that.
                runner.accepted = ["dc1-is-down-against-the-evidence"]
                let frozen = try await runner.run("freeze", at: "dc2")
                #expect(frozen.verdict == .done, "\(frozen)")
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 5000)", user: "app")
                try await trio.wait(at: "dc3", for: "SELECT count(*) = 5000 FROM numbers")
                runner.recorded.databases["dc1/main"] = try await seen(trio, "dc1")
                try await trio.stop("dc1")
                #expect(try await runner.run("freeze", at: "dc3").verdict == .done)
                #expect(rule(try await runner.run("promote", at: "dc2")) == "standby-ahead")
                let forward = try await runner.examine("fast-forward", at: "dc2")
                #expect(forward.verdict == .needed)
                #expect(forward.facts["mostAdvanced"]?.text == "dc3")
                let done = try await runner.run("fast-forward", at: "dc2")
                #expect(done.verdict == .done, "\(done.sentence)")
                #expect(done.facts["loss"]?["bytes"]?.integer == 0)
                #expect(done.facts["lossText"]?.text?.contains("at least 0 bytes") == true)
                #expect(try await trio.sql("dc2", "SELECT count(*) FROM numbers") == "5000")
                #expect(try await trio.sql("dc2", "SELECT current_setting('primary_conninfo')") == "")
                #expect(try await runner.run("promote", at: "dc2").verdict == .done)
                #expect(try await runner.run("follow", at: "dc3").verdict == .done)
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `dc3 ahead of a dc2 promoted by force is refused as diverged, with the bytes`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                let frozen = try await runner.run("freeze", at: "dc2")
                #expect(frozen.verdict == .done, "\(frozen)")
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 5000)", user: "app")
                try await trio.wait(at: "dc3", for: "SELECT count(*) = 5000 FROM numbers")
                try await trio.stop("dc1")
                try await trio.sql("dc2", "SELECT pg_promote()")
                let finding = try await runner.examine("follow", at: "dc3")
                #expect(rule(finding) == "diverged")
                #expect(
                    finding.sentence.contains("bytes of timeline 1 beyond") && finding.sentence.contains("pg_rewind"))
            }
        }

        @Test func `a half-dead dc1 is fenced, nobody gets a commit acknowledged, and nothing is lost`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 100)", user: "app")
                #expect(rule(try await runner.examine("promote", at: "dc2")) == "writable-primary-elsewhere")
                #expect(rule(try await runner.examine("catch-up", at: "dc2")) == "not-fenced")
                #expect(rule(try await runner.examine("fast-forward", at: "dc2")) == "standby-not-frozen")
                let writer = Task {
                    try await trio.sql("dc1", "BEGIN; INSERT INTO numbers VALUES (7); SELECT pg_sleep(60)", user: "app")
                }
                try await trio.wait(at: "dc1", for: "SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'app'")
                try await trio.sql("dc1", "ALTER ROLE app IN DATABASE template1 SET synchronous_commit = off")
                let fenced = try await runner.run("fence", at: "dc1")
                #expect(fenced.sentence.contains("weak, because role app sets synchronous_commit=off"))
                #expect(fenced.verdict == .done, "\(fenced.sentence)")
                await #expect(throws: (any Error).self) { try await writer.value }
                await #expect(throws: (any Error).self) {
                    try await trio.sql("dc1", "INSERT INTO numbers VALUES (8)", user: "app")
                }
                let bypass = "BEGIN READ WRITE; INSERT INTO numbers VALUES (9); COMMIT"
                let bypasser = Task { try await trio.sql("dc1", bypass, user: "app") }
                try await trio.wait(
                    at: "dc1", for: "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                #expect(try await runner.examine("fence", at: "dc1").verdict == .done)
                try await trio.sql(
                    "dc1", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                await #expect(throws: (any Error).self) { try await bypasser.value }
                #expect(try await runner.run("catch-up", at: "dc2").verdict == .done)
                try await runner.freezeBoth()
                let forward = try await runner.run("fast-forward", at: "dc2")
                #expect(forward.facts["loss"]?["bytes"]?.integer == 0)
                #expect(forward.facts["loss"]?["isAtLeastAsOf"]?.isNull == true)
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                #expect(rule(try await runner.examine("follow", at: "dc1")) == "still-a-primary")
                #expect(rule(try await runner.examine("drop-slots", at: "dc1")) == "still-a-primary")
            }
        }

        @Test func `a fenced dc1 that has more than the standbys is not thrown away without a named person`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await runner.freezeBoth()
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 300)", user: "app")
                let person = Task { try await trio.sql("dc1", "SELECT pg_sleep(60)") }
                try await trio.wait(
                    at: "dc1", for: "SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'")
                let fenced = try await runner.run("fence", at: "dc1")
                #expect(fenced.verdict == .done)
                #expect(fenced.sentence.contains("sessions of superusers cannot be ended from here: postgres (process"))
                try await trio.sql(
                    "dc1", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'")
                await #expect(throws: (any Error).self) { try await person.value }
                #expect(try await runner.examine("catch-up", at: "dc2").verdict == .waiting)
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                let refused = try await runner.examine("promote", at: "dc2")
                #expect(rule(refused) == "primary-ahead" && acceptance(refused) == "data-of-dc1")
                #expect((refused.facts["loss"]?["bytes"]?.integer ?? 0) > 0)
                runner.accepted = ["data-of-dc1"]
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done)
                #expect(promoted.facts["lossText"]?.text?.contains("loss: 0 bytes") == false)
            }
        }

        private func seen(_ trio: PostgresTrio, _ site: String) async throws -> StepContext.Recorded.Position {
            let access = PostgresAccess(secrets: TrioSecrets(), limits: .test)
            let server = try access.server(at: site, cluster: "main", in: trio.topology, run: "r1")
            return .init(observation: try await server.observe(), at: Moment(microseconds: 1_700_000_000_000_000))
        }
    }
}

func expectNoSecret(in texts: [String]) {
    for text in texts {
        #expect(!text.contains(TrioSecrets.handoverPassword) && !text.contains(TrioSecrets.replicatorPassword))
    }
}
