import FailoverModel
import Foundation
import Testing

@testable import HandoverCommands

@Suite("The way back from its command line to its exit code")
struct HomewardFlowTests {
    private static let failback = """
        name: small-failback
        title: Move back from {from} to {to}
        phases:
          - id: back
            title: Back
            steps:
              - {id: back-remove, title: Remove it, command: kubernetes.scale-down, site: from, retry: {attempts: 1}}
              - {id: back-promote, title: Promote, command: postgres.promote, site: to, pivot: true, needs: [back-remove]}
        """

    @Test func `Before the pivot it shows what would be undone, in order, and asks`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            let shown = await bench.call("rollback", "--plan", "--json")
            #expect(shown.code == 0, "\(shown.error)")
            #expect(shown.json["choice"] == "undo")
            #expect(shown.json["undo"]?.elements?.compactMap { $0["id"]?.text } == ["catch-up", "remove"])
            #expect(shown.json["undo"]?.elements?.allSatisfy { $0["outlook"] == "needed" } == true)
            #expect(shown.json["reason"]?.text?.contains("promote was not done") == true)
            let no = await bench.call(["rollback"], typed: ["no"])
            #expect(no.code == 4)
            #expect(no.error.contains("would undo") && no.error.contains("will turn it off"))
            #expect(!bench.systems.acts.contains { $0.hasPrefix("undo") })
            #expect(await bench.call(["rollback"], typed: ["yes"]).code == 0)
            #expect(bench.systems.acts.suffix(2) == ["undo catch-up", "undo remove"])
        }
    }

    @Test func `An undo that fails is recorded, and can be resumed, left with a reason, or turned round`() async throws
    {
        try await Bench.with { bench in
            _ = await bench.run()
            bench.systems.setBroken("remove")
            let stuck = await bench.call("rollback", "--json")
            #expect(stuck.code == 1)
            #expect(
                stuck.json["next"]?.elements == [
                    "handover resume small-1", "handover skip small-1 remove --reason WHY",
                    "handover resume small-1 --forward",
                ])
            #expect(await bench.call("resume", "--json").code == 1)
            bench.systems.setBroken("remove", false)
            // Forward again: what was undone is done again, and the approval is asked for anew.
            let forward = await bench.call("resume", "small-1", "--forward", "--reason", "dc1 is dead", "--json")
            #expect(forward.code == 4, "\(forward.error)")
            #expect(bench.systems.acts.last == "catch-up")
            #expect(await bench.call("resume", "small-1", "--forward").code == 2)
            #expect(await bench.call("rollback").code == 0)
            #expect(await bench.call("resume", "small-1", "--forward").code == 0, "it is over: nothing is left")
            #expect(await bench.run("--yes").code == 0)
        }
    }

    @Test func `A step whose undoing fails may be left as it is, with a reason`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            bench.systems.setBroken("remove")
            #expect(await bench.call("rollback").code == 1)
            #expect(await bench.call("skip", "small-1", "remove", "--reason", "dc1 is gone").code == 0)
            let ended = await bench.call("resume", "--json")
            #expect(ended.code == 0)
            #expect(ended.json["run"]?["state"] == "rolledBack")
            #expect(ended.json["steps"]?.elements?.first?["state"] == "left")
        }
    }

    @Test func `Past the pivot without a failback runbook it says what to do`() async throws {
        try await Bench.with { bench in
            #expect(await bench.run("--yes").code == 0)
            let late = await bench.call("rollback", "--json")
            #expect(late.code == 3)
            #expect(late.json["error"]?["what"]?.text?.contains("small-failback.yaml") == true)
            #expect(late.json["error"]?["next"]?.text?.contains("handover run small --from dc2 --to dc1") == true)
        }
    }

    @Test func `Past the pivot it leads back by the failback runbook, and settles first what is owed`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            #expect(await bench.run("--yes").code == 0)
            bench.systems.setAway("dc1", false)
            try bench.write(Self.failback, to: "\(bench.directory)/small-failback.yaml")
            let offer = await bench.call("rollback", "--json")
            #expect(offer.code == 4, "\(offer.error)")
            #expect(offer.json["choice"] == "failback" && offer.json["from"] == "dc2" && offer.json["to"] == "dc1")
            #expect(offer.json["expectedMilliseconds"] == .null && offer.json["owed"] == ["remove"])
            #expect(offer.json["clusters"]?.elements?.first?["loss"]?.text?.hasPrefix("unknown") == true)
            #expect(
                offer.json["next"]?.elements?.first == "handover settle dc1"
                    && offer.json["next"]?.elements?.last?.text?.contains("--from dc2 --to dc1") == true)
            let no = await bench.call(["rollback"], typed: ["no"])
            #expect(no.code == 4 && no.error.contains("Expected duration: not known yet"))
            let back = await bench.call("rollback", "--yes")
            #expect(back.code == 0, "\(back.error)")
            #expect(bench.systems.acts.suffix(3) == ["remove", "back-remove", "back-promote"])
            // And back again: the same runbook, the other way round, with a duration to expect by now.
            let again = await bench.call("rollback", "--plan", "--json")
            #expect(again.json["from"] == "dc1" && again.json["to"] == "dc2")
            #expect(again.json["expectedFrom"]?.text?.hasPrefix("small-failback-") == true)
            // The first run is history: the way back begins where the service is now.
            let first = await bench.call("rollback", "small-1", "--json")
            #expect(first.code == 3 && first.json["error"]?["what"]?.text?.contains("moved the service on") == true)
        }
    }

    @Test func `A run whose target is gone is given up, and the service moves on with everything owed`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            bench.systems.setBroken("start")
            #expect(await bench.run("--yes").code == 1)
            let words = ["run", bench.runbook, "--from", "dc2", "--to", "dc3", "--yes", "--json"]
            let refused = await bench.call(words)
            #expect(refused.code == 3)
            #expect(
                refused.json["error"]?["next"]?.text?.contains("handover abandon small-1 --reason WHY") == true)
            #expect(await bench.call("abandon", "small-1", "--reason", " ").code == 2)
            let given = await bench.call("abandon", "small-1", "--reason", "dc2 burns")
            #expect(given.code == 0, "\(given.error)")
            #expect(given.output.contains("handover settle dc1"))
            #expect(await bench.call("abandon", "small-1", "--reason", "again").code == 2)
            bench.systems.setAway("dc2")
            bench.systems.setBroken("start", false)
            let moved = await bench.call(words)
            // Same step names at other sites: the fake switches are on already, so only the debts are new.
            #expect(moved.code == 0, "\(moved.error)")
            let status = await bench.call("status", "--json").json
            #expect(status["sites"]?["dc1"]?["owed"]?.elements?.compactMap { $0["run"]?.text } == ["small-1"])
            #expect(status["sites"]?["dc2"]?["owed"]?.elements?.count == 1)
            let states = status["runs"]?.elements?.compactMap { $0["state"]?.text }
            #expect(states == ["completed", "abandoned"])
            #expect(await bench.call("show", "small-1").output.contains("given up by anna: dc2 burns"))
            let timeline = await bench.call("timeline", "small-1").output
            #expect(timeline.contains("gives the run up: dc2 burns"))
            #expect(await bench.call("runs").output.contains("given up"))
        }
    }

    /// dc2 was left for dc1, which died before dc2 was its standby; `more` is a step at dc2 that is owed to it as well.
    private static func leaveForDC1(_ bench: Bench, more: String = "") async throws {
        let back = """
            name: small-back
            title: Go back from {from} to {to}
            phases:
              - id: back
                title: Back
                steps:
                  - {id: reopen, title: Reopen, command: postgres.reopen, site: to, pivot: true, retry: {attempts: 1}}
                  - {id: rejoin, title: Rejoin, command: postgres.rejoin, site: from, needs: [reopen], whenUnreachable: defer, retry: {attempts: 1}}
                  - {id: tidy, title: Tidy, command: postgres.drop-slots, site: from, needs: [rejoin], whenUnreachable: defer}

            """
        try bench.write(back + more, to: "\(bench.directory)/small-back.yaml")
        #expect(await bench.run("--yes").code == 0)
        bench.systems.need("dc1", for: "rejoin")
        bench.systems.setBroken("rejoin")
        let words = ["run", "\(bench.directory)/small-back.yaml", "--from", "dc2", "--to", "dc1", "--yes", "--json"]
        let stopped = await bench.call(words)
        #expect(stopped.code == 1, "\(stopped.error)")
        let run = try #require(stopped.json["run"]?["id"]?.text)
        bench.systems.setBroken("rejoin", false)
        bench.systems.setAway("dc1")
        #expect(await bench.call("abandon", run, "--reason", "dc1 burns").code == 0)
    }

    private static func owed(to site: String, _ bench: Bench) async -> [String] {
        let status = await bench.call("status", "--json").json
        return status["sites"]?[site]?["owed"]?.elements?.compactMap { $0["step"]?.text }.sorted() ?? []
    }

    @Test func `A site that should have followed the one that died takes over, unless the move needs both`()
        async throws
    {
        try await Bench.with { bench in
            try await Self.leaveForDC1(bench)
            #expect(await Self.owed(to: "dc2", bench) == ["rejoin", "tidy"])
            try bench.write(Self.failback, to: "\(bench.directory)/small-failback.yaml")
            let planned = await bench.call(
                "run", "\(bench.directory)/small-failback.yaml", "--from", "dc1", "--to", "dc2", "--yes", "--json")
            #expect(planned.code == 3)
            #expect(planned.json["error"]?["next"]?.text?.contains("handover settle dc2") == true)
            let other = await bench.call("run", bench.runbook, "--from", "dc3", "--to", "dc2", "--yes", "--json")
            #expect(other.code == 3, "it does not leave the site that dc2 should have followed")
            let moved = await bench.run("--yes")
            #expect(moved.code == 0, "\(moved.error)")
        }
    }

    @Test func `A debt that would close the site stays in the way of a move there`() async throws {
        try await Bench.with { bench in
            try await Self.leaveForDC1(
                bench,
                more: "      - {id: close, title: Close it, command: kubernetes.scale-down, site: from, needs: [tidy], "
                    + "whenUnreachable: defer}\n")
            #expect(await Self.owed(to: "dc2", bench) == ["close", "rejoin", "tidy"])
            let refused = await bench.run("--yes")
            #expect(refused.code == 3)
            #expect(refused.json["error"]?["what"]?.text?.hasSuffix("could not do there: Close it") == true)
            // And the way to it is named where the settlement stops.
            let stuck = await bench.call("settle", "dc2", "--json")
            #expect(stuck.code == 1)
            let settlement = try #require(stuck.json["settlements"]?.elements?.first)
            let run = try #require(settlement["run"]?["id"]?.text)
            let skip = ["skip", run, "rejoin", "--reason", "WHY"]
            #expect(
                settlement["next"]?.elements == [
                    .string("handover resume \(run)"), .string("handover \(skip.joined(separator: " "))"),
                ])
            for words in [["show", run], ["settle", "dc2"]] {
                let shown = await bench.call(words).output
                #expect(shown.contains("If dc1 is gone for good, skip the step and resume"), "\(shown)")
            }
            #expect(await bench.call(skip).code == 0)
            #expect(await bench.call("resume", run).code == 0)
            #expect(await Self.owed(to: "dc2", bench) == [])
            #expect(await bench.run("--yes").code == 0)
        }
    }

    @Test func `A settlement that hangs does not hold up a failover between others`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            #expect(await bench.run("--yes").code == 0)
            #expect(await bench.call("settle", "dc1").code == 1)
            #expect(
                await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc3", "--yes", "--json").code == 0)
            let home = await bench.call("run", bench.runbook, "--from", "dc3", "--to", "dc1", "--yes", "--json")
            #expect(home.code == 3)
        }
    }

    @Test func `What is owed may be left out for good, with a reason`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            #expect(await bench.run("--yes").code == 0)
            let failed = await bench.call("settle", "dc1", "--json")
            #expect(failed.code == 1)
            let run = try #require(failed.json["settlements"]?.elements?.first?["run"]?["id"]?.text)
            #expect(await bench.call("skip", run, "remove", "--reason", "dc1 is scrap").code == 0)
            #expect(await bench.call("resume", run).code == 0)
            #expect(await bench.call("settle", "dc1").output == "Nothing is owed to dc1.\n")
        }
    }

    @Test func `Objectives of the topology are measured, and shown where a run is`() async throws {
        try await Bench.with { bench in
            try bench.write("objectives: {rto: 15m, rpo: 0s}\n" + Bench.topologyText, to: bench.topology)
            let ended = await bench.run("--yes")
            #expect(ended.json["run"]?["objectives"]?["recoveryTime"]?["verdict"] == "met")
            #expect(ended.json["run"]?["objectives"]?["verdict"] == "unknown")
            #expect(await bench.call("show").output.contains("promised 15 min 00 s (met); loss unknown"))
            #expect(await bench.call("status").output.contains("Objectives: served again after"))
            #expect(await bench.call("runs").output.contains("(objectives: not known)"))
            let runs = await bench.call("runs", "--json").json["runs"]?.elements
            #expect(runs?.first?["objectives"]?["loss"]?["verdict"] == "unknown")
            #expect(await bench.call("status", "--json").json["objectives"]?["run"] == "small-1")
        }
    }
}
