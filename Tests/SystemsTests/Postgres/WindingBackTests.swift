import FailoverModel
import Foundation
import HandoverTestSupport
import Systems
import Testing

/// How a promotion is wound back, on real servers with real hosts.
extension PostgresTests {
    @Suite struct Winding {
        @Test func `nothing committed since: the old primary takes writes again, and keeps what only it has`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let (there, back) = try await promoted(trio)
                // So dc3 has to be rewound too.
                #expect(try await there.run("follow", at: "dc3").verdict == .done)
                let proven = try await back.examine("prove-unwritten", at: "dc2")
                #expect(proven.verdict == .done && proven.sentence.contains("keeps the"), "\(proven.sentence)")
                #expect(
                    rule(try await back.examine("fence", at: "dc2")) == "nobody-takes-over", "nothing is proven yet")
                #expect(rule(try await back.examine("reopen", at: "dc1")) == "writable-primary-elsewhere")
                #expect(try await there.run("fence", at: "dc1").verdict == .done)
                #expect(rule(try await back.examine("reopen", at: "dc1")) == "writable-primary-elsewhere")

                for step in ["prove-unwritten", "fence"] {
                    let done = try await back.run(step, at: "dc2")
                    #expect(done.verdict == .done, "\(done.sentence)")
                }
                // dc3 is away and was a standby when it was seen last; of one that never was seen nobody knows.
                try await trio.stop("dc3")
                let unseen = await #expect(throws: Fault.self) { try await back.examine("reopen", at: "dc1") }
                #expect(unseen?.kind == .unreachable, "\(unseen as Any)")
                try await trio.start("dc3")
                let open = try await back.run("reopen", at: "dc1")
                #expect(open.verdict == .done, "\(open.sentence)")
                #expect(open.facts["newTimeline"]?.integer == 1 && open.facts["site"]?.text == "dc1")
                // Where dc1 is gone again, nobody is made to follow the fenced dc2 instead, and dc3 is not the one that is away.
                try await trio.stop("dc1")
                let gone = await #expect(throws: Fault.self) { try await back.examine("rejoin", at: "dc3") }
                #expect(
                    gone?.kind == .unavailable && gone?.what.contains("dc1/main, which dc3") == true, "\(gone as Any)")
                try await trio.start("dc1")
                try await trio.sql("dc1", "INSERT INTO numbers VALUES (4)", user: "app")

                let rejoined = try await back.run("rejoin", at: "dc2")
                #expect(rejoined.verdict == .done, "\(rejoined.sentence)")
                #expect(back.remembered["rejoin-dc2"]?["way"]?.text == "rewind")
                let third = try await back.run("rejoin", at: "dc3")
                #expect(third.verdict == .done, "\(third.sentence)")
                #expect(back.remembered["rejoin-dc3"]?["way"]?.text == "rewind")
                #expect(try await back.run("reopen", at: "dc1").verdict == .done, "a second time changes nothing")
                try await trio.sql("dc1", "CREATE TABLE after_winding (value int)")
                for site in ["dc2", "dc3"] {
                    try await trio.wait(at: site, for: "SELECT to_regclass('after_winding') IS NOT NULL")
                }
                for site in PostgresTrio.sites {
                    #expect(try await trio.sql(site, "SELECT count(*) FROM numbers") == "4", "\(site)")
                    #expect(try await trio.sql(site, "SHOW default_transaction_read_only") == "off", "\(site)")
                }
                expectNoSecret(in: there.said + back.said)
            }
        }

        @Test
        func `a commit, a prepared transaction, a log with a gap, an archive, no host: each forbids it and says so`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let (there, back) = try await promoted(trio)
                #expect(try await back.run("prove-unwritten", at: "dc2").verdict == .done)
                // What was begun and given up is no commit.
                try await trio.sql("dc2", "BEGIN; CREATE TABLE never (); ROLLBACK")
                #expect(try await back.examine("prove-unwritten", at: "dc2").verdict == .done)

                for setting in ["archive_mode = on", "max_prepared_transactions = 2"] {
                    try await trio.sql("dc2", "ALTER SYSTEM SET \(setting)")
                }
                try await trio.stop("dc2", mode: "fast")
                try await trio.start("dc2")
                try await expectRefusal(back, "archive_mode is on")
                try await trio.sql("dc2", "ALTER SYSTEM RESET archive_mode")
                try await trio.stop("dc2", mode: "fast")
                try await trio.start("dc2")
                #expect(try await back.examine("prove-unwritten", at: "dc2").verdict == .done)

                let topology = back.topology
                let at = try #require(topology.sites.firstIndex { $0.name == "dc2" })
                back.topology.sites[at].postgres[0].databaseHost = nil
                try await expectRefusal(back, "no \"databaseHost\"")
                back.topology = topology

                try await trio.sql("dc2", "BEGIN; CREATE TABLE held (); PREPARE TRANSACTION 'held'")
                try await expectRefusal(back, "has committed 1 transaction since the fork")
                // Written between the last proof and the opening.
                #expect(try await there.run("fence", at: "dc1").verdict == .done)
                #expect(try await back.run("fence", at: "dc2").verdict == .done)
                #expect(rule(try await back.examine("reopen", at: "dc1")) == "cannot-wind-back")
                #expect(try await back.undo("fence", at: "dc2").verdict == .done)
                let message = "SELECT pg_logical_emit_message(false, 'a', 'b')"
                for end in ["ROLLBACK PREPARED 'held'", "SELECT pg_switch_wal()", message] {
                    try await trio.sql("dc2", end)
                }
                let middle = try await trio.sql("dc2", "SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
                for end in ["SELECT pg_switch_wal()", message] { try await trio.sql("dc2", end) }
                let log = "\(trio.directory)/dc2/pg_wal"
                try await trio.asServer("mv", "\(log)/\(middle)", "\(log)/away")
                try await expectRefusal(back, "cannot be read whole")
                try await trio.asServer("mv", "\(log)/away", "\(log)/\(middle)")
                let first = try await trio.asServer("sh", "-c", "cd \(log); ls -d 00000002???????????????? | head -n 1")
                try await trio.asServer("rm", "\(log)/\(first)")
                try await expectRefusal(back, "is not there any more")
            }
        }

        @Test func `a commit that was acknowledged before it is on the disk forbids it too`() async throws {
            try await PostgresTrio.with { trio in
                let (_, back) = try await promoted(trio)
                #expect(try await back.examine("prove-unwritten", at: "dc2").verdict == .done)
                try await trio.sql("dc2", "ALTER SYSTEM SET wal_writer_delay = '10s'")
                try await trio.sql("dc2", "SELECT pg_reload_conf()")
                try await trio.sql("dc2", "SET synchronous_commit = off; CREATE TABLE soon ()")
                #expect(rule(try await back.examine("prove-unwritten", at: "dc2")) == "cannot-wind-back")
            }
        }

        @Test func `an old primary that has lost the end of its log, and filled the place, is not gone back to`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let (_, back) = try await promoted(trio) { fork in
                    // The disk has lied: recovery ends before the fork.
                    let offset = fork.bytes % 16_777_216 - 400
                    let segment = "\(trio.directory)/dc1/pg_wal/00000001000000000000000\(fork.bytes / 16_777_216)"
                    try await trio.asServer("truncate", "-s", String(offset), segment)
                    try await trio.asServer("truncate", "-s", "16777216", segment)
                    try await trio.start("dc1")
                    try await trio.sql("dc1", "SELECT pg_switch_wal()")
                    try await trio.sql("dc1", "CREATE TABLE goes_on ()")
                }
                try await expectRefusal(back, "is another than that of dc2/main")
            }
        }

        @Test func `a server on a timeline that was given up is not taken for one of another timeline with its number`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let (there, back) = try await promoted(trio)
                try await there.run("fence", at: "dc1")
                for step in ["prove-unwritten", "fence"] { try await back.run(step, at: "dc2") }
                back.recorded = StepContext.Recorded()
                #expect(try await back.run("reopen", at: "dc1").verdict == .done)
                #expect(try await back.run("rejoin", at: "dc3").verdict == .done)
                try await trio.sql("dc1", "INSERT INTO numbers VALUES (4)", user: "app")
                try await trio.wait(at: "dc3", for: "SELECT count(*) = 4 FROM numbers")
                try await trio.stop("dc1")
                let next = StepRunner(trio)
                (next.from, next.to, next.run) = ("dc1", "dc3", "r3")
                next.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
                #expect(try await next.run("freeze", at: "dc3").verdict == .done)
                let promoted = try await next.run("promote", at: "dc3")
                #expect(
                    promoted.verdict == .done && promoted.facts["newTimeline"]?.integer == 2, "\(promoted.sentence)")
                let primary = try await next.examine("rejoin", at: "dc2")
                #expect(rule(primary) == "rebuild-not-allowed", "\(primary.sentence)")
                #expect(primary.sentence.contains("Both call theirs timeline 2"), "\(primary.sentence)")
                // The same where it was made a standby by hand.
                try await trio.stop("dc2", mode: "fast")
                try await trio.demote("dc2", under: "dc3")
                try await trio.start("dc2")
                let standby = try await next.examine("rejoin", at: "dc2")
                #expect(rule(standby) == "rebuild-not-allowed", "\(standby.sentence)")
                next.accepted = ["rebuild-dc2"]
                let rebuilt = try await next.run("rejoin", at: "dc2")
                #expect(rebuilt.verdict == .done, "\(rebuilt.sentence)")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 4 FROM numbers")
            }
        }

        @Test func `an old primary that is a standby by now, or has another history, is nothing to wind back to`()
            async throws
        {
            try await PostgresTrio.with { trio in
                let (there, back) = try await promoted(trio)
                try await there.run("fence", at: "dc1")
                #expect(try await there.run("rejoin", at: "dc1").verdict == .done)
                try await expectRefusal(back, "dc1/main is no primary any more")
                try await trio.sql("dc1", "SELECT pg_promote()")
                try await expectRefusal(
                    back, "is no primary any more|does not come straight from timeline 3 of dc1/main")
            }
        }

        /// dc2 has taken over, and dc1 is back as a primary with three rows of its own.
        private func promoted(
            _ trio: PostgresTrio, comesBack: ((LogPosition) async throws -> Void)? = nil
        ) async throws -> (there: StepRunner, back: StepRunner) {
            let there = StepRunner(trio)
            // It would commit by itself sooner or later.
            try await trio.sql("dc2", "ALTER SYSTEM SET autovacuum = off")
            try await trio.sql("dc2", "SELECT pg_reload_conf()")
            try await there.freezeBoth()
            for row in 1...3 { try await trio.sql("dc1", "INSERT INTO numbers VALUES (\(row))", user: "app") }
            try await trio.stop("dc1")
            there.accepted = ["dc1-is-down", "dc1-is-down-against-the-evidence"]
            #expect(try await there.run("fast-forward", at: "dc2").verdict == .done)
            #expect(try await there.run("promote", at: "dc2").verdict == .done)
            there.accepted = []
            let fork = try #require(there.history["promote-dc2"]?["forkPosition"]?.text.flatMap { LogPosition($0) })
            if let comesBack { try await comesBack(fork) } else { try await trio.start("dc1") }
            let back = StepRunner(trio)
            (back.from, back.to, back.run) = ("dc2", "dc1", "r2")
            return (there, back)
        }

        private func expectRefusal(
            _ runner: StepRunner, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let refused = try await runner.examine("prove-unwritten", at: "dc2")
            #expect(rule(refused) == "cannot-wind-back", sourceLocation: sourceLocation)
            #expect(
                words.split(separator: "|").contains { refused.sentence.contains($0) }, "\(refused.sentence)",
                sourceLocation: sourceLocation)
        }
    }
}
