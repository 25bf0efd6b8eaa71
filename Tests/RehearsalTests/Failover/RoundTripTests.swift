import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import Testing

@testable import Rehearsal

/// Failover and failback and failover again, on real servers, with the tool killed at seeded moments.
///
/// `HANDOVER_ROUNDS=10` in the environment makes it ten rounds, `HANDOVER_SEED` plays the same moments again.
@Suite(.serialized) struct RoundTripTests {
    static let failback = FailoverStage.runbook.replacing("ess-failover", with: "ess-failback")
    private static let environment = ProcessInfo.processInfo.environment

    @Test func `round after round, killed at any moment: never two primaries, and no row lost that a site still has`()
        async throws
    {
        let rounds = Self.environment["HANDOVER_ROUNDS"].flatMap { Int($0) } ?? 2
        let seed = Self.environment["HANDOVER_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...99_999)
        print("rounds \(rounds), HANDOVER_SEED=\(seed)")
        try await FailoverStage.with { failover in
            var trip = RoundTrip(failover: failover, random: SeededGenerator(seed: seed))
            let sampler = WriteSampler(try ["dc1", "dc2", "dc3"].map { try failover.stage.server($0) })
            let sampling = Task { await sampler.run() }
            defer { sampling.cancel() }
            for round in 1...rounds {
                try await trip.failOver(round)
                await sampler.judge(false)
                try await failover.stage.healSite("dc1")
                try await trip.carryOut(["settle", "dc1", "--yes"], within: 50...600)
                await sampler.judge(true)
                try await trip.failBack(round)
                #expect(await sampler.violations == [], "round \(round), seed \(seed)")
            }
            #expect(await sampler.count > 100)
            print("\(await sampler.count) samples, \(trip.kills) kills, \(trip.lost.count) rows lost in failovers")
        }
    }

    @Test func `dc2 lost on the way home: the run stops, nothing is promoted, and a failover serves from dc1`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            #expect(try await failover.failOver().code == 0)
            try await failover.stage.healSite("dc1")
            #expect(try await failover.handover("settle", "dc1", "--yes").code == 0)
            let killed = try await failover.handover(
                "run", Self.failback, "--from", "dc2", "--to", "dc1", "--yes",
                killAt: "after-append step.succeeded rejoin")
            #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
            try await failover.stage.stopWriter()
            try await failover.until("dc1 has everything") {
                try await failover.sql("dc1", "SELECT pg_last_wal_replay_lsn()")
                    == failover.sql("dc2", "SELECT pg_current_wal_lsn()")
            }
            try await failover.stage.breakSite("dc2")
            let resumed = try await failover.handover("resume", "--yes")
            // 3 where the first thing it meets is that secrets cannot be compared any more.
            #expect([1, 3].contains(resumed.code), "\(resumed.output)\(resumed.errors)")
            #expect(try await failover.roles() == ["dc1": "standby", "dc3": "standby"])
            #expect(try await failover.handover("rollback", "--yes").code == 0)
            let ending = try await failover.handover(
                "run", FailoverStage.runbook, "--from", "dc2", "--to", "dc1", "--yes")
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            #expect(try await failover.roles() == ["dc1": "primary", "dc3": "standby"])
            let report = try await failover.stage.writerReport()
            #expect(report.primary == "dc1" && report.lost == [] && report.duplicated == [])
        }
    }
}

/// One rehearsal that goes there and back, and what was lost on the way.
struct RoundTrip {
    let failover: FailoverStage
    var random: SeededGenerator
    var kills = 0
    /// Acknowledged rows that no surviving site had when a primary died.
    var lost: Set<Int64> = []

    mutating func failOver(_ round: Int) async throws {
        try await untilWritten(at: "dc1")
        try await failover.stage.breakSite("dc1")
        let survivors = try await settledRows(of: ["dc2", "dc3"])
        let acknowledged = failover.stage.acknowledgements().map(\.number)
        let newlyLost = Set(acknowledged).subtracting(survivors).subtracting(lost)
        lost.formUnion(newlyLost)
        try await carryOut(
            ["run", FailoverStage.runbook, "--from", "dc1", "--to", "dc2", "--yes"], within: 50...2500)
        try await expect(primary: "dc2", round)
        let said = try failover.events().compactMap { event in
            if case .stepSucceeded(let payload) = event, payload.step == "promote" { return payload.facts["loss"] }
            return nil
        }.last
        let loss = LossEstimate(json: try #require(said))
        // "0 bytes" without "at least" is a promise.
        if loss.bytes == 0, loss.isAtLeastAsOf == nil { #expect(newlyLost.isEmpty, "round \(round)") }
    }

    mutating func failBack(_ round: Int) async throws {
        try await untilWritten(at: "dc2")
        try await carryOut(
            ["run", RoundTripTests.failback, "--from", "dc2", "--to", "dc1", "--yes"], within: 50...6000)
        try await expect(primary: "dc1", round)
        #expect(try await failover.roles() == ["dc1": "primary", "dc2": "standby", "dc3": "standby"])
        #expect(try await failover.stage.status().sites.map(\.service) == [200, 503, 503])
    }

    /// Kills it at a moment of the generator's, and resumes until it is done.
    mutating func carryOut(_ words: [String], within range: ClosedRange<Int>) async throws {
        let before = try await runs()
        let child = try failover.start(words)
        let moment = Duration.milliseconds(random.number(range))
        let killer = Task {
            try await Task.sleep(for: moment)
            child.send(SIGKILL)
        }
        var ending = await child.end()
        killer.cancel()
        if ending.code == -SIGKILL { kills += 1 }
        for _ in 0..<4 where ending.code != 0 {
            // Where it was killed before it had begun, there is nothing to resume.
            let hasBegun = try await runs() > before
            ending = await (try failover.start(hasBegun ? ["resume", "--yes"] : words)).end()
        }
        #expect(ending.code == 0, "\(words) killed at \(moment): \(ending.output)\(ending.errors)")
    }

    private func runs() async throws -> Int { (try await failover.json("runs")["runs"] as? [Any])?.count ?? 0 }

    private func untilWritten(at site: String) async throws {
        let count = failover.stage.acknowledgements().count
        do {
            try await failover.until("the writer is acknowledged by \(site)") {
                let rows = failover.stage.acknowledgements()
                return rows.count > count + 100 && rows.last?.site == site
            }
        } catch {
            let log = try? String(contentsOfFile: failover.stage.directory + "/logs/writer.log", encoding: .utf8)
            let status = await (try failover.start(["status"])).end()
            Issue.record("\(try await failover.stage.status())\n\(log?.suffix(600) ?? "")\n\(status.output)")
            throw error
        }
    }

    /// What the surviving standbys have between them, once they have replayed what they received.
    private func settledRows(of sites: [String]) async throws -> Set<Int64> {
        var counts: [Int] = []
        while true {
            var rows: Set<Int64> = []
            for site in sites {
                let text = try await failover.sql(
                    site, "SELECT n FROM rehearsal_writes", as: "synapse", database: "synapse")
                rows.formUnion(text.split(separator: "\n").compactMap { Int64($0) })
            }
            counts.append(rows.count)
            if counts.suffix(3).count == 3, Set(counts.suffix(3)).count == 1 { return rows }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func expect(primary: String, _ round: Int) async throws {
        try await untilWritten(at: primary)
        let report = try await failover.stage.writerReport()
        #expect(report.primary == primary, "round \(round)")
        #expect(Set(report.lost) == lost, "round \(round)")
        #expect(report.duplicated == [], "round \(round)")
    }
}
