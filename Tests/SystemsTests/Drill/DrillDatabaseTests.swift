import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// A drill's copy of a standby, on real servers with real hosts.
extension PostgresTests {
    @Suite struct Drills {
        @Test func `copied, promoted, read from and removed: nothing is as it was not before`() async throws {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                let runner = stage.runner
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 100)", user: "app")
                try await trio.sql("dc1", "GRANT SELECT, INSERT ON numbers TO handover; ANALYZE numbers")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 100 FROM numbers")
                let before = try await stage.picture()
                let cloned = try await runner.run("drill.clone", at: "dc2")
                #expect(cloned.verdict == .done, "\(cloned.sentence)")
                #expect((cloned.facts["bytes"]?.integer ?? 0) > 10_000_000, "\(cloned.facts)")
                try await expectApart(stage)
                let promoted = try await runner.run("drill.promote", at: "dc2")
                #expect(promoted.verdict == .done, "\(promoted.sentence)")
                #expect(promoted.facts["newTimeline"]?.integer == 2 && promoted.facts["tookWrite"]?.flag == true)
                // A record that the primary is just writing counts too.
                let lost = try #require(promoted.facts["loss"]?["bytes"]?.integer)
                #expect((0..<8192).contains(lost), "\(promoted.facts)")
                #expect(promoted.facts["promoteMilliseconds"]?.integer != nil)
                // The copy goes its own way, and the standby does not.
                try await trio.sql("dc1", "INSERT INTO numbers VALUES (101)", user: "app")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 101 AND pg_is_in_recovery() FROM numbers")
                #expect(try await stage.inCopy("SELECT count(*) FROM numbers") == "100")
                await expectShut(stage)
                runner.parameters = ["seconds": 1, "perSecond": 40]
                let load = try await runner.run("drill.load", at: "dc2")
                #expect(load.verdict == .done, "\(load.sentence)")
                #expect(load.facts["reads"]?.text == "tables")
                for side in ["clone", "primary"] {
                    let figures = try #require(load.facts[side])
                    #expect(figures["statements"]?.integer == 40 && figures["errors"]?.integer == 0, "\(figures)")
                    #expect((figures["p50Microseconds"]?.integer ?? 0) > 0)
                }
                #expect(load.facts["primary"]?["site"]?.text == "dc1")
                // A statement of the topology that writes, although it looks as if it read, writes nowhere.
                runner.topology.sites[1].postgres[0].drill?.statements = [
                    "WITH w AS (INSERT INTO numbers VALUES (7) RETURNING value) SELECT * FROM w"
                ]
                let fault = await #expect(throws: Fault.self) { try await runner.run("drill.load", at: "dc2") }
                #expect(fault?.what.contains("read-only transaction") == true, "\(fault as Any)")
                #expect(try await stage.inCopy("SELECT count(*) FROM numbers") == "100")
                let removed = try await runner.run("drill.remove", at: "dc2")
                #expect(removed.verdict == .done, "\(removed.sentence)")
                try await trio.sql("dc1", "DELETE FROM numbers WHERE value = 101", user: "app")
                #expect(try await stage.picture() == before)
                #expect(
                    try await runner.run("drill.remove", at: "dc2").verdict == .done, "a second time changes nothing")
                #expect(rule(try await runner.examine("drill.promote", at: "dc2")) == "no-copy")
                expectNoSecret(in: runner.said)
            }
        }

        @Test func `what a failover at that moment would lose is told, and unknown where the primary is away`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                let runner = stage.runner
                #expect(try await runner.run("freeze", at: "dc2").verdict == .done)
                #expect(try await runner.run("drill.clone", at: "dc2").verdict == .done)
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 1000)", user: "app")
                let ahead = try await trio.sql("dc1", "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
                let here = try await trio.sql("dc2", "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn")
                let loss = try #require(
                    try await runner.examine("drill.promote", at: "dc2").facts["loss"]?["bytes"]?.integer)
                let least = try #require(Int64(ahead)) - (try #require(Int64(here)))
                #expect(least > 0 && (least - 8192...least + 8192).contains(loss))
                try await trio.stop("dc1")
                let unknown = try await runner.examine("drill.promote", at: "dc2")
                #expect(unknown.verdict == .needed && unknown.facts["loss"]?["bytes"]?.isNull == true, "\(unknown)")
                #expect(try await runner.run("drill.promote", at: "dc2").verdict == .done)
                runner.parameters = ["seconds": 1, "perSecond": 10]
                let load = try await runner.run("drill.load", at: "dc2")
                #expect(load.facts["primary"] == nil && load.facts["primaryUnknown"]?.text != nil)
                #expect(load.facts["standby"]?["statements"]?.integer == 10, "\(load.facts)")
                #expect(try await runner.undo("drill.clone", at: "dc2").verdict == .done)
                #expect(try await trio.asServer("sh", "-c", "ls -d \(trio.directory)/dc2*") == stage.standing)
            }
        }

        @Test func `killed in the middle of the copying: found at work, gone on with, or removed without a trace`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                let runner = stage.runner
                let before = try await stage.picture()
                try await stage.hangBaseBackups()
                let (command, context) = (try runner.command("drill.clone"), runner.context("drill.clone", at: "dc2"))
                let acting = Task { try await command.act(context, on: Finding(.needed, "")) }
                try await stage.wait(forFile: "\(stage.path)/data/half")
                // Handover is gone, and the host goes on.
                acting.cancel()
                _ = await acting.result
                let found = try await runner.examine("drill.clone", at: "dc2")
                #expect(found.verdict == .waiting && found.sentence.contains("at work"), "\(found.sentence)")
                #expect(rule(try await stage.other("r2").examine("drill.clone", at: "dc2")) == "other-drill")
                #expect(rule(try await stage.other("r2").examine("drill.remove", at: "dc2")) == "other-drill")
                #expect(try await runner.run("drill.remove", at: "dc2").verdict == .done)
                #expect(try await stage.picture() == before)
                #expect(try await stage.processes() == "")
                // And where the host itself went down: the task ended without a word.
                let again = Task { try await command.act(context, on: Finding(.needed, "")) }
                try await stage.wait(forFile: "\(stage.path)/data/half")
                try await trio.asServer("sh", "-c", "kill -s KILL -- -$(cat \(stage.path)/pid)")
                await #expect(throws: Fault.self) { try await again.value }
                try await stage.letBaseBackups()
                let cloned = try await runner.run("drill.clone", at: "dc2")
                #expect(cloned.verdict == .done, "\(cloned.sentence)")
                // What is left of another run, and of a folder that was about to be one, goes as well.
                #expect(try await stage.other("r2").undo("drill.clone", at: "dc2").verdict == .done)
                try await trio.asServer("mkdir", "\(stage.path).handover")
                #expect(try await runner.run("drill.remove", at: "dc2").verdict == .done)
                #expect(try await stage.picture() == before)
            }
        }

        @Test
        func `what another journal's drill has made is never taken for its own, not even under the same run's name`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                #expect(try await stage.runner.run("drill.clone", at: "dc2").verdict == .done)
                // Between two steps nothing of it is at work.
                for run in ["r1", "r2"] {
                    let other = stage.other(run, journal: "aabb")
                    let found = try await other.examine("drill.clone", at: "dc2")
                    #expect(rule(found) == "other-drill" && found.sentence.contains("another journal (0011)"))
                    #expect(found.sentence.contains("handover rollback r1"), "\(found.sentence)")
                    #expect(rule(try await other.examine("drill.promote", at: "dc2")) == "no-copy")
                    for removed in [
                        try await other.run("drill.remove", at: "dc2"), try await other.undo("drill.clone", at: "dc2"),
                    ] {
                        #expect(
                            removed.verdict == .done && removed.sentence.contains("and stays"), "\(removed.sentence)")
                    }
                }
                // What was seen has become another's: the script itself reads the mark again.
                let (copy, seen) = (try stage.copy, try await stage.copy.look())
                try await trio.asServer("sed", "-i", "s/^journal=.*/journal=aabb/", stage.mark)
                let fault = await #expect(throws: Fault.self) { try await copy.remove(seen) }
                #expect(fault?.what.contains("by now") == true, "\(fault as Any)")
                try await trio.asServer("sed", "-i", "s/^journal=.*/journal=0011/", stage.mark)
                #expect(try await stage.runner.run("drill.promote", at: "dc2").verdict == .done)
                // Who answers for it may have it.
                let answering = stage.other("r2", journal: "aabb")
                answering.accepted = ["dc2-other-drill"]
                #expect(try await answering.run("drill.remove", at: "dc2").verdict == .done)
                #expect(try await trio.asServer("sh", "-c", "ls -d \(trio.directory)/dc2*") == stage.standing)
            }
        }

        @Test func `a mark of an older Handover is nobody's: it is not removed silently, and what to do is said`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                let runner = stage.runner
                #expect(try await runner.run("drill.clone", at: "dc2").verdict == .done)
                try await trio.asServer("sed", "-i", "/^journal=/d", stage.mark)
                for step in ["drill.clone", "drill.remove"] {
                    let found = try await runner.examine(step, at: "dc2")
                    #expect(found.verdict == .refused(rule: "other-drill", acceptance: "dc2-other-drill"))
                    #expect(found.sentence.contains("pg_ctl stop -D \(stage.path)/data"), "\(found.sentence)")
                }
                #expect(rule(try await runner.undo("drill.clone", at: "dc2")) == "other-drill")
                #expect(try await trio.asServer("ls", stage.mark) == stage.mark)
                runner.accepted = ["dc2-other-drill"]
                #expect(try await runner.run("drill.remove", at: "dc2").verdict == .done)
                #expect(try await trio.asServer("sh", "-c", "ls -d \(trio.directory)/dc2*") == stage.standing)
            }
        }

        @Test func `what has no mark, another mark or another database is not touched, and a taken place not used`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                let runner = stage.runner
                try await trio.asServer("mkdir", stage.path)
                try await trio.asServer("touch", "\(stage.path)/letter")
                #expect(rule(try await runner.examine("drill.clone", at: "dc2")) == "place-taken")
                let stays = try await runner.run("drill.remove", at: "dc2")
                #expect(stays.verdict == .done && stays.sentence.contains("no mark of a drill"), "\(stays.sentence)")
                await #expect(throws: Fault.self) { try await stage.remove() }
                #expect(try await trio.asServer("ls", stage.path) == "letter")
                try await trio.asServer("rm", "-r", stage.path)

                #expect(rule(try await runner.examine("drill.clone", at: "dc1")) == "not-a-standby")
                stage.setPort(trio.port(of: "dc3"))
                #expect(rule(try await runner.examine("drill.clone", at: "dc2")) == "port-taken")
                stage.setPort(stage.port)

                #expect(try await runner.run("drill.clone", at: "dc2").verdict == .done)
                // A mark that was copied with its folder counts for nothing.
                try await trio.asServer("cp", "-a", stage.path, "\(stage.path)-2")
                try await trio.asServer("mv", stage.path, "\(stage.path)-1")
                try await trio.asServer("mv", "\(stage.path)-2", stage.path)
                #expect(rule(try await runner.examine("drill.promote", at: "dc2")) == "no-copy")
                await #expect(throws: Fault.self) { try await stage.remove() }
                try await trio.asServer("rm", "-r", stage.path)
                try await trio.asServer("mv", "\(stage.path)-1", stage.path)
                // Another database in the place of the copy.
                try await trio.asServer("sed", "-i", "s/^sysid=.*/sysid=7000000000000000000/", stage.mark)
                for step in ["drill.promote", "drill.remove"] {
                    #expect(rule(try await runner.examine(step, at: "dc2")) == "identifier-differs", "\(step)")
                }
                await #expect(throws: Fault.self) { try await stage.remove() }
                #expect(try await trio.asServer("ls", "\(stage.path)/data/PG_VERSION").hasSuffix("PG_VERSION"))
            }
        }

        @Test(.enabled(if: getuid() == 0, "mounting a small file system takes root"))
        func `a disk without room for the copy is seen before anything is made`() async throws {
            try await PostgresTrio.with { trio in
                let stage = try DrillStage(trio)
                let small = "\(trio.directory)/small"
                try await trio.asServer("mkdir", small)
                let mounted = await
                    (try ChildProgram.start("mount", ["-t", "tmpfs", "-o", "size=40m,mode=777", "tmpfs", small])).end()
                try #require(mounted.code == 0, "\(mounted.errors)")
                stage.setPath("\(small)/drill")
                let found = Result { try FileManager.default.contentsOfDirectory(atPath: small) }
                let refused = try? await stage.runner.examine("drill.clone", at: "dc2")
                let unmounted = await (try ChildProgram.start("umount", [small])).end()
                #expect(unmounted.code == 0, "\(unmounted.errors)")
                #expect(refused.map { rule($0) } == "no-room-for-copy", "\(refused as Any)")
                #expect(try found.get() == [])
            }
        }

        /// Nothing of the site's own is in the copy's settings, and no password.
        private func expectApart(_ stage: DrillStage) async throws {
            let trio = stage.trio
            let settings = try await trio.asServer("cat", "\(stage.path)/data/postgresql.conf")
            for line in [
                "primary_conninfo = ''", "primary_slot_name = ''", "archive_mode = 'off'",
                "listen_addresses = '127.0.0.1'",
                "cluster_name = 'handover-drill r1'", "synchronous_standby_names = ''", "port = '\(stage.port)'",
            ] { #expect(settings.contains("\(line)\n"), "\(line) in \(settings)") }
            #expect(try await trio.asServer("cat", "\(stage.path)/data/postgresql.auto.conf") == "")
            let secrets = try await trio.asServer(
                "sh", "-c",
                "grep -rl -e \(TrioSecrets.handoverPassword) -e \(TrioSecrets.replicatorPassword) \(stage.path) || true"
            )
            #expect(secrets == "")
            #expect(try await trio.sql("dc2", "SELECT count(*) FROM pg_replication_slots") == "0")
        }

        /// Neither the application nor a superuser gets in, by whatever way the site's own rules would let them.
        private func expectShut(_ stage: DrillStage) async {
            for user in ["app", "postgres", "replicator"] {
                let error = await #expect(throws: TrioFailure.self) { try await stage.inCopy("SELECT 1", user: user) }
                #expect(error?.description.contains("no pg_hba.conf entry") == true, "\(error as Any)")
            }
        }
    }
}

