import FailoverModel
import Glibc
import HandoverTestSupport
import Testing

@testable import Systems

extension PostgresTests {
    @Suite struct Obstacles {
        @Test func `a promotion that times out is unknown, and the new timeline proves it later`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                runner.accepted = ["dc1-is-down"]
                runner.parameters = ["seconds": 1]
                try await trio.sql("dc2", "SELECT pg_wal_replay_pause()")
                try await trio.wait(at: "dc2", for: "SELECT pg_get_wal_replay_pause_state() = 'paused'")
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 777)", user: "app")
                try await trio.wait(at: "dc3", for: "SELECT count(*) = 777 FROM numbers")
                try await trio.stop("dc1")
                try await runner.freezeBoth()
                let paused = try await runner.examine("freeze", at: "dc2")
                #expect(paused.sentence.contains("paused"))
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                let startup = try await trio.process("dc2", "startup")
                kill(startup, SIGSTOP)
                let command = try runner.command("promote")
                let unasked = try await command.examine(runner.context("promote", at: "dc2"))
                #expect(rule(unasked) == "replay-paused", "\(unasked.sentence)")
                runner.accepted.insert("pause-of-dc2")
                let finding = try await command.examine(runner.context("promote", at: "dc2"))
                #expect(finding.verdict == .needed, "\(finding.sentence)")
                runner.remembered["promote-dc2"] = finding.facts
                do throws(Fault) {
                    try await command.act(runner.context("promote", at: "dc2"), on: finding)
                    Issue.record("a promotion that did not happen was taken for done")
                } catch { #expect(error.kind == .uncertain) }
                var shortened = PostgresAccess.Limits.test
                shortened.settle = .milliseconds(200)
                let hasty = StepRunner(trio, limits: shortened)
                let early = try await hasty.command("promote").verify(
                    runner.context("promote", at: "dc2"), after: finding)
                #expect(early.verdict == .waiting)
                kill(startup, SIGCONT)
                let proven = try await command.verify(runner.context("promote", at: "dc2"), after: finding)
                #expect(proven.verdict == .done, "\(proven.sentence)")
                #expect(try await trio.sql("dc2", "SELECT count(*) FROM numbers") == "777")
                #expect(try await runner.run("follow", at: "dc3").verdict == .done)
                let stranger = StepRunner(trio)
                stranger.accepted = ["dc1-is-down"]
                #expect(rule(try await stranger.examine("promote", at: "dc2")) == "not-promoted-by-us")
            }
        }

        @Test func `dc3 has smaller parameters, no slot and a wrong password: each is named before anything is done`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await trio.stop("dc1")
                try await trio.stop("dc2", mode: "fast")
                try await trio.start("dc2", settings: ["max_connections=80"])
                try await runner.freezeBoth()
                runner.accepted = ["dc1-is-down"]
                // After a restart dc2 has forgotten the torn record at the end of what it had received.
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                let low = try await runner.run("promote", at: "dc2")
                #expect(rule(low) == "parameters-too-low")
                #expect(low.sentence.contains("max_connections is 40, 80 is needed"))
                runner.accepted.insert("parameters-of-dc3")
                #expect(try await runner.run("promote", at: "dc2").verdict == .done)
                #expect(rule(try await runner.run("follow", at: "dc3")) == "parameters-too-low")
                try await trio.stop("dc3", mode: "fast")
                do {
                    _ = try await runner.examine("follow", at: "dc3")
                    Issue.record("a standby that is down was not noticed")
                } catch let fault as Fault { #expect(fault.kind == .unreachable) }
                try await trio.start("dc3", settings: ["max_connections=80"])
                let wrong = StepRunner(trio, secrets: TrioSecrets(overrides: [TrioSecrets.replicator: "Wr0ng-87"]))
                wrong.history = runner.history
                do {
                    _ = try await wrong.examine("follow", at: "dc3")
                    Issue.record("a wrong replication password was let in")
                } catch let fault as Fault {
                    #expect(fault.kind == .forbidden && !fault.description.contains("Wr0ng"))
                }
                let followed = try await runner.run("follow", at: "dc3")
                #expect(followed.verdict == .done, "\(followed.sentence)")
                #expect(
                    try await trio.sql("dc2", "SELECT string_agg(slot_name || active, ',') FROM pg_replication_slots")
                        == "dc3true")
                #expect(try await runner.undo("follow", at: "dc3").verdict == .done)
                #expect(try await trio.sql("dc3", "SELECT current_setting('primary_conninfo')") == "")
                #expect(try await runner.run("follow", at: "dc3").verdict == .done)

                try await trio.sql(
                    "dc2",
                    "SELECT pg_create_physical_replication_slot(n, true) FROM unnest(ARRAY['dc1', 'dc2', 'backup']) n")
                let slots = try await runner.run("drop-slots", at: "dc2")
                #expect(slots.verdict == .done && slots.sentence.contains("backup"))
                #expect(
                    try await trio.sql(
                        "dc2", "SELECT string_agg(slot_name, ',' ORDER BY slot_name) FROM pg_replication_slots")
                        == "backup,dc3")
                expectNoSecret(in: runner.said + wrong.said)
            }
        }

        /// Promoted in this state, PostgreSQL shuts down: it cannot replay what the primary did with its larger settings.
        @Test func `a dc2 that stopped replaying because dc1's parameters grew is not promoted unasked`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                runner.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
                try await trio.stop("dc1", mode: "fast")
                try await trio.start("dc1", settings: ["max_connections=80"])
                try await trio.wait(at: "dc2", for: "SELECT pg_get_wal_replay_pause_state() = 'paused'")
                #expect(rule(try await runner.examine("freeze", at: "dc2")) == "replay-paused")
                try await trio.stop("dc1")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 0 FROM pg_stat_wal_receiver")
                try await runner.freezeBoth()
                let unknown = try await runner.examine("promote", at: "dc2")
                #expect(
                    rule(unknown) == "replay-paused" && acceptance(unknown) == "pause-of-dc2", "\(unknown.sentence)")
                try await trio.stop("dc2", mode: "fast")
                try await trio.start("dc2", settings: ["max_connections=80"])
                let raised = try await runner.examine("promote", at: "dc2")
                #expect(rule(raised) != "replay-paused", "\(raised.sentence)")
            }
        }

        @Test func `two runs do not promote two sites, and a restarted delayed standby is not taken for what it tells`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await trio.sql("dc3", "ALTER SYSTEM SET recovery_min_apply_delay = '1h'")
                try await trio.sql("dc3", "SELECT pg_reload_conf()")
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 100)", user: "app")
                try await trio.stop("dc1")
                try await trio.stop("dc3", mode: "fast")
                try await trio.start("dc3")
                runner.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
                #expect(try await runner.run("freeze", at: "dc2").verdict == .done)
                let hidden = try await runner.run("freeze", at: "dc3")
                #expect(rule(hidden) == "position-unknown" && acceptance(hidden) == "data-of-dc3", "\(hidden.sentence)")
                #expect(rule(try await runner.examine("promote", at: "dc2")) == "position-unknown")
                runner.accepted.insert("data-of-dc3")
                #expect(try await runner.run("freeze", at: "dc3").verdict == .done)
                let finding = try await runner.examine("promote", at: "dc2")
                #expect(finding.verdict == .needed, "\(finding.sentence)")
                let access = PostgresAccess(secrets: TrioSecrets(), limits: .test)
                let dc3 = try access.server(at: "dc3", cluster: PostgresTrio.cluster, in: trio.topology, run: "r2")
                let other = try await PromotionLock.take(at: [dc3])
                let promote = try runner.command("promote")
                do throws(Fault) {
                    try await promote.act(runner.context("promote", at: "dc2"), on: finding)
                    Issue.record("two sites were about to be promoted")
                } catch { #expect(error.kind == .conflict) }
                other.release()
                #expect(try await runner.run("promote", at: "dc2").verdict == .done)
            }
        }

        @Test func `nobody is fenced where nobody could take over, and no fence is lifted beside another primary`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                (runner.from, runner.to) = ("dc2", "dc1")
                #expect(rule(try await runner.examine("catch-up", at: "dc1")) == "not-a-standby")
                (runner.from, runner.to) = ("dc1", "dc2")
                try await trio.stop("dc2")
                #expect(rule(try await runner.examine("fence", at: "dc1")) == "nobody-takes-over")
                try await trio.start("dc2")
                #expect(try await runner.run("fence", at: "dc1").verdict == .done)
                try await trio.sql("dc2", "SELECT pg_promote()")
                #expect(rule(try await runner.undo("fence", at: "dc1")) == "writable-primary-elsewhere")
                // The way back, while dc1 is still what it was: a fenced primary on the old timeline.
                (runner.from, runner.to) = ("dc2", "dc1")
                let back = try await runner.examine("fence", at: "dc2")
                #expect(
                    rule(back) == "nobody-takes-over" && back.sentence.contains("is no standby"), "\(back.sentence)")
                try await trio.sql("dc2", "SELECT 1")
            }
        }

        @Test func `a dc2 with smaller parameters than a fenced dc1 is not promoted`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                runner.accepted = ["data-of-dc1"]
                try await runner.freezeBoth()
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                try await trio.stop("dc1", mode: "fast")
                try await trio.start("dc1", settings: ["max_connections=80"])
                #expect(try await runner.run("fence", at: "dc1").verdict == .done)
                let low = try await runner.examine("promote", at: "dc2")
                #expect(rule(low) == "parameters-too-low" && acceptance(low) == nil, "\(low.sentence)")
                #expect(low.sentence.contains("max_connections is 40, 80 is needed"))
            }
        }

        @Test func `a standby that cannot be compared, and a foreign cluster, stop the promotion`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                runner.accepted = ["dc1-is-down"]
                try await trio.stop("dc1")
                try await runner.freezeBoth()
                try await trio.stop("dc3")
                let alone = try await runner.examine("fast-forward", at: "dc2")
                #expect(rule(alone) == "standby-not-compared" && acceptance(alone) == "data-of-dc3")
                #expect(acceptance(try await runner.examine("promote", at: "dc2")) == "dc3-is-down")
                runner.accepted.insert("data-of-dc3")
                #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
                try await trio.replaceByForeignCluster("dc3")
                #expect(rule(try await runner.examine("promote", at: "dc2")) == "system-identifier-differs")
                #expect(try await trio.sql("dc2", "SELECT pg_is_in_recovery()") == "t")
            }
        }
    }
}

