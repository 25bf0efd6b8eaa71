import Foundation
import HandoverTestSupport
import Systems
import Testing

@testable import FailoverModel

/// How a site that is back becomes a standby again, on real servers with real hosts.
extension PostgresTests {
    @Suite struct Rejoining {
        @Test func `stopped in good order: proven on every standby, promoted unasked, and back without a rewind`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 100)", user: "app")
                try await trio.sql("dc1", "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (dc2, dc3)'")
                try await trio.sql("dc1", "SELECT pg_reload_conf()")
                #expect(rule(try await runner.examine("demote", at: "dc1")) == "not-fenced")
                for step in ["fence", "demote"] { #expect(try await runner.run(step, at: "dc1").verdict == .done) }
                #expect(try await runner.run("demote", at: "dc1").verdict == .done, "a second time changes nothing")
                #expect(rule(try await runner.examine("promote", at: "dc2")) == "primary-not-proven-down")
                for site in ["dc3", "dc2"] {
                    let proven = try await runner.run("prove-shutdown", at: site)
                    #expect(proven.verdict == .done, "\(proven.sentence)")
                }
                let promoted = try await runner.run("promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                #expect(promoted.facts["loss"]?["bytes"]?.integer == 0)
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                #expect(runner.remembered["rejoin-dc1"]?["way"]?.text == "follow")
                #expect(try await runner.run("follow", at: "dc3").verdict == .done)
                try await expectSame(trio, rows: "100")
                #expect(try await runner.run("drop-slots", at: "dc1").verdict == .done)
                #expect(try await trio.sql("dc1", "SELECT count(*) FROM pg_replication_slots") == "0")
                #expect(try await trio.sql("dc1", "SHOW synchronous_standby_names") == "ANY 1 (dc2, dc3)")
                #expect(try await trio.sql("dc1", "SHOW default_transaction_read_only") == "off", "the fence is gone")
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `stopped and not promoted: the undo starts it as the primary that it was`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                let settings =
                    "SELECT string_agg(name || setting, ',' ORDER BY name) FROM pg_file_settings "
                    + "WHERE sourcefile LIKE '%auto.conf'"
                let before = try await trio.sql("dc1", settings)
                for step in ["fence", "demote"] { #expect(try await runner.run(step, at: "dc1").verdict == .done) }
                #expect(try await runner.undo("demote", at: "dc1").verdict == .done)
                #expect(try await runner.undo("fence", at: "dc1").verdict == .done)
                #expect(try await trio.sql("dc1", settings) == before)
                try await trio.sql("dc1", "INSERT INTO numbers VALUES (1)", user: "app")
                try await trio.wait(
                    at: "dc1", for: "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
                #expect(!FileManager.default.fileExists(atPath: "\(trio.directory)/dc1/standby.signal"))
            }
        }

        @Test func `diverged: rewound, with what only it had counted and kept, and its own files put back`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 3)
                try await trio.asServer("sh", "-c", "echo '# of dc1 alone' >> \(trio.directory)/dc1/pg_hba.conf")
                let found = try await runner.examine("rejoin", at: "dc1")
                #expect(found.facts["way"]?.text == "rewind", "\(found.sentence)")
                #expect(found.facts["surplus"]?["transactions"]?.integer == 3, "\(found.sentence)")
                runner.parameters = ["keepDivergent": true, "keepTables": ["postgres/public.numbers"]]
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                try await expectSame(trio, rows: "0")
                #expect(
                    try await trio.asServer("grep", "-c", "of dc1 alone", "\(trio.directory)/dc1/pg_hba.conf") == "1")
                let kept = try await trio.asServer("sh", "-c", "cat \(trio.directory)/dc1.handover-kept-*/summary.txt")
                #expect(kept.matches(of: /desc: COMMIT/).count == 3, "\(kept)")
                let dumped = try await trio.asServer(
                    "sh", "-c", "cat \(trio.directory)/dc1.handover-kept-*/tables-1-postgres.sql")
                #expect(dumped.contains("COPY public.numbers (value) FROM stdin;\n1\n2\n3\n"), "\(dumped)")
                #expect(try await runner.run("rejoin", at: "dc1").verdict == .done)
                try await expectNoPasswordLeft(trio)
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `tables that cannot be dumped stop it before the rewind, until a person goes on without them`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 2)
                runner.parameters = ["keepTables": ["public.numbers"]]
                let written = await #expect(throws: Fault.self) { try await runner.examine("rejoin", at: "dc1") }
                #expect(written?.kind == .invalid, "\(written as Any)")
                runner.parameters = ["keepTables": ["postgres/public.numbers", "postgres/public.letters"]]
                let fault = await #expect(throws: Fault.self) { try await runner.run("rejoin", at: "dc1") }
                #expect(fault?.what.contains("nothing was rewound") == true, "\(fault as Any)")
                #expect(fault?.what.contains("no matching tables were found") == true, "\(fault as Any)")
                let refused = try await runner.examine("rejoin", at: "dc1")
                #expect(rule(refused) == "tables-not-kept" && acceptance(refused) == "dc1-without-tables")
                #expect(try await trio.controlData("dc1")["Latest checkpoint's TimeLineID"] == "1")
                #expect(!FileManager.default.fileExists(atPath: "\(trio.directory)/dc1/standby.signal"))
                runner.accepted = ["dc1-without-tables"]
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                try await expectSame(trio, rows: "0")
            }
        }

        @Test func `the log that a rewind needs is gone: said, asked for, and then copied anew with the old data kept`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 3)
                try await trio.start("dc1")
                try await trio.sql("dc1", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
                for _ in 0..<3 {
                    try await trio.sql("dc1", "INSERT INTO numbers VALUES (9)", user: "app")
                    try await trio.sql("dc1", "SELECT pg_switch_wal()")
                    try await trio.sql("dc1", "CHECKPOINT")
                }
                try await trio.stop("dc1", mode: "fast")
                let fault = await #expect(throws: Fault.self) { try await runner.run("rejoin", at: "dc1") }
                #expect(fault?.what.contains("pg_rewind cannot do it; nothing was changed") == true, "\(fault as Any)")
                let refused = try await runner.examine("rejoin", at: "dc1")
                #expect(rule(refused) == "rebuild-not-allowed" && acceptance(refused) == "rebuild-dc1")
                runner.accepted = ["rebuild-dc1"]
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                try await expectSame(trio, rows: "0")
                let old = try await trio.asServer(
                    "sh", "-c", "ls -d \(trio.directory)/dc1.handover-old-*/global/pg_control")
                #expect(old.hasSuffix("pg_control"))
                try await expectNoPasswordLeft(trio)
            }
        }

        @Test func `no checksums and no hints in the log: a rewind is not even tried`() async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 1)
                try await trio.start("dc1")
                try await trio.stop("dc1", mode: "fast")
                try await trio.program("pg_checksums", ["--disable", "--no-sync"], at: "dc1")
                let refused = try await runner.examine("rejoin", at: "dc1")
                #expect(rule(refused) == "rebuild-not-allowed")
                #expect(refused.sentence.contains("neither checksums nor wal_log_hints"), "\(refused.sentence)")
            }
        }

        @Test func `a role that may not rewind is told what to grant, and a takes-writes dc1 is left alone`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 1)
                try await trio.sql("dc2", "REVOKE EXECUTE ON FUNCTION pg_read_binary_file(text) FROM handover")
                let fault = await #expect(throws: Fault.self) { try await runner.examine("rejoin", at: "dc1") }
                #expect(fault?.kind == .forbidden)
                #expect(fault?.next.contains("GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO handover") == true)
                try await trio.start("dc1")
                #expect(rule(try await runner.examine("rejoin", at: "dc1")) == "writable-primary-elsewhere")
                let foreign = PostgresTrio.sites[0]
                try await trio.replaceByForeignCluster(foreign)
                let other = try await runner.examine("rejoin", at: "dc1")
                #expect(rule(other) == "system-identifier-differs", "\(other.sentence)")
                try await trio.stop("dc1")
                #expect(rule(try await runner.examine("rejoin", at: "dc1")) == "system-identifier-differs")
            }
        }

        @Test func `an empty data directory is filled when a person allows it, and another's files are not touched`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 1)
                let data = "\(trio.directory)/dc1"
                try await trio.asServer("mv", data, "\(data).away")
                try await trio.asServer("mkdir", "-m", "700", data)
                let refused = try await runner.examine("rejoin", at: "dc1")
                #expect(rule(refused) == "rebuild-not-allowed" && refused.sentence.contains("it has no data"))
                try await trio.asServer("touch", "\(data)/letter")
                #expect(rule(try await runner.examine("rejoin", at: "dc1")) == "directory-not-empty")
                try await trio.asServer("rm", "\(data)/letter")
                runner.accepted = ["rebuild-dc1"]
                // Half a copy that nobody of ours has made.
                try await trio.asServer("mkdir", "\(data).handover-new")
                try await trio.asServer("touch", "\(data).handover-new/letter")
                let fault = await #expect(throws: Fault.self) { try await runner.run("rejoin", at: "dc1") }
                #expect(
                    fault?.kind == .refused && fault?.what.contains("is not of Handover") == true, "\(fault as Any)")
                try await trio.asServer("rm", "\(data).handover-new/letter")
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
                try await expectSame(trio, rows: "0")
            }
        }

        @Test(.enabled(if: getuid() == 0, "mounting a small file system takes root"))
        func `the disk is full in the middle of a copy: said in the server's words, and the old data is still there`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 1)
                let data = "\(trio.directory)/dc1"
                try await trio.start("dc1")
                try await trio.stop("dc1", mode: "fast")
                try await trio.program("pg_checksums", ["--disable", "--no-sync"], at: "dc1")
                runner.accepted = ["rebuild-dc1"]
                try await trio.asServer("mkdir", "\(data).handover-new")
                let mounted = await
                    (try ChildProgram.start(
                        "mount", ["-t", "tmpfs", "-o", "size=12m,mode=777", "tmpfs", "\(data).handover-new"])).end()
                try #require(mounted.code == 0, "\(mounted.errors)")
                let fault = await #expect(throws: Fault.self) { try await runner.run("rejoin", at: "dc1") }
                let unmounted = await (try ChildProgram.start("umount", ["\(data).handover-new"])).end()
                #expect(unmounted.code == 0, "\(unmounted.errors)")
                #expect(fault?.what.contains("No space left on device") == true, "\(fault as Any)")
                #expect(fault?.what.contains("the old data is as it was") == true)
                #expect(FileManager.default.fileExists(atPath: "\(data)/global/pg_control"))
                let back = try await runner.run("rejoin", at: "dc1")
                #expect(back.verdict == .done, "\(back.sentence)")
            }
        }

        @Test(arguments: ["rejoin", "follow", "drop-slots"])
        func `owed to a standby that was promoted since: nothing is owed any more`(name: String) async throws {
            try await PostgresTrio.with { trio in
                let runner = StepRunner(trio)
                try await divergeAndPromote(runner, rows: 1)
                (runner.from, runner.to) = ("dc2", "dc1")
                var settlement = runner.context(name, at: "dc2")
                settlement.debtor = "ess-wind-back-1"
                let command = try runner.command(name)
                #expect((try? await command.examine(settlement))?.verdict != .done, "the journal knows of no promotion")
                settlement.recorded.serving["main"] = .init(
                    cluster: "main", site: "dc2", run: "ess-failover-9", at: Moment(microseconds: 0))
                let found = try await command.examine(settlement)
                #expect(found.verdict == .done, "\(found.sentence)")
                #expect(found.sentence.contains("promoted by ess-failover-9"))
                // A primary that the journal has not seen promoted last, and a step of no settlement.
                settlement.recorded.serving["main"]?.site = "dc1"
                #expect((try? await command.examine(settlement))?.verdict != .done)
                settlement.recorded.serving["main"]?.site = "dc2"
                settlement.debtor = nil
                #expect((try? await command.examine(settlement))?.verdict != .done)
            }
        }

        /// dc1 takes rows that no standby gets, crashes, and dc2 is promoted.
        private func divergeAndPromote(_ runner: StepRunner, rows: Int) async throws {
            let trio = try runner.trio
            try await runner.freezeBoth()
            for row in 1...rows { try await trio.sql("dc1", "INSERT INTO numbers VALUES (\(row))", user: "app") }
            try await trio.stop("dc1")
            runner.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
            // Either standby may have received a little more than the other.
            #expect(try await runner.run("fast-forward", at: "dc2").verdict == .done)
            let promoted = try await runner.run("promote", at: "dc2")
            #expect(promoted.verdict == .done, "\(promoted.sentence)")
            runner.accepted = []
        }

        private func expectSame(_ trio: PostgresTrio, rows: String) async throws {
            try await trio.sql("dc2", "CREATE TABLE after_rejoin (value int)")
            try await trio.wait(at: "dc1", for: "SELECT to_regclass('after_rejoin') IS NOT NULL")
            for site in ["dc1", "dc2"] { #expect(try await trio.sql(site, "SELECT count(*) FROM numbers") == rows) }
        }

        /// Beside the connection string that the server itself keeps, no file of ours has a password.
        private func expectNoPasswordLeft(_ trio: PostgresTrio) async throws {
            let found = try await trio.asServer(
                "sh", "-c",
                "grep -rl -e \(TrioSecrets.handoverPassword) -e \(TrioSecrets.replicatorPassword) "
                    + "\(trio.directory)/dc1.handover \(trio.directory)/dc1.handover-kept-* 2>/dev/null || true")
            #expect(found == "")
        }
    }
}