/// A trio whose dc2 has a place for drills.
final class DrillStage {
    let trio: PostgresTrio
    let runner: StepRunner
    let port: Int
    let path: String
    /// What stands beside dc2's data directory.
    let standing: String

    init(_ trio: PostgresTrio) throws {
        self.trio = trio
        runner = StepRunner(trio)
        port = try Shell.freePorts(1)[0]
        path = "\(trio.directory)/dc2.handover-drill"
        standing = "\(trio.directory)/dc2\n\(trio.directory)/dc2.log"
        for (index, site) in runner.topology.sites.enumerated() {
            runner.topology.sites[index].postgres[0].drill = DrillDatabase(
                host: "127.0.0.1", port: port, path: "\(trio.directory)/\(site.name).handover-drill")
        }
    }

    var mark: String { "\(path)/handover-drill" }

    var copy: DrillCopy {
        get throws {
            let access = PostgresAccess(secrets: trio.secrets, limits: .test)
            let target = try access.server(at: "dc2", cluster: "main", in: runner.topology, run: "r1")
            return try DrillCopy(of: target, for: DrillOwner(run: "r1", journal: "0011"), access)
        }
    }

    func setPort(_ port: Int) { runner.topology.sites[1].postgres[0].drill?.port = port }
    func setPath(_ path: String) { runner.topology.sites[1].postgres[0].drill?.path = path }

