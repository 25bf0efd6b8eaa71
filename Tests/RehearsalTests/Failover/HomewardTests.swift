import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// Ways back and ways on, on real servers: rollback, settling, split brains, and sites that die one after the other.
@Suite(.serialized) struct HomewardTests {
    /// Where the failover is killed that is rolled back then; `HANDOVER_EVERY_BOUNDARY=1` takes every step that acts before the
    /// promotion.
    private static let boundaries =
        ProcessInfo.processInfo.environment["HANDOVER_EVERY_BOUNDARY"] == nil
        ? ["after-act freeze@dc3", "before-append step.intended promote"]
        : [
            "after-act fence-database", "after-act block-outbound", "after-act remove-workloads",
            "after-act create-slots", "after-act freeze@dc2", "after-act freeze@dc3", "after-act media",
            "before-append step.intended promote",
        ]

    @Test func `rolled back at any step before the promotion, every system is as it was before the run`() async throws {
        try await FailoverStage.with(programs: true) { failover in
            let before = try await WorldLook.of(failover)
            for boundary in Self.boundaries {
                #expect(try await failover.failOver(killAt: boundary).code == -SIGKILL, "\(boundary)")
                let shown = try await failover.handover("rollback", "--plan")
                #expect(shown.code == 0 && shown.output.contains("would undo"), "\(boundary): \(shown.output)")
                let back = try await failover.handover("rollback", "--yes")
                #expect(back.code == 0, "\(boundary): \(back.output)\(back.errors)")
                try await failover.until("both standbys stream again") {
                    try await failover.sql(
                        "dc1", "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "2"
                }
                let after = try await WorldLook.of(failover)
                #expect(after.databases == before.databases, "\(boundary)")
                #expect(after.workloads == before.workloads, "\(boundary)")
                #expect(after.policies == before.policies && after.name == before.name, "\(boundary)")
            }
            // Turned round in the middle: the rollback is killed after its first undo, and the run goes forward again.
            #expect(try await failover.failOver(killAt: "before-append step.intended promote").code == -SIGKILL)
            let killed = try await failover.handover("rollback", "--yes", killAt: "after-undo freeze@dc3")
            #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
            let forward = try await failover.handover("resume", "--forward", "--yes", "--reason", "dc1 has no power")
            #expect(forward.code == 0, "\(forward.output)\(forward.errors)")
            try await failover.expectNothingLost()
        }
    }

    @Test func `four sites: dc1 dies, then dc2, dc3 takes over while both are owed; all that come back are fenced`()
        async throws
    {
        try await FailoverStage.with(sites: ["dc1", "dc2", "dc3", "dc4"]) { failover in
            #expect(try await failover.handover("check").code == 0)
            try await failover.stage.breakSite("dc1")
            #expect(try await failover.failOver().code == 0)
            try await failover.until("the writer is acknowledged by dc2") {
                failover.stage.acknowledgements().last?.site == "dc2"
            }
            try await failover.stage.breakSite("dc2")
            // That dc1 is down has to be said again; of its data the first failover has settled what is kept.
            #expect(try await goOn(failover, from: "dc2", to: "dc3") == ["promote"])
            #expect(try await failover.roles() == ["dc3": "primary", "dc4": "standby"])
            try await failover.expectNothingLost(at: "dc3")

            // Both come back as writable primaries, dc2 on the timeline that dc3 has too.
            for site in ["dc1", "dc2"] { try await failover.stage.healSite(site) }
            let check = try await failover.handover("check")
            #expect(check.code == 3)
            let said = check.output.replacing("\n        ", with: " ")
            #expect(said.contains("dc3 is right: ess-failover-"), "\(said)")
            // Nobody is told to make the right one a standby of a wrong one.
            #expect(!said.contains("Make dc3/main a standby"), "\(said)")
            #expect(said.contains("site.owed at dc1") && said.contains("site.owed at dc2"))
            let status = try await failover.handover("status").output
            #expect(status.hasPrefix("SPLIT BRAIN: two sites take writes in the cluster main"), "\(status)")
            let brain = try #require(try await splitBrains(failover).first)
            #expect(brain["right"] as? String == "dc3" && brain["wrong"] as? [String] == ["dc1", "dc2"])
            let home = try await failover.handover(
                "run", FailoverStage.runbook, "--from", "dc3", "--to", "dc1", "--yes")
            #expect(home.code == 3 && home.errors.contains("handover settle dc1"), "\(home.errors)")
            for site in ["dc1", "dc2"] {
                let settled = try await failover.handover("settle", site, "--yes")
                #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            }
            try await expectFenced(failover, ["dc1", "dc2"])
            #expect(try await splitBrains(failover).isEmpty)
        }
    }

    @Test func `dc2 dies after its promotion: the run is given up, dc3 serves, and what is lost is what nobody had`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            let killed = try await failover.failOver(killAt: "before-append step.intended start-workloads")
            #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
            // dc3 is frozen. What dc2 acknowledges from here on is dc2's alone.
            let survives = Set(
                try await failover.sql("dc3", "SELECT n FROM rehearsal_writes", as: "synapse", database: "synapse")
                    .split(separator: "\n").compactMap { Int64($0) })
            try await failover.sql(
                "dc2", "ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf()", as: "postgres")
            try await failover.until("dc2 has acknowledged rows of its own") {
                failover.stage.acknowledgements().count { $0.site == "dc2" } > 20
            }
            #expect(try await failover.handover("check").code == 3)
            try await failover.stage.breakSite("dc2")

            let refused = try await failover.handover(
                "run", FailoverStage.runbook, "--from", "dc2", "--to", "dc3", "--yes")
            #expect(refused.code == 3 && refused.errors.contains("handover abandon"), "\(refused.errors)")
            let run = try #require(try await runs(failover).first?["id"] as? String)
            let given = try await failover.handover("abandon", run, "--reason", "dc2 burns", "--yes")
            #expect(given.code == 0, "\(given.output)\(given.errors)")
            try await goOn(failover, from: "dc2", to: "dc3")
            try await failover.until("the writer is acknowledged by dc3") {
                failover.stage.acknowledgements().last?.site == "dc3"
            }
            try await failover.stage.stopWriter()
            let report = try await failover.stage.writerReport()
            let expected = report.acknowledgements.filter { $0.site != "dc3" && !survives.contains($0.number) }.map(
                \.number)
            #expect(report.primary == "dc3" && report.lost == expected && expected.count > 20)
            #expect(report.duplicated == [])
            // The tool said so: some bytes, and not "unknown", although dc3 never was on dc2's timeline.
            let newest = try #require(try await runs(failover).first?["id"] as? String)
            let shown = try await failover.handover("timeline", newest).output
            #expect(shown.contains("at least") && !shown.contains("unknown bytes"), "\(shown)")
            let owed = try await owed(failover)
            #expect(owed["dc1"]?.isSuperset(of: ["fence-database", "remove-workloads"]) == true)
            #expect(owed["dc2"]?.isSuperset(of: ["fence-database", "remove-workloads"]) == true)
            #expect(try await runs(failover).map { $0["state"] as? String } == ["completed", "abandoned"])

            try await failover.stage.healSite("dc2")
            let settled = try await failover.handover("settle", "dc2", "--yes")
            #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            try await expectFenced(failover, ["dc2"])
            #expect(try JournalReader.verify(path: failover.journal).isSound)
        }
    }

