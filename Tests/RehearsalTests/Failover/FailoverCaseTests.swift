import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// What goes wrong around a failover, on real servers, and what has to come of it.
@Suite(.serialized) struct FailoverCaseTests {
    @Test func `dc3 ahead of dc2: dc2 gets what it lacks from dc3, and no acknowledged row is lost`() async throws {
        try await FailoverStage.with { failover in
            // dc2 is cut from dc1 while the writer goes on: what is acknowledged now is on dc3 only.
            try await failover.sql("dc2", "ALTER SYSTEM SET primary_conninfo = ''; SELECT pg_reload_conf()")
            try await Task.sleep(for: .seconds(2))
            try await failover.stage.breakSite("dc1")
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            let moved = try failover.events().contains { event in
                if case .stepIntended(let payload) = event { return payload.step == "fast-forward" }
                return false
            }
            #expect(moved)
            try await failover.expectNothingLost()
        }
    }

    @Test func `dc1 half-dead, its database alive and written to: it is fenced first, and no acknowledged row is lost`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1", .kubernetes)
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            let status = try await failover.json("status")
            let sites = try #require(status["sites"] as? [String: [String: Any]])
            #expect(sites["dc1"]?["role"] as? String == "fenced")
            #expect(sites["dc2"]?["role"] as? String == "primary")
            #expect(
                (sites["dc1"]?["owed"] as? [[String: Any]])?.compactMap { $0["step"] as? String } == [
                    "remove-workloads"
                ])
            try await failover.expectNothingLost()
        }
    }

    @Test(arguments: [Breakage.partition(.refused), .partition(.silent)])
    func `dc1 unreachable from here but alive: nothing is promoted, whatever --yes says`(breakage: Breakage)
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1", breakage)
            let ending = try await failover.failOver()
            #expect(ending.code == 3, "\(ending.output)\(ending.errors)")
            #expect(ending.output.contains("primary-alive-elsewhere"))
            let roles = try await failover.roles()
            #expect(roles["dc2"] == "standby" && roles["dc3"] == "standby")
            let back = try await failover.handover("rollback", "--yes")
            #expect(back.code == 0, "\(back.output)\(back.errors)")
            // dc1 serves as before: the standbys stream again and the writer is acknowledged.
            try await failover.stage.healSite("dc1")
            let before = failover.stage.acknowledgements().count
            try await failover.until("the writer is acknowledged again") {
                failover.stage.acknowledgements().count > before + 50
            }
            #expect(try await failover.stage.status().sites.first { $0.name == "dc1" }?.streaming == 2)
        }
    }

    @Test func `dc1 back as a writable primary before the promotion: refused until it is settled, then done`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            let killed = try await failover.failOver(killAt: "before-append step.intended promote")
            #expect(killed.code == -SIGKILL)
            try await failover.stage.healSite("dc1")
            let refused = try await failover.handover("resume", "--yes")
            #expect(refused.code == 3, "\(refused.output)\(refused.errors)")
            #expect(refused.output.contains("writable-primary-elsewhere"))
            #expect(try await failover.roles()["dc2"] == "standby")
            let settled = try await failover.handover("settle", "dc1")
            #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            // What dc1 took while it was back is dc1's alone; that is for a person to see, and 0 is not claimed.
            let resumed = try await failover.handover("resume", "--yes")
            #expect([0, 3].contains(resumed.code), "\(resumed.output)\(resumed.errors)")
        }
    }

    @Test func `a wrong password is said plainly, stops the run, and is shown nowhere`() async throws {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            let file = failover.stage.directory + "/secrets/handover"
            let right = try String(contentsOfFile: file, encoding: .utf8)
            try "not-the-password-4711".write(toFile: file, atomically: true, encoding: .utf8)
            let ending = try await failover.failOver()
            #expect([1, 3].contains(ending.code), "\(ending.output)\(ending.errors)")
            #expect((ending.output + ending.errors).contains("password"))
            try right.write(toFile: file, atomically: true, encoding: .utf8)
            let resumed = try await failover.handover("resume", "--yes")
            #expect(resumed.code == 0, "\(resumed.output)\(resumed.errors)")
            try await failover.expectNothingLost()
            try failover.expectNowhere(["not-the-password-4711"], in: [ending.output, ending.errors])
        }
    }

    @Test func `no secret is in the journal, the output, an export, a log or the list of processes during a whole run`()
        async throws
    {
        try await FailoverStage.with(programs: true) { failover in
            let secrets = try await failover.secrets() + failover.secretsOfCluster("dc1")
            #expect(secrets.count >= 12)
            let program = try failover.start(["run", FailoverStage.runbook, "--from", "dc1", "--to", "dc2", "--yes"])
            async let ending = program.end()
            var lists = ""
            while kill(program.pid, 0) == 0 {
                lists += ProcessList.commandLines()
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(await ending.code == 0)
            #expect(lists.contains("ess-failover") && lists.contains("helm"))
            var texts = [await ending.output, await ending.errors, lists]
            for words in [
                ["journal", "export"], ["status", "--json"], ["show", "--json"], ["runs", "--json"],
                ["check", "--json"], ["check"], ["secrets", "status", "--json"],
                ["plan", FailoverStage.runbook, "--from", "dc2", "--to", "dc3", "--json"],
            ] + ["markdown", "html", "json", "csv", "trace"].map({ ["timeline", "--format", $0] }) {
                let said = await (try failover.start(words)).end()
                texts += [said.output, said.errors]
            }
            #expect(texts.contains { $0.contains("# ") && $0.contains("dc2") }, "a timeline was written")
            try failover.expectNowhere(secrets, in: texts)
        }
    }

    @Test func `a second executor gets 6 with who holds the run; SIGTERM parks the first, and it is resumed`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            // Without --yes and without a terminal nobody could answer; a frozen dc3 keeps the first one busy instead.
            let first = try failover.start(["run", FailoverStage.runbook, "--from", "dc1", "--to", "dc2", "--yes"])
            try await failover.until("the run is claimed") {
                (try? failover.events().contains { if case .runClaimed = $0 { true } else { false } }) == true
            }
            first.send(SIGSTOP)
            var second = try await failover.handover("resume", "--yes")
            while second.errors.contains("kept the journal locked") {
                // Stopped in the middle of an append, it holds SQLite's lock.
                first.send(SIGCONT)
                try await Task.sleep(for: .milliseconds(5))
                first.send(SIGSTOP)
                second = try await failover.handover("resume", "--yes")
            }
            #expect(second.code == 6, "\(second.output)\(second.errors)")
            #expect((second.output + second.errors).contains("\(first.pid)"))
            first.send(SIGTERM)
            first.send(SIGCONT)
            let ending = await first.end()
            #expect(ending.code == 130, "\(ending.output)\(ending.errors)")
            #expect((ending.output + ending.errors).contains("handover resume"))
            let resumed = try await failover.handover("resume", "--yes")
            #expect(resumed.code == 0, "\(resumed.output)\(resumed.errors)")
            try await failover.expectNothingLost()
        }
    }

    @Test func `without --yes and without a terminal the run waits for an approval, and a named person lets it go on`()
        async throws
    {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            let waiting = try await failover.handover("run", FailoverStage.runbook, "--from", "dc1", "--to", "dc2")
            #expect(waiting.code == 4, "\(waiting.output)\(waiting.errors)")
            #expect(try await failover.roles()["dc2"] == "standby")
            let run = try #require(
                (try await failover.json("runs")["runs"] as? [[String: Any]])?.first?["id"] as? String)
            let approved = try await failover.handover("approve", run, "promote", "--reason", "the building is on fire")
            #expect(approved.code == 0, "\(approved.output)\(approved.errors)")
            let resumed = try await failover.handover("resume")
            #expect(resumed.code == 0, "\(resumed.output)\(resumed.errors)")
            try await failover.expectNothingLost()
        }
    }

    @Test func `a NetworkPolicy cuts Synapse off from its database; the failover takes away one that was left at dc2`()
        async throws
    {
        try await FailoverStage.with(programs: true) { failover in
            let runbook = failover.folder + "/close.yaml"
            try """
            name: close
            title: Close {from} and {to}
            phases:
              - id: close
                title: Close
                steps:
                  - {id: close-from, command: firewall.block, site: from}
                  - {id: close-to, command: firewall.block, site: to}
            """.write(toFile: runbook, atomically: true, encoding: .utf8)
            let closed = try await failover.handover("run", runbook, "--from", "dc1", "--to", "dc2", "--yes")
            #expect(closed.code == 0, "\(closed.output)\(closed.errors)")
            #expect(try await failover.stage.status().sites[0].service == 503)
            try await failover.stage.breakSite("dc1")
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            #expect(try await failover.kubectl("dc2", "get", "networkpolicies", "-o", "name") == "")
            try await failover.expectNothingLost()
        }
    }

    @Test func `a journal that cannot be written stops everything before anything is done`() async throws {
        try await FailoverStage.with { failover in
            try await failover.stage.breakSite("dc1")
            try FileManager.default.createDirectory(atPath: failover.journal, withIntermediateDirectories: true)
            let ending = try await failover.failOver()
            #expect(ending.code == 2, "\(ending.output)\(ending.errors)")
            #expect(try await failover.setting("dc3", "primary_conninfo") != "")
        }
    }
}