@Suite struct PostgresValues {
    @Test(arguments: [
        ("dc3", ["dc3"], true), ("ANY 1 (dc1, dc3)", ["dc3"], true), ("2 (dc1,dc3)", ["dc3"], false),
        ("*", ["x"], true),
        ("\"handover-fence\"", ["dc2", "dc3"], false), ("FIRST 2 (*)", ["a", "b"], true), ("dc1", [], false),
    ])
    func `synchronous_standby_names is read as PostgreSQL does`(text: String, standbys: [String], isSatisfied: Bool)
        throws
    {
        #expect(try #require(SynchronousStandbyNames(text)).isSatisfied(by: standbys) == isSatisfied)
        #expect(SynchronousStandbyNames("  ") == nil)
    }

    @Test func `a connection string loses its password and comes back the same with it`() throws {
        let text = #"host='a b' password='it\'s \\ secret' port=5433 user=x"#
        let parsed = try #require(ConnectionString(parsing: text))
        #expect(parsed.hadSecret && parsed.keywords == ["host": "a b", "port": "5433", "user": "x"])
        #expect(parsed.text(password: Secret(#"it's \ secret"#)) == text)
        #expect(ConnectionString(parsing: "no equals sign") == nil)
        #expect(throws: Fault.self) { try SQLText.alterSystem("primary_conninfo", to: "a\nb", at: "dc1/main") }
    }

    @Test func `a loss that nobody measured is unknown, and one from an old look is the least there is`() {
        let last = Moment(microseconds: 1_000_000)
        #expect(
            LossEstimate.unknown(lastTransactionAt: nil).description
                == "loss: unknown bytes, unknown time, last transaction kept: unknown")
        #expect(LossEstimate.none(lastTransactionAt: last).bytes == 0)
        let since = LossEstimate.since(
            LogPosition(bytes: 500), at: Moment(microseconds: 3_500_000), kept: LogPosition(bytes: 200),
            lastTransactionAt: last)
        #expect(since.bytes == 300 && since.milliseconds == 2500)
        #expect(since.description.contains("at least 300 bytes, at least 2.500 s"))
        #expect(LossEstimate(json: since.json) == since)
    }

    @Test func `a SQLSTATE is found in the text of a refused connection`() {
        let text =
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication failed\nLOCATION:  auth_failed, auth.c:330"
        #expect(PostgresFaults.sqlState(in: text) == "28P01")
        #expect(
            PostgresFaults.sqlState(in: "connection to server at \"::1\", port 15432 failed: Connection refused") == nil
        )
    }
}
