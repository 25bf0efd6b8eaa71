import ArgumentParser
import FailoverModel
import Foundation
import RunEngine
import Systems
import Testing

@testable import HandoverCommands

@Suite("A drill from its command line to its exit code")
struct DrillFlowTests {
    static let drillText = """
        kind: drill
        name: small-drill
        title: Try it from {from} to {to}
        objectives: {rto: 15m, rpo: 1s}
        phases:
          - id: try
            title: Try
            steps:
              - {id: clone, command: drill.clone, site: to, retry: {attempts: 1}}
              - {id: promote-copy, command: drill.promote, site: to, needs: [clone], retry: {attempts: 1}}
              - {id: load, command: drill.load, site: to, needs: [promote-copy], retry: {attempts: 1}}
          - id: end
            title: Remove it
            steps: [{id: remove, command: drill.remove, site: to, retry: {attempts: 1}}]
        """

    private static func with(_ body: (Bench, String) async throws -> Void) async throws {
        try await Bench.with { bench in
            let path = "\(bench.directory)/small-drill.yaml"
            try bench.write(drillText, to: path)
            bench.systems.setFacts(["loss": LossEstimate(bytes: 512, milliseconds: 300).json], of: "promote-copy")
            try await body(bench, path)
        }
    }

    /// A drill whose process was killed in the middle of the promotion.
    private static func crashed(_ bench: Bench, _ path: String) async throws -> String {
        let run = "small-drill-1"
        let plan = try RunbookFile(path).runbook.plan(
            topology: Topology.decode(SourceText(file: "t", text: Bench.topologyText), directory: "/"), from: "dc1",
            to: "dc2")
        let gone = Executor(identity: "x", host: LocalExecutors.hostName(), boot: "another", pid: 1, processStart: 1)
        try await create(bench)
        try await bench.append(
            run,
            [
                .runStarted(RunStarted(kind: .drill, plan: plan)), .runClaimed(RunClaimed(executor: gone)),
                .stepIntended(StepIntended(step: "clone", attempt: 1, facts: ["wasOn": false], sentence: "copies")),
            ])
        return run
    }

    private static func create(_ bench: Bench) async throws {
        let options = try CommonOptions.parse(["--journal", bench.journal])
        _ = try await JournalFile(Invocation(options, wiring: Wiring())).openForWriting()
    }

    private static func words(_ path: String, _ more: String...) -> [String] {
        ["run", path, "--from", "dc1", "--to", "dc2", "--yes", "--json"] + more
    }