    /// As a command removes it that has just looked, whatever the mark says.
    func remove() async throws {
        let copy = try copy
        try await copy.remove(try await copy.look())
    }

    /// A runner of another run on the same topology, of the same journal or another.
    func other(_ run: String, journal: String = "0011") -> StepRunner {
        let other = StepRunner(trio)
        other.topology = runner.topology
        other.run = run
        other.recorded.journal = journal
        return other
    }

    /// SQL in the copy, with psql.
    func inCopy(_ text: String, user: String = "handover") async throws -> String {
        try await trio.asServer(
            "env", "PGPASSWORD=\(TrioSecrets.handoverPassword)", "\(Shell.binaries)/psql", "-X", "-qAt", "-h",
            "127.0.0.1",
            "-p", String(port), "-U", user, "-d", "postgres", "-c", text)
    }

    /// Everything that a drill must leave as it was: files beside the data, configuration, slots, roles, settings, rows.
    func picture() async throws -> [String] {
        var lines: [String] = []
        lines.append(
            try await trio.asServer(
                "sh", "-c",
                "cd \(trio.directory) && ls -A && for s in dc1 dc2 dc3; do ls -A $s; sha256sum $s/*.conf; done"))
        for site in PostgresTrio.sites {
            for query in [
                "SELECT slot_name, temporary, active FROM pg_replication_slots ORDER BY 1",
                "SELECT rolname, rolsuper, rolreplication FROM pg_roles ORDER BY 1",
                "SELECT name, setting FROM pg_settings WHERE name NOT IN ('application_name') ORDER BY 1",
                "SELECT application_name, state FROM pg_stat_replication ORDER BY 1",
                "SELECT count(*), sum(value) FROM numbers", "SELECT pg_is_in_recovery()",
            ] { lines.append(try await trio.sql(site, query)) }
        }
        return lines
    }

