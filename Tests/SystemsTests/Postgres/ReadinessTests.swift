import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

extension PostgresTests {
    /// The checks of databases that want real servers, real backups and real load.
    @Suite struct Readiness {
        @Test func `rows are compared at one moment while others write, and a spoilt copy is found`() async throws {
            try await PostgresTrio.with { trio in
                try await trio.sql(
                    "dc1",
                    """
                    CREATE TABLE users (name text, at timestamptz DEFAULT now(), balance numeric);
                    INSERT INTO users (name, balance) SELECT 'user ' || n, n * 1.5 FROM generate_series(1, 2000) n;
                    CREATE TABLE rooms (n bigint);
                    """)
                #expect(await compare(trio, "dc2").verdict == .unknown)
                #expect(await compare(trio, "dc2").fix.contains("GRANT SELECT ON \"users\", \"public\".\"rooms\" TO"))
                try await trio.sql("dc1", "GRANT SELECT ON users, rooms TO handover")
                try await trio.wait(at: "dc2", for: "SELECT has_table_privilege('handover', 'rooms', 'SELECT')")
                try await trio.wait(at: "dc3", for: "SELECT has_table_privilege('handover', 'rooms', 'SELECT')")
                let load = try await Load(trio)
                try await trio.wait(at: "dc1", for: "SELECT count(*) > 200 FROM rooms")
                for round in 0..<3 {
                    let result = await compare(trio, round.isMultiple(of: 2) ? "dc2" : "dc3")
                    #expect(result.verdict == .ok, "\(result.seen)")
                }
                let before = try await trio.sql("dc1", "SELECT count(*) FROM rooms")
                try await trio.wait(at: "dc1", for: "SELECT count(*) > \(before) FROM rooms")
                await load.end()
                try await spoil("users", trio, "dc3")
                let spoilt = await compare(trio, "dc3")
                #expect(spoilt.verdict == .failing)
                #expect(spoilt.seen.contains("users has 2000 rows at dc1 and 0 at dc3"), "\(spoilt.seen)")
                #expect(!spoilt.seen.contains("rooms has"))
                #expect(await compare(trio, "dc2").verdict == .ok)
                #expect(try await trio.sql("dc2", "SELECT pg_get_wal_replay_pause_state()") == "not paused")
            }
        }

        @Test func `a server that hangs is unknown, late replay is told, and a refused standby is named`() async throws
        {
            try await PostgresTrio.with { trio in
                #expect(
                    try await problems(trio) == [
                        "warning replication.slot-limit dc1", "warning replication.slot-limit dc2",
                        "warning replication.slot-limit dc3",
                    ])
                let wrong = TrioSecrets(overrides: [TrioSecrets.replicator: "not-the-password"])
                #expect(
                    try await problems(trio, secrets: wrong).filter { $0.contains("access") } == [
                        "failing replication.access dc1", "failing replication.access dc2",
                        "failing replication.access dc3",
                    ])
                let postmaster = try await trio.process("dc2")
                kill(postmaster, SIGSTOP)
                let hung = try await problems(trio).filter { !$0.contains("slot-limit") }
                kill(postmaster, SIGCONT)
                #expect(hung == ["unknown postgres.reachable dc2"])
                try await trio.wait(at: "dc2", for: "SELECT true")

                // A query that reads what the primary drops holds replay up.
                try await trio.sql("dc1", "CREATE TABLE late (n int)")
                try await trio.wait(at: "dc3", for: "SELECT to_regclass('late') IS NOT NULL")
                let reader = Task {
                    try? await trio.sql("dc3", "BEGIN; SELECT count(*) FROM late; SELECT pg_sleep(60)")
                }
                try await trio.wait(
                    at: "dc3", for: "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                try await trio.sql("dc1", "DROP TABLE late")
                let delay = await replication(trio)
                try await trio.sql(
                    "dc3", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
                _ = await reader.value
                #expect(delay.filter { $0.verdict != .ok }.map(\.id) == ["replication.delay"])
                #expect(delay.first { $0.verdict != .ok }?.site == "dc3")
                try await judge(trio)
            }
        }

