import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// Promotions that are wound back on real servers, with the tool killed on the way.
///
/// `HANDOVER_EVERY_BOUNDARY=1` in the environment kills it before, during and after every step that acts.
@Suite(.serialized) struct WoundBackFailoverTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HANDOVER_EVERY_BOUNDARY"] != nil
    private static let runbook = FailoverStage.runbook.replacing("failover", with: "wind-back")

    @Test
    func
        `killed on both sides of the point of no return, dc1 serves with what only it had; after a write it may not be`()
        async throws
    {
        try await FailoverStage.with(programs: true) { failover in
            let address = try await failover.address(of: "matrix.ess.test")
            try await failover.stage.stopWriter()
            let sampler = WriteSampler(try ["dc1", "dc2", "dc3"].map { try failover.stage.server($0) })
            let sampling = Task { await sampler.run() }
            defer { sampling.cancel() }
            let run = try await promoteAndGiveUp(failover, row: 1, sampler)
            let said = try await failover.handover("rollback", run, "--plan").output.replacing("\n", with: " ")
            #expect(
                said.contains("ess-wind-back winds it back")
                    && said.contains("nothing: dc2/main has committed nothing since"), "\(said)")
            #expect(try await failover.json("rollback", run, "--plan")["choice"] as? String == "wind-back")
            let killed = try await failover.handover("rollback", run, "--yes", killAt: "after-act close-writes")
            #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
            let again = try await failover.handover("resume", "--yes", killAt: "after-act reopen")
            #expect(again.code == -SIGKILL, "\(again.output)\(again.errors)")
            let done = try await failover.handover("resume", "--yes")
            #expect(done.code == 0, "\(done.output)\(done.errors)")
            try await expectHome(failover, rows: 1, sampler)
            #expect(try await failover.address(of: "matrix.ess.test") == address)
            #expect(try await failover.handover("timeline").output.contains("Loss by promoting dc1 main: 0 bytes"))
            #expect(try await failover.handover("check").code == 0)

            // The next failover goes to timeline 2 again, from another fork; this time something is written there.
            let next = try await promoteAndGiveUp(failover, row: 2, sampler)
            try await failover.sql("dc2", "CREATE TABLE a_write ()", as: "postgres")
            let late = try await failover.json("rollback", next, "--plan")
            #expect(late["choice"] as? String == "failback")
            let cluster = try #require((late["clusters"] as? [[String: Any]])?.first)
            let windBack = try #require(cluster["windBack"] as? [String: Any])
            #expect(windBack["isPossible"] as? Bool == false)
            #expect(
                (windBack["reason"] as? String)?.contains("has committed 1 transaction since") == true, "\(windBack)")
            let refused = try await failover.handover("run", Self.runbook, "--from", "dc2", "--to", "dc1", "--yes")
            #expect(
                refused.code == 3 && refused.output.contains("cannot-wind-back"), "\(refused.output)\(refused.errors)")
            // The way that is left: dc3 is frozen since the failover that was given up, and follows before dc2 is stopped.
            #expect(try await failover.handover("rollback", "--yes").code == 0)
            let home = try await failover.handover("rollback", next, "--yes")
            #expect(home.code == 0, "\(home.output)\(home.errors)")
            #expect(try await failover.roles() == ["dc1": "primary", "dc2": "standby", "dc3": "standby"])
        }
    }

    @Test(.enabled(if: isThorough, "set HANDOVER_EVERY_BOUNDARY=1 to kill it around every step"))
    func `killed before, during and after every step, it ends as when nobody interrupts it`() async throws {
        try await FailoverStage.with(programs: true) { failover in
            try await failover.stage.stopWriter()
            let sampler = WriteSampler(try ["dc1", "dc2", "dc3"].map { try failover.stage.server($0) })
            let sampling = Task { await sampler.run() }
            defer { sampling.cancel() }
            let first = try await promoteAndGiveUp(failover, row: 1, sampler)
            let whole = try await failover.handover("rollback", first, "--yes")
            #expect(whole.code == 0, "\(whole.output)\(whole.errors)")
            try await expectHome(failover, rows: 1, sampler)
            let acting = try failover.events().reduce(into: [String]()) { acting, event in
                if case .runStarted = event { acting = [] }
                if case .stepIntended(let payload) = event { acting.append(payload.step) }
            }
            let boundaries = acting.flatMap { ["before-act \($0)", "during-act \($0)", "after-act \($0)"] }
            #expect(boundaries.contains("after-act reopen") && boundaries.contains("during-act rejoin-from"))
            for (number, boundary) in boundaries.enumerated() {
                print("\(number + 1) of \(boundaries.count): \(boundary)")
                let run = try await promoteAndGiveUp(failover, row: number + 2, sampler)
                let killed = try await failover.handover("rollback", run, "--yes", killAt: boundary)
                #expect(killed.code == -SIGKILL, "\(boundary): \(killed.output)\(killed.errors)")
                let resumed = try await failover.handover("resume", "--yes")
                #expect(resumed.code == 0, "\(boundary): \(resumed.output)\(resumed.errors)")
                try await expectHome(failover, rows: number + 2, sampler)
            }
            #expect(try JournalReader.verify(path: failover.journal).isSound)
        }
    }

    /// dc1 dies, the failover is killed right after the promotion and given up, and dc1 comes back, gets a row that only it
    /// has, and is settled.
    private func promoteAndGiveUp(
        _ failover: FailoverStage, row: Int, _ sampler: WriteSampler
    ) async throws -> String {
        // It would commit by itself sooner or later.
        try await failover.sql("dc2", "ALTER SYSTEM SET autovacuum = off", as: "postgres")
        try await failover.sql("dc2", "SELECT pg_reload_conf()", as: "postgres")
        try await failover.stage.breakSite("dc1")
        let killed = try await failover.failOver(killAt: "after-append step.succeeded promote")
        #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
        let runs = try #require(try await failover.json("runs")["runs"] as? [[String: Any]])
        let run = try #require(runs.first?["id"] as? String)
        #expect(try await failover.handover("abandon", run, "--reason", "dc1 is back", "--yes").code == 0)
        await sampler.judge(false)
        try await failover.stage.healSite("dc1")
        try await failover.sql(
            "dc1", "SET synchronous_commit = local; INSERT INTO rehearsal_writes VALUES (\(-row), 'dc1')",
            as: "synapse", database: "synapse")
        let settled = try await failover.handover("settle", "dc1", "--yes")
        #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
        await sampler.judge(true)
        return run
    }

    private func expectHome(_ failover: FailoverStage, rows: Int, _ sampler: WriteSampler) async throws {
        #expect(try await failover.roles() == ["dc1": "primary", "dc2": "standby", "dc3": "standby"])
        for site in ["dc1", "dc2", "dc3"] {
            let count = "SELECT count(*) FROM rehearsal_writes WHERE n < 0"
            #expect(
                try await failover.sql(site, count, as: "synapse", database: "synapse") == "\(rows)", "\(site)")
        }
        #expect(await sampler.violations == [])
    }
}