    /// Programs of PostgreSQL in place of which pg_basebackup begins a copy and then hangs.
    func hangBaseBackups() async throws {
        let folder = "\(trio.directory)-bin"
        try await trio.asServer(
            "sh", "-c",
            """
            mkdir \(folder) && ln -s \(Shell.binaries)/* \(folder)/ && rm \(folder)/pg_basebackup &&
            printf '%s\\n' '#!/bin/sh' 'mkdir -p "$2" && touch "$2/half" && exec sleep 600' >\(folder)/pg_basebackup &&
            chmod 755 \(folder)/pg_basebackup
            """)
        runner.topology.sites[1].postgres[0].databaseHost?.binaries = folder
    }

    func letBaseBackups() async throws {
        let folder = try #require(runner.topology.sites[1].postgres[0].databaseHost?.binaries)
        runner.topology.sites[1].postgres[0].databaseHost?.binaries = Shell.binaries
        try await trio.asServer("rm", "-r", folder)
    }

    /// Processes that have the copy's folder in their words.
    func processes() async throws -> String {
        try await trio.asServer("sh", "-c", "pgrep -af -- '\(path)[/]' | grep -v pgrep || true")
    }

    func wait(forFile path: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while (try? await trio.asServer("ls", path)) == nil {
            guard ContinuousClock.now < deadline else { throw TrioFailure("\(path) never came") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