    @Test func `A drill and a move are not begun by accident in place of each other`() async throws {
        try await Self.with { bench, path in
            let without = await bench.call(Self.words(path))
            #expect(without.code == 2)
            #expect(
                without.json["error"]?["next"]?.text?.contains("handover run \(path) --from dc1 --to dc2 --drill")
                    == true)
            let move = await bench.run("--yes", "--drill")
            #expect(move.code == 2)
            #expect(
                move.json["error"]?["next"]?.text?.contains("handover run ess-drill --from dc1 --to dc2 --drill")
                    == true)
            #expect(
                move.json["error"]?["next"]?.text?.contains("handover run \(bench.runbook) --from dc1 --to dc2") == true
            )
            #expect(bench.systems.acts.isEmpty && !SmallText.exists(bench.journal))
        }
    }

    /// The small drill, with a look by the steps of another runbook.
    private static func looking(with runbook: String) -> String {
        drillText.replacing(
            "      - {id: clone,",
            with: "      - {id: look, command: drill.check, site: to, with: {runbook: \(runbook)}}\n      - {id: clone,"
        )
    }

    @Test(
        arguments: [
            ("nonesuch", "there is no such runbook"), ("small-drill", "this runbook promotes nothing"),
            ("quiet", "this runbook promotes nothing"), ("broken", "there is no command"),
        ])
    func `A drill that cannot look with the runbook it names is refused before it begins, at its line`(
        runbook: String, what: String
    ) async throws {
        try await Self.with { bench, path in
            let quiet = "name: quiet\nphases: [{id: p, steps: [{id: c, command: postgres.catch-up, site: to}]}]\n"
            try bench.write(quiet, to: "\(bench.directory)/quiet.yaml")
            try bench.write(quiet.replacing("catch-up", with: "ketchup"), to: "\(bench.directory)/broken.yaml")
            try bench.write(Self.looking(with: runbook), to: path)
            for words in [Self.words(path, "--drill"), ["plan", path, "--from", "dc1", "--to", "dc2", "--json"]] {
                let refused = await bench.call(words)
                let error = refused.json["error"]
                #expect(refused.code == 2 && error?["what"]?.text?.contains(what) == true, "\(refused.output)")
                #expect(error?["place"]?.text?.hasPrefix("\(path):9:") == true, "\(refused.output)")
                #expect(error?["next"]?.text?.isEmpty == false)
            }
            #expect(bench.systems.acts.isEmpty && !SmallText.exists(bench.journal))
            try bench.write(Self.looking(with: "small"), to: path)
            #expect(await bench.call(Self.words(path, "--drill")).code == 0, "the move beside the topology can look")
        }
    }

    @Test func `On a terminal a drill asks once whether to begin, and nobody after that`() async throws {
        try await Self.with { bench, path in
            let words = ["run", path, "--from", "dc1", "--to", "dc2", "--drill"]
            let refused = await bench.call(words, typed: ["no"])
            #expect(refused.code == 4 && refused.error.contains("Begin?") && bench.systems.acts.isEmpty)
            #expect(refused.error.contains("The drill is not begun."))
            let begun = await bench.call(words, typed: ["yes"])
            #expect(begun.code == 0, "\(begun.error)")
            let unasked = await bench.call(words)
            #expect(unasked.code == 0 && !unasked.error.contains("Begin?"), "\(unasked.error)")
        }
    }

    @Test func `What the check warned of is named at the end and by show, and the drill is good`() async throws {
        try await Self.with { bench, path in
            bench.systems.setFacts([DrillFacts.warned: ["disk.room at dc2: 12 GB are free"]], of: "clone")
            let ended = await bench.call(["run", path, "--from", "dc1", "--to", "dc2", "--yes", "--drill"])
            #expect(ended.code == 0 && ended.output.contains("Warning: disk.room at dc2: 12 GB are free"))
            #expect(await bench.call("show").output.contains("Warning: disk.room at dc2: 12 GB are free"))
            let document = await bench.call("show", "--json").json
            #expect(document["run"]?["drill"]?["warnings"] == ["disk.room at dc2: 12 GB are free"])
        }
    }

    @Test func `A good drill ends with 0, says what a failover would take and lose, and is told apart everywhere`()
        async throws
    {
        try await Self.with { bench, path in
            let ended = await bench.call(Self.words(path, "--drill"))
            #expect(ended.code == 0, "\(ended.error)\(ended.output)")
            let run = ended.json["run"]
            #expect(run?["kind"] == "drill" && run?["drill"]?["good"] == true && run?["isPastPivot"] == false)
            #expect(run?["drill"]?["losses"]?.elements?.first?["milliseconds"] == 300)
            #expect(run?["objectives"]?["loss"]?["verdict"] == "met")
            #expect(ended.error.contains("a drill, nothing is moved"))
            #expect(bench.systems.on.isEmpty)
            #expect(await bench.call("runs").output.contains("drill, good: Try it from dc1 to dc2"))
            #expect(await bench.call("runs", "--json").json["runs"]?.elements?.first?["isGoodDrill"] == true)
            let show = await bench.call("show").output
            #expect(show.contains("a drill, dc1 → dc2") && show.contains("Recovery would have taken"))
            #expect(show.contains("Not measured: deciding that dc1 is down"))
            let status = await bench.call("status")
            #expect(status.output.contains("Last good drill: dc2") && !status.output.contains("dc2   primary"))
            let document = await bench.call("status", "--json").json
            #expect(
                document["drills"]?["dc2"]?["lastGood"]?["run"] == "small-drill-1" && document["objectives"] == .null)
            for (format, words) in [
                ("markdown", "A drill, which moved nothing"), ("html", "A drill, which moved nothing"),
                ("json", "\"kind\": \"drill\""), ("csv", "starts a drill"), ("trace", "handover.drill"),
                ("mermaid", "Drill∶ Try it"),
            ] {
                let text = await bench.call("timeline", "--format", format).output
                #expect(text.contains(words), "\(format): \(text.prefix(600))")
            }
            #expect(await bench.call("resume").code == 0, "nothing is left to be done")
            let back = await bench.call("rollback", "small-drill-1")
            #expect(back.code == 0 && back.output.contains("nothing to take back"))
        }
    }

    @Test func `A drill in which something fails removes itself and ends with 1`() async throws {
        try await Self.with { bench, path in
            bench.systems.setBroken("load")
            let ended = await bench.call(Self.words(path, "--drill"))
            #expect(ended.code == 1)
            #expect(ended.json["run"]?["state"] == "rolledBack" && ended.json["run"]?["drill"]?["good"] == false)
            #expect(bench.systems.on.isEmpty)
            bench.systems.setBroken("load", false)
            bench.systems.setFacts([DrillFacts.problems: ["replication.lag at dc2: 3 GiB"]], of: "clone")
            let poor = await bench.call(["run", path, "--from", "dc1", "--to", "dc2", "--yes", "--drill"])
            #expect(poor.code == 1 && poor.output.contains("Not good: replication.lag at dc2: 3 GiB"), "\(poor.output)")
            #expect(poor.output.contains("Nothing was moved."))
            #expect(await bench.call("runs").output.contains("drill, not good"))
            #expect(await bench.call("status").output.contains("dc2 none yet (small-drill-"))
        }
    }

    @Test(arguments: [["resume"], ["rollback", "--yes"]])
    func `A drill whose process died is removed by the next command that acts`(words: [String]) async throws {
        try await Self.with { bench, path in
            let run = try await Self.crashed(bench, path)
            let status = await bench.call("status").output
            #expect(status.contains("handover resume \(run)"), "\(status)")
            for shown in [status, await bench.call("runs").output] {
                #expect(shown.contains("drill: Try it from dc1 to dc2: clone"), "\(shown)")
            }
            let ended = await bench.call(words + ["--json"])
            #expect(ended.code == 0, "\(ended.error)")
            #expect(ended.json["run"]?["state"] == "rolledBack")
            #expect(await bench.call("resume", run, "--forward").code == 0, "it is over")
        }
    }

    @Test func `The next drill first removes what an earlier one left`() async throws {
        try await Self.with { bench, path in
            let run = try await Self.crashed(bench, path)
            let ended = await bench.call(Self.words(path, "--drill"))
            #expect(ended.code == 0, "\(ended.error)\(ended.output)")
            #expect(ended.error.contains("First what the drill \(run) has left is removed"))
            let runs = await bench.call("runs", "--json").json["runs"]?.elements?.compactMap { $0["state"]?.text }
            #expect(runs == ["completed", "rolledBack"])
        }
    }

    @Test func `A move waits for no drill: it gives it up, and removes afterwards what that left`() async throws {
        try await Self.with { bench, path in
            let run = try await Self.crashed(bench, path)
            let moved = await bench.run("--yes")
            #expect(moved.code == 0, "\(moved.error)")
            #expect(moved.json["run"]?["runbook"] == "small", "the document is the move's")
            #expect(moved.error.contains("\(run) is given up"))
            #expect(
                bench.systems.acts == ["remove", "catch-up", "promote", "start", "remove"] && bench.systems.on.isEmpty)
            let runs = await bench.call("runs", "--json").json["runs"]?.elements ?? []
            #expect(runs.compactMap { $0["kind"]?.text } == ["settlement", "runbook", "drill"])
            #expect(runs.compactMap { $0["state"]?.text } == ["completed", "completed", "abandoned"])
            #expect(await bench.call("status", "--json").json["sites"]?["dc2"]?["owed"] == [])
        }
    }

    @Test func `What a drill left holds up no move, and is no site's debt to the eye`() async throws {
        try await Self.with { bench, path in
            let run = try await Self.crashed(bench, path)
            let given = await bench.call("abandon", run, "--reason", "another day")
            #expect(given.code == 0 && given.output.contains("handover settle dc2"), "\(given.output)\(given.error)")
            let status = await bench.call("status")
            #expect(status.output.contains("Left at dc2 by a drill (\(run)), to be removed"))
            #expect(!status.output.contains("Owed to dc2"))
            bench.systems.setBroken("remove")
            let moved = await bench.run("--yes")
            // The fakes break by the step's name, and the move has a step of that name too.
            #expect(moved.code == 1 && !moved.error.contains("still owed"))
            bench.systems.setBroken("remove", false)
            #expect(await bench.call("resume", "--yes").code == 0)
            #expect(await bench.call("status", "--json").json["sites"]?["dc2"]?["owed"] == [])
        }
    }

    @Test func `A drill that somebody carries out is ended in one command, and a second one is told so`() async throws {
        try await Self.with { bench, path in
            let run = try await Self.crashed(bench, path)
            let alive = AllAlive()
            let second = await bench.call(Self.words(path, "--drill"), registry: alive)
            #expect(second.code == 6)
            #expect(second.json["error"]?["next"]?.text?.contains("handover abandon \(run) --reason WHY") == true)
            let moved = await bench.call(Self.words(bench.runbook), registry: alive)
            #expect(moved.code == 0, "a move takes its place whoever carries it out: \(moved.error)")
        }
    }

    @Test func `Which run is meant: a move before a drill, and a drill that is open before an older move`() async throws
    {
        try await Self.with { bench, path in
            let run = try await Self.crashed(bench, path)
            #expect(try Self.lookup(bench).newest(notOver: true) == run)
            #expect(try Self.lookup(bench).toRollBack() == run)
            _ = await bench.run()
            let move = try #require(await bench.call("runs", "--json").json["runs"]?.elements?.first?["id"]?.text)
            #expect(try Self.lookup(bench).newest(notOver: true) == move)
            #expect(try Self.lookup(bench).toRollBack() == move)
        }
    }

    private static func lookup(_ bench: Bench) throws -> RunLookup {
        let options = try CommonOptions.parse(["--journal", bench.journal])
        return try JournalFile(Invocation(options, wiring: Wiring())).lookup()
    }

    @Test func `How long a promotion usually takes is told by a drill until a move was made`() async throws {
        try await Self.with { bench, path in
            bench.systems.setSlow("promote-copy", milliseconds: 600)
            #expect(await bench.call(Self.words(path, "--drill")).code == 0)
            _ = await bench.run()
            let options = try CommonOptions.parse(["--journal", bench.journal])
            let file = JournalFile(Invocation(options, wiring: Wiring()))
            let run = try #require(try file.snapshot().projections.runs.newestFirst.first { $0.kind == .runbook }?.id)
            #expect(UsualSpans.of(run, in: file).steps["promote"] ?? 0 >= 600)
            bench.systems.setSlow("promote", milliseconds: 2000)
            #expect(await bench.call("approve", run, "promote").code == 0)
            #expect(await bench.call("resume").code == 0)
            _ = await bench.call(Self.words(bench.runbook))
            let second = try #require(try file.snapshot().projections.runs.newestFirst.first?.id)
            #expect(
                second != run && UsualSpans.of(second, in: file).steps["promote"] ?? 0 >= 2000, "the move knows better")
        }
    }
}

/// Every executor lives.
private struct AllAlive: ExecutorRegistry {
    func liveness(of executor: Executor) -> Liveness { .alive }
}