        /// What would take a broken disk, a restart or gigabytes to make: judged from what was really seen, with one thing changed.
        private func judge(_ trio: PostgresTrio) async throws {
            var looks = await Worker(access: access(trio)).look(at: try PostgresTrio.sites.map { try target(trio, $0) })
            let one = try #require(looks.seen.first { $0.target.site == "dc1" })
            func health(_ values: [String?], standbys: Int64 = 2, isPrimary: Bool = true) throws -> [String] {
                let columns = ["checksums", "failures", "senders", "slots", "used_slots", "twice"]
                let row = try PostgresRows(columns: columns, rows: [values], place: "test").one()
                return PostgresHealthChecks(
                    target: one.target, sight: one.sight, standbys: standbys, isPrimary: isPrimary
                ).judged(row).filter { $0.verdict != .ok && $0.id != "replication.slot-limit" }
                    .map { "\($0.verdict.rawValue) \($0.id): \($0.seen)" }
            }
            #expect(try health(["on", nil, "10", "10", "2", nil]) == [])
            #expect(
                try health(["off", nil, "10", "10", "2", nil]).first?.hasPrefix("warning postgres.checksums") == true)
            #expect(
                try health(["on", "synapse 3", "10", "10", "2", nil]) == [
                    "failing postgres.checksums: \(one.target.place) has read pages with a wrong checksum: synapse 3"
                ])
            #expect(try health(["on", nil, "1", "2", "2", nil]).first?.contains("has max_wal_senders = 1") == true)
            #expect(
                try health(["on", nil, "10", "5", "4", nil], isPrimary: false).first?
                    .contains("max_replication_slots = 5 of which 4 are in use") == true)
            #expect(
                try health(["on", nil, "10", "10", "2", "dc2"]) == [
                    "warning replication.names: more than one standby of \(one.target.place) calls itself dc2"
                ])

            let checks = ReplicationChecks(access: access(trio), looks: looks, primary: one)
            let room = checks.room(
                looks.seen.map(\.target).filter { $0.site != "dc1" },
                in: PostgresRows(
                    columns: ["slot_name", "safe_wal_size", "bytes"],
                    rows: [["dc2", "104857600", "1073741824"], ["dc3", "900000000", "1073741824"]], place: "test"))
            #expect(
                room.map { "\($0.verdict.rawValue) \($0.id) \($0.site)" } == [
                    "warning replication.slot-room dc2", "ok replication.slot-room dc3",
                ])
            #expect(room.first?.seen.hasPrefix("100 MiB more") == true)

            #expect(checks.laterParameters().allSatisfy { $0.verdict == .ok })
            let three = try #require(looks.seen.firstIndex { $0.target.site == "dc3" })
            looks.seen[three].sight.settings.values["max_connections"]?.value = "5000"
            let later = ReplicationChecks(access: access(trio), looks: looks, primary: one).laterParameters()
            #expect(later.filter { $0.verdict == .failing }.map(\.site) == ["dc2"])
            #expect(later.first { $0.verdict == .failing }?.seen.contains("5000 is needed under dc3") == true)

            let skewed = PostgresChecks(
                access: access(trio), topology: trio.topology, cluster: PostgresTrio.cluster, from: nil, to: nil,
                limit: .seconds(3)
            ).own(
                one.target, one.sight,
                (one.sight.clock.advanced(byMilliseconds: 60_000), one.sight.clock.advanced(byMilliseconds: 61_000)))
            #expect(skewed.first { $0.id == "postgres.clock" }?.seen.contains("60 s behind this machine's") == true)

            let here = one.sight.siteObservation
            #expect(ReadinessCheck.samePlace([here]).map(\.verdict) == [.ok])
            let apart = ReadinessCheck.samePlace([here, SiteObservation(site: "dc2", cluster: "mas", seen: here.seen)])
            #expect(apart.map { "\($0.verdict.rawValue) \($0.site)" } == ["failing dc1", "failing dc2"])
        }

        @Test(.enabled(if: Self.backups != nil, "pgbackrest is not installed (apt-get install pgbackrest)"))
        func `the age of a backup is told by pgBackRest, by the archiver and by a program`() async throws {
            try await PostgresTrio.with { trio in
                let rest = try await PgBackRest(trio)
                let never = await backup(trio, .pgBackRest(program: rest.program, stanza: "other"))
                #expect(never.verdict == .failing, "\(never.seen)")
                #expect(await backup(trio, .pgBackRest(program: rest.program, stanza: "main")).verdict == .failing)
                try await rest.call("--type=full", "backup")
                let source = BackupSource.Driver.pgBackRest(program: rest.program, stanza: "main")
                let young = await backup(trio, source)
                #expect(young.verdict == .ok && young.seen.contains("main (full) is 0 min old"), "\(young.seen)")
                let old = await backup(trio, source, after: 30 * 3_600_000)
                #expect(old.verdict == .failing && old.seen.contains("and should be 26 h at most"), "\(old.seen)")

                #expect(await backup(trio, .archiver).verdict == .ok)
                #expect(await backup(trio, .archiver, after: 30 * 3_600_000).verdict == .failing)
                try await trio.sql("dc1", "ALTER SYSTEM SET archive_command = 'false'")
                try await trio.sql("dc1", "SELECT pg_reload_conf()")
                try await trio.sql("dc1", "CREATE TABLE more (n int)")
                try await trio.sql("dc1", "SELECT pg_switch_wal()")
                try await trio.wait(
                    at: "dc1", for: "SELECT last_failed_time > last_archived_time FROM pg_stat_archiver")
                let failed = await backup(trio, .archiver)
                #expect(failed.verdict == .failing && failed.seen.contains("fails to archive"), "\(failed.seen)")
            }
        }

        @Test func `a program tells the age of a backup by its last line, and what it cannot tell is no backup`()
            async throws
        {
            let trio = Topology(
                name: "t", sites: [Topology.Site(name: "dc1", postgres: [])], checks: ReadinessSettings())
            func result(_ words: String...) async -> CheckResult {
                await Self.backup(trio, [:], .program(words), now: .now)
            }
            #expect(await result("/bin/date", "-u", "+%Y-%m-%dT%H:%M:%SZ").verdict == .ok)
            #expect(await result("/bin/date", "+%s").verdict == .ok)
            #expect(await result("/bin/echo", "1600000000").verdict == .failing)
            #expect(await result("/bin/echo", "yesterday").seen.contains("its last line is not a time: yesterday"))
            #expect(await result("/bin/false").seen.contains("ended with 1"))
        }

        // MARK: Help

        static let backups: String? = ["/usr/bin/pgbackrest"].first(where: FileManager.default.isExecutableFile)

        private func access(_ trio: PostgresTrio, _ secrets: TrioSecrets? = nil) -> PostgresAccess {
            PostgresAccess(secrets: secrets ?? trio.secrets)
        }

        private func target(_ trio: PostgresTrio, _ site: String) throws -> PostgresTarget {
            try access(trio).server(at: site, cluster: PostgresTrio.cluster, in: trio.topology, run: "check")
        }

        private func compare(_ trio: PostgresTrio, _ site: String) async -> CheckResult {
            let tables = ComparedTables(
                cluster: PostgresTrio.cluster, database: "postgres", tables: ["users", "public.rooms"])
            do {
                return await ConsistencyCheck(
                    tables: tables, primary: try target(trio, "dc1"), standby: try target(trio, site)
                ).result()
            } catch {
                Issue.record(error)
                return CheckResult(id: "", site: site, verdict: .unknown, seen: "\(error)", why: "", fix: "")
            }
        }

        private func problems(_ trio: PostgresTrio, secrets: TrioSecrets? = nil) async throws -> [String] {
            let checks = PostgresChecks(
                access: access(trio, secrets), topology: trio.topology, cluster: PostgresTrio.cluster, from: nil,
                to: nil, limit: .seconds(3))
            return await checks.report().results.filter { $0.verdict != .ok }
                .map { "\($0.verdict.rawValue) \($0.id) \($0.site)" }.filter { !$0.contains("rewind") }.sorted()
        }

        private func replication(_ trio: PostgresTrio) async -> [CheckResult] {
            do {
                let targets = try PostgresTrio.sites.map { try target(trio, $0) }
                let looks = await Worker(access: access(trio)).look(at: targets)
                let checks = ReplicationChecks(
                    access: access(trio), looks: looks, primary: looks.seen.first { $0.target.site == "dc1" },
                    longest: .milliseconds(500))
                return await checks.parts(within: .seconds(10)).report().results
            } catch {
                Issue.record(error)
                return []
            }
        }

        private struct Worker: PostgresWorker { var access: PostgresAccess }

        private func backup(
            _ trio: PostgresTrio, _ driver: BackupSource.Driver, after milliseconds: Int64 = 0
        ) async -> CheckResult {
            let primary = try? target(trio, "dc1")
            return await Self.backup(
                trio.topology, primary.map { [PostgresTrio.cluster: $0] } ?? [:], driver,
                now: Moment.now.advanced(byMilliseconds: milliseconds))
        }

        private static func backup(
            _ topology: Topology, _ primaries: [String: PostgresTarget], _ driver: BackupSource.Driver, now: Moment
        ) async -> CheckResult {
            var topology = topology
            topology.checks.backups = [
                BackupSource(cluster: PostgresTrio.cluster, driver: driver, oldestMilliseconds: 26 * 3_600_000)
            ]
            let checks = BackupChecks(
                topology: topology, access: PostgresAccess(secrets: TrioSecrets()), primaries: primaries,
                environment: ProcessInfo.processInfo.environment, now: now)
            return await checks.parts(within: .seconds(30)).report().results[0]
        }

        /// An empty file is a table without rows, and no checksum speaks against it.
        private func spoil(_ table: String, _ trio: PostgresTrio, _ site: String) async throws {
            let path = try await trio.sql(site, "SELECT pg_relation_filepath('\(table)')")
            try await trio.wait(at: site, for: "SELECT pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()")
            try await trio.sql("dc1", "CHECKPOINT")
            try await trio.sql(site, "CHECKPOINT")
            try await trio.stop(site, mode: "fast")
            try await Shell.asPostgres(["truncate", "-s", "0", "\(trio.directory)/\(site)/\(path)"])
            try await trio.start(site)
            try await trio.wait(
                at: site, for: "SELECT count(*) = 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'")
        }
    }

    /// Several sessions that write without a pause, some in subtransactions and some that take back.
    private final class Load: Sendable {
        private let task: Task<Void, Never>
        private let file: String

        init(_ trio: PostgresTrio) async throws {
            let script = "\(trio.directory)/load.sql"
            let file = "\(trio.directory)/load.stop"
            self.file = file
            try """
            BEGIN;
            INSERT INTO rooms SELECT n FROM generate_series(1, 3) n;
            SAVEPOINT one;
            INSERT INTO rooms VALUES (4);
            UPDATE users SET balance = balance + 1 WHERE name = 'user ' || (1 + floor(random() * 2000));
            RELEASE one;
            SAVEPOINT two;
            INSERT INTO rooms VALUES (5);
            ROLLBACK TO two;
            COMMIT;
            SELECT pg_sleep(0.02);
            """.write(toFile: script, atomically: false, encoding: .utf8)
            let words = [
                "bash", "-c",
                """
                for k in 1 2 3; do while [ ! -e '\(file)' ]; do echo '\\i \(script)'; done |
                  psql -XqAt -h '\(trio.directory)' -p \(trio.port(of: "dc1")) -U postgres \
                  -d postgres >/dev/null 2>&1 & done; wait
                """,
            ]
            task = Task { _ = try? await Shell.asPostgres(words) }
        }

        func end() async {
            _ = FileManager.default.createFile(atPath: file, contents: nil)
            await task.value
        }
    }

    /// A repository of its own for dc1 of a trio.
    private struct PgBackRest {
        let program: [String]

        init(_ trio: PostgresTrio) async throws {
            let folder = "\(trio.directory)/backrest"
            try await Shell.asPostgres(["mkdir", "-p", "\(folder)/repo", "\(folder)/log", "\(folder)/lock"])
            let file = "\(trio.directory)/pgbackrest.conf"
            try """
            [main]
            pg1-path=\(trio.directory)/dc1
            pg1-port=\(trio.port(of: "dc1"))
            pg1-socket-path=\(trio.directory)
            pg1-user=postgres
            [global]
            repo1-path=\(folder)/repo
            log-path=\(folder)/log
            lock-path=\(folder)/lock
            log-level-console=error
            start-fast=y
            compress-type=none
            """.write(toFile: file, atomically: false, encoding: .utf8)
            program = ["pgbackrest", "--config=\(file)"]
            try await trio.sql("dc1", "ALTER SYSTEM SET archive_mode = on")
            try await trio.sql(
                "dc1", "ALTER SYSTEM SET archive_command = 'pgbackrest --config=\(file) --stanza=main archive-push %p'")
            try await trio.stop("dc1", mode: "fast")
            try await trio.start("dc1")
            try await call("stanza-create")
        }

        func call(_ words: String...) async throws {
            try await Shell.asPostgres(program + ["--stanza=main"] + words)
        }
    }
}