    @Test func `dc1 comes back: watch settles it on its own, and fences it again when somebody takes the fence away`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            #expect(try await failover.failOver().code == 0)
            try await failover.expectNothingLost()
            let topology = try String(contentsOfFile: failover.stage.topologyPath, encoding: .utf8)
            try ("watch: {settle: automatic, splitBrain: fence}\n" + topology)
                .write(toFile: failover.stage.topologyPath, atomically: true, encoding: .utf8)
            let watch = try failover.start(["watch", "--every", "1s"])
            try await failover.stage.healSite("dc1")
            try await failover.until("dc1 is owed nothing") { try await owed(failover)["dc1"]?.isEmpty == true }
            try await expectFenced(failover, ["dc1"])
            for setting in ["synchronous_standby_names", "default_transaction_read_only"] {
                try await failover.sql("dc1", "ALTER SYSTEM RESET \(setting)", as: "postgres")
            }
            try await failover.sql("dc1", "SELECT pg_reload_conf()", as: "postgres")
            try await failover.until("dc1 is fenced again") {
                try await runs(failover).contains {
                    $0["runbook"] as? String == "fence-dc1" && $0["state"] as? String == "completed"
                }
            }
            try await expectFenced(failover, ["dc1"])
            watch.send(SIGTERM)
            let ended = await watch.end()
            #expect(ended.code == 0, "\(ended.errors)")
            let starters = try await runs(failover).map { $0["startedBy"] as? String }
            #expect(starters == ["watch", "watch", "ada"])
            #expect(ended.errors.contains("failing: postgres.split-brain at dc1"), "\(ended.errors)")
        }
    }

    @Test func `two primaries that the journal knows nothing of: a person says which serves, and nothing is guessed`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.stopWriter()
            try await failover.sql("dc2", "SELECT pg_promote()", as: "postgres")
            let check = try await failover.handover("check")
            #expect(check.code == 3 && check.output.contains("Nothing in the journal says which is right"))
            let brain = try #require(try await splitBrains(failover).first)
            #expect(brain["right"] is NSNull && (brain["sides"] as? [Any])?.count == 2)
            let refused = try await failover.handover("settle", "dc1", "--yes")
            #expect(
                refused.code == 3 && refused.errors.contains("handover settle dc1 --serving dc2"), "\(refused.errors)")
            #expect(try await failover.setting("dc1", "default_transaction_read_only") == "off")
            let settled = try await failover.handover("settle", "dc2", "--serving", "dc1", "--yes")
            #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            try await expectFenced(failover, ["dc2"])
            #expect(try await failover.setting("dc1", "default_transaction_read_only") == "off")
        }
    }

    /// Begins a failover and answers, as a named person, for what it refuses until somebody does; returns at which steps.
    @discardableResult
    private func goOn(_ failover: FailoverStage, from: String, to: String) async throws -> [String] {
        var answered: [String] = []
        var ending = try await failover.handover("run", FailoverStage.runbook, "--from", from, "--to", to, "--yes")
        let run = try #require(try await runs(failover).first?["id"] as? String)
        for _ in 0..<4 where ending.code == 3 {
            let steps = try #require(try await failover.json("show", run)["steps"] as? [[String: Any]])
            let refused = try #require(steps.first { $0["state"] as? String == "refused" }?["id"] as? String)
            answered.append(refused)
            let approved = try await failover.handover("approve", run, refused, "--reason", "I was there")
            #expect(approved.code == 0, "\(approved.output)\(approved.errors)")
            ending = try await failover.handover("resume", run, "--yes")
        }
        #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
        return answered
    }

    private func runs(_ failover: FailoverStage) async throws -> [[String: Any]] {
        try #require(try await failover.json("runs")["runs"] as? [[String: Any]])
    }

    private func splitBrains(_ failover: FailoverStage) async throws -> [[String: Any]] {
        try #require(try await failover.json("status")["splitBrains"] as? [[String: Any]])
    }

    private func owed(_ failover: FailoverStage) async throws -> [String: Set<String>] {
        let sites = try #require(try await failover.json("status")["sites"] as? [String: [String: Any]])
        return sites.mapValues { site in
            Set((site["owed"] as? [[String: Any]])?.compactMap { $0["step"] as? String } ?? [])
        }
    }

    /// By the servers themselves, and by the journal.
    private func expectFenced(_ failover: FailoverStage, _ sites: [String]) async throws {
        let seen = try #require(try await failover.json("status")["sites"] as? [String: [String: Any]])
        for site in sites {
            #expect(try await failover.setting(site, "default_transaction_read_only") == "on", "\(site)")
            #expect(seen[site]?["role"] as? String == "fenced", "\(site)")
            #expect((seen[site]?["owed"] as? [Any])?.isEmpty == true, "\(site)")
        }
    }
}
