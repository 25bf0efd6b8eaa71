import ArgumentParser
import FailoverModel
import RunEngine
import Testing

@testable import HandoverCommands

@Suite("A run from its command line to its exit code")
struct RunFlowTests {
    @Test func `With --yes it is carried out and ends with 0 and one document`() async throws {
        try await Bench.with { bench in
            let ended = await bench.run("--yes")
            #expect(ended.code == 0, "\(ended.error)")
            let document = ended.json
            #expect(document["run"]?["id"] == "small-1")
            #expect(document["run"]?["state"] == "completed")
            #expect(document["exitCode"] == 0)
            #expect(bench.systems.acts.last == "start")
            let promote = document["steps"]?.elements?.first { $0["id"] == "promote" }
            #expect(promote?["approvedBy"] == "anna")
            #expect(promote?["accepted"] == ["dc1-is-down"])
            #expect(ended.error.contains("promote"))
        }
    }

    @Test func `Without a terminal it waits for the approval with 4, and goes on after it`() async throws {
        try await Bench.with { bench in
            let ended = await bench.run()
            #expect(ended.code == 4)
            #expect(
                ended.json["next"]?.elements == [
                    "handover approve small-1 promote --actor NAME", "handover resume small-1",
                    "handover rollback small-1",
                ])
            #expect(!bench.systems.acts.contains("promote"))
            let approved = await bench.call("approve", "small", "promote", "--actor", "ben")
            #expect(approved.code == 0, "\(approved.error)")
            #expect(await bench.call("resume").code == 0)
            let show = await bench.call("show", "small-1", "--json").json
            #expect(show["steps"]?.elements?.first { $0["id"] == "promote" }?["approvedBy"] == "ben")
        }
    }

    @Test func `At a terminal the plan and the approval are asked for`() async throws {
        try await Bench.with { bench in
            let words = ["run", bench.runbook, "--from", "dc1", "--to", "dc2"]
            let no = await bench.call(words, typed: ["no"])
            #expect(no.code == 4)
            #expect(bench.systems.acts.isEmpty)
            #expect(no.error.contains("point of no return"))
            let yes = await bench.call(words, typed: ["yes", "yes", "dc2"])
            #expect(yes.code == 0, "\(yes.error)")
            #expect(yes.error.contains("Is dc1 down?"))
        }
    }

    @Test func `Who waits at the terminal is told who answered elsewhere, and the run goes on`() async throws {
        try await Bench.with { bench in
            let words = ["run", bench.runbook, "--from", "dc1", "--to", "dc2"]
            let ended = await bench.call(
                words,
                ask: { prompt in
                    guard prompt == "> " else { return "yes" }
                    let answer = ["approve", "small-1", "promote", "--actor", "ben", "--reason", "saw it burn"]
                    let given = await bench.call(answer)
                    #expect(given.code == 0, "\(given.error)")
                    while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
                    return nil
                })
            #expect(ended.code == 0, "\(ended.error)")
            let told = "Answered elsewhere: ben says yes and answers for dc1-is-down: saw it burn.\n"
            #expect(ended.error.contains(told), "\(ended.error)")
        }
    }

    @Test func `How long steps usually take is told by the newest completed run of the same runbook`() async throws {
        try await Bench.with { bench in
            bench.systems.setSlow("start", milliseconds: 600)
            #expect(await bench.run("--yes").code == 0)
            #expect(await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc3", "--yes").code == 0)
            let options = try CommonOptions.parse(["--journal", bench.journal])
            let file = JournalFile(Invocation(options, wiring: Wiring()))
            let second = try #require(try file.snapshot().projections.runs.newestFirst.first)
            let usual = UsualSpans.of(second.id, in: file)
            #expect(usual.steps["start"] ?? 0 >= 600 && usual.steps.values.allSatisfy { $0 >= 500 }, "\(usual)")
            #expect(usual.run ?? 0 >= 600)
            #expect(UsualSpans.of("small-1", in: file).steps["start"] == nil, "the second run found it done")
        }
    }

    @Test func `A question left open is asked again by whoever resumes`() async throws {
        try await Bench.with { bench in
            #expect(await bench.run().code == 4)
            #expect(await bench.call("resume", typed: ["no"]).code == 4)
            #expect(!bench.systems.acts.contains("promote"))
            #expect(await bench.call("approve", "small-1", "promote").code == 0)
            #expect(await bench.call("resume").code == 0)
        }
    }

    @Test func `A step that fails stops it with 1 and the line to type next`() async throws {
        try await Bench.with { bench in
            bench.systems.setBroken("catch-up")
            let ended = await bench.run("--yes")
            #expect(ended.code == 1)
            #expect(ended.json["next"]?.elements == ["handover resume small-1", "handover rollback small-1"])
            bench.systems.setBroken("catch-up", false)
            let resumed = await bench.call("resume", "--yes", "--journal", bench.journal)
            #expect(resumed.code == 0)
            #expect(resumed.output.contains("handover timeline small-1 --journal \(bench.journal)"))
        }
    }

    @Test func `A safety rule that nobody answers for ends it with 3`() async throws {
        try await Bench.with { bench in
            bench.systems.refuse("promote", acceptance: "dc1-is-down-against-the-evidence")
            let ended = await bench.run("--yes")
            #expect(ended.code == 3)
            #expect(ended.json["next"]?.elements?.first == "handover approve small-1 promote --actor NAME")
            #expect(await bench.call("approve", "small-1", "promote").code == 0)
            #expect(await bench.call("resume").code == 0)
        }
    }

    @Test func `It is rolled back before the pivot and refused with 3 past it`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            let back = await bench.call("rollback", "--json")
            #expect(back.code == 0, "\(back.error)")
            #expect(back.json["run"]?["state"] == "rolledBack")
            #expect(Set(bench.systems.acts.suffix(2)) == ["undo catch-up", "undo remove"])
            #expect(await bench.call("rollback", "small-1").output.contains("already"))
            #expect(await bench.run("--yes").code == 0)
            let late = await bench.call("rollback", "--json")
            #expect(late.code == 3)
            #expect(late.json["error"]?["kind"] == "refused")
            let states = await bench.call("runs", "--json").json["runs"]?.elements?.compactMap { $0["state"]?.text }
            #expect(states == ["completed", "rolledBack"])
        }
    }

    @Test func `What a site is owed is settled, and until then nothing is moved there`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            let ended = await bench.run("--yes")
            #expect(ended.code == 0)
            #expect(ended.json["next"]?.elements?.first == "handover settle dc1")
            let owing = await bench.call("show").output
            #expect(owing.contains("handover settle dc1") && !owing.contains("owed no more"))
            let back = await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc1", "--yes", "--json")
            #expect(back.code == 3)
            #expect(back.json["error"]?["next"]?.text?.contains("handover settle dc1") == true)
            #expect(await bench.call("settle", "dc1").code == 1)
            bench.systems.setAway("dc1", false)
            let settled = await bench.call("settle", "dc1", "--json")
            #expect(settled.code == 0, "\(settled.error)")
            #expect(settled.json["settlements"]?.elements?.count == 1)
            #expect(await bench.call("settle", "dc1").output == "Nothing is owed to dc1.\n")
            // What is paid is offered no more, wherever the run is shown.
            let move = try #require(await bench.call("runs", "--json").json["runs"]?.elements?.last?["id"]?.text)
            #expect(await bench.call("show", move).output.contains("It is owed no more."))
            for words in [["show", move], ["show", move, "--json"], ["resume", move], ["status"]] {
                let shown = await bench.call(words).output
                #expect(!shown.contains("settle dc1") && !shown.contains("Owed"), "\(words): \(shown)")
            }
            #expect(await bench.call("settle", "dc9").code == 2)
            let runs = await bench.call("runs", "--json").json["runs"]?.elements?.compactMap { $0["kind"]?.text }
            #expect(runs == ["settlement", "runbook"])
        }
    }

    @Test func `What was settled after the promotion stays, whatever is rolled back`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            _ = await bench.run("--yes")
            bench.systems.setAway("dc1", false)
            #expect(await bench.call("settle", "dc1").code == 0)
            let runs = await bench.call("runs", "--json").json["runs"]?.elements?.compactMap { $0["id"]?.text } ?? []
            #expect(runs.count == 2)
            for words in [["rollback"]] + runs.map({ ["rollback", $0] }) {
                let ended = await bench.call(words + ["--yes", "--json"])
                #expect(ended.code == 3, "\(words)")
                #expect(ended.json["error"]?["what"]?.text?.contains("promote") == true)
            }
            #expect(!bench.systems.acts.contains { $0.hasPrefix("undo") })
        }
    }

    @Test func `What was settled before the promotion is taken back with its run, and first`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            #expect(await bench.run().code == 4)
            bench.systems.setAway("dc1", false)
            let status = await bench.call("status").output
            #expect(status.contains("is to serve again, type: handover rollback small-1"))
            #expect(await bench.call("settle", "dc1", typed: ["no"]).code == 4)
            #expect(await bench.call("settle", "dc1", typed: ["yes"]).code == 0)
            #expect(await bench.call("rollback").code == 0)
            #expect(bench.systems.acts.filter { $0.hasPrefix("undo") } == ["undo remove", "undo catch-up"])
            let states = await bench.call("runs", "--json").json["runs"]?.elements?.compactMap { $0["state"]?.text }
            #expect(states == ["rolledBack", "rolledBack"])
        }
    }

    @Test func `A run that is over takes no decisions any more`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            #expect(await bench.call("rollback").code == 0)
            for words in [
                ["approve", "small-1", "promote"], ["deny", "small-1", "promote"],
                ["skip", "small-1", "promote", "--reason", "x"], ["decide", "small-1", "promote", "--as", "done"],
            ] { #expect(await bench.call(words).code == 2, "\(words)") }
            #expect(await bench.call("note", "small-1", "over and done").code == 0)
        }
    }

    @Test func `A second run over the same sites is refused, also with --yes`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            let second = await bench.run("--yes")
            #expect(second.code == 3)
            #expect(second.json["error"]?["what"]?.text?.contains("small-1") == true)
        }
    }

    @Test func `A run that another executor holds ends with 6 and says who`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            let elsewhere = Executor(identity: "x", host: "far-away", boot: "b", pid: 4711, processStart: 1)
            try await bench.append("small-1", [.runClaimed(RunClaimed(executor: elsewhere))])
            let held = await bench.call("resume", "--json")
            #expect(held.code == 6)
            let what = try #require(held.json["error"]?["what"]?.text)
            #expect(what.contains("ben") && what.contains("4711") && what.contains("far-away"))
            #expect(held.json["error"]?["next"]?.text?.contains("handover resume small-1 --take-over") == true)
            #expect(await bench.call("resume", "--take-over").code == 4)
        }
    }

    @Test func `A run whose process is gone is shown so and taken over`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            var gone = try LocalExecutors.current()
            gone.processStart -= 1
            try await bench.append("small-1", [.runClaimed(RunClaimed(executor: gone))])
            let status = await bench.call("status")
            #expect(status.output.contains("its executor is gone"))
            #expect(status.output.contains("handover resume small-1"))
            #expect(await bench.call("status", "--json").json["runs"]?.elements?.first?["isAbandoned"] == true)
            #expect(await bench.call("resume", "--yes").code == 0)
        }
    }

    @Test func `A step in doubt is decided by a person`() async throws {
        try await Bench.with { bench in
            bench.systems.setBroken("catch-up")
            _ = await bench.run()
            var gone = try LocalExecutors.current()
            gone.processStart -= 1
            // An executor that died between the intent and the outcome, of a step that cannot be seen.
            try await bench.append(
                "small-1",
                [
                    .runClaimed(RunClaimed(executor: gone)),
                    .stepIntended(
                        StepIntended(
                            step: "catch-up", attempt: 2, direction: .forward, isPivot: false, facts: .object([:]),
                            sentence: "will turn it on")),
                ])
            bench.systems.hide("catch-up")
            let doubted = await bench.call("resume", "--json")
            #expect(doubted.code == 4)
            #expect(
                doubted.json["next"]?.elements?.first == "handover decide small-1 catch-up --as done")
            #expect(await bench.call("decide", "small-1", "catch-up", "--as", "done").code == 0)
            #expect(await bench.call("resume", "--yes").code == 0)
            #expect(!bench.systems.acts.contains("catch-up"))
        }
    }

    @Test func `The pivot is not left out, and other steps are with a reason`() async throws {
        try await Bench.with { bench in
            bench.systems.setBroken("catch-up")
            _ = await bench.run()
            #expect(await bench.call("skip", "small-1", "promote", "--reason", "no").code == 3)
            #expect(await bench.call("skip", "small-1", "nothing", "--reason", "no").code == 2)
            #expect(await bench.call("skip", "small-1", "catch-up", "--reason", "done by hand").code == 0)
            #expect(await bench.call("note", "small-1", "power is back").code == 0)
            #expect(await bench.call("resume", "--yes").code == 0)
        }
    }

    @Test func `Resuming what is over says so and ends with 0`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let again = await bench.call("resume", "small-1")
            #expect(again.code == 0)
            #expect(again.output.contains("Nothing is left to be done"))
            #expect(await bench.call("resume", "other").code == 2)
        }
    }

    @Test func `Nothing is begun where the journal cannot be written`() async throws {
        try await Bench.with { bench in
            let ended = await bench.call(
                "run", bench.runbook, "--from", "dc1", "--to", "dc2", "--yes", "--json", "--journal",
                "/proc/none/j.sqlite")
            #expect(ended.code == 2)
            #expect(bench.systems.acts.isEmpty)
        }
    }

    @Test func `A plan looks at every step and changes nothing`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            bench.systems.refuse("promote", acceptance: nil)
            let ended = await bench.call("plan", bench.runbook, "--from", "dc1", "--to", "dc2", "--json")
            #expect(ended.code == 0)
            let steps = ended.json["steps"]?.elements?.map { "\($0["id"]?.text ?? ""): \($0["outlook"]?.text ?? "")" }
            #expect(steps == ["remove: unreachable", "catch-up: needed", "promote: refused", "start: needed"])
            #expect(bench.systems.acts.isEmpty)
            #expect(await bench.call("runs").code == 2)
        }
    }
}
