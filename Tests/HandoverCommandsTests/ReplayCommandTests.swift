import FailoverModel
import Foundation
import Testing

@testable import HandoverCommands

@Suite("handover replay")
struct ReplayCommandTests {
    @Test func `A run is played line by line in a pipe`() async throws {
        try await Bench.with { bench in
            let run = await bench.run("--yes").json["run"]?["id"]?.text ?? ""
            let played = await bench.call("replay", run)
            #expect(played.code == 0)
            let lines = played.output.split(separator: "\n")
            #expect(lines.contains { $0.contains("promote") && $0.contains("dc2") })
            #expect(lines.last?.contains("completed") == true)
        }
    }

    @Test func `Every run of a journal is checked, and the same is said`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let checked = await bench.call("replay", "--all", "--check", "--json")
            #expect(checked.code == 0)
            #expect(checked.json["same"] == true)
            #expect(checked.json["runs"]?.elements?.count == 1)
            #expect(
                await bench.call("replay", "--all", "--check").output.contains(
                    "1 run replayed: today's engine decides as"))
        }
    }

    @Test func `A changed runbook is held against the recorded run`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let changed = bench.directory + "/changed.yaml"
            try bench.write(Bench.runbookText.replacing("Is {from} down?", with: "Is {from} gone?"), to: changed)
            let compared = await bench.call("replay", "--runbook", changed, "--json")
            #expect(compared.code == 1)
            let differences = compared.json["runs"]?.elements?.first?["differences"]?.elements ?? []
            #expect(differences.map { $0["step"]?.text } == ["promote"])
            #expect(differences.first?["now"]?.text == "a person is asked: Is dc1 gone?")
            #expect(await bench.call("replay", "--all", "--runbook", bench.runbook).code == 0)
        }
    }

    @Test func `A rehearsal ends as the run did`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let rehearsed = await bench.call("replay", "--rehearse", "--json")
            #expect(rehearsed.code == 0)
            #expect(rehearsed.json["standing"] == "completed")
            #expect(rehearsed.json["differences"]?.elements?.isEmpty == true)
        }
    }

    @Test(arguments: [
        ["--all"], ["--rehearse", "--check"], ["--speed", "0"], ["--speed", "2", "--check"], ["--json"],
    ])
    func `Flags that do not go together are refused`(words: [String]) async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            #expect(await bench.call(["replay"] + words).code == 2)
        }
    }

    /// Entries at 0, 2, 4 and 3600 s.
    private func position() async throws -> ReplayPosition {
        let plan = Plan(
            runbook: "r", title: "Move", from: "dc1", to: "dc2", others: [], phases: [PlanPhase(id: "p", title: "One")],
            steps: [PlannedStep(id: "a", phase: "p", title: "A", command: "service.check", site: "dc2")])
        let executor = Executor(identity: "e", host: "h", boot: "b", pid: 1, processStart: 1)
        let events: [(Int64, Event)] = [
            (0, .runStarted(RunStarted(plan: plan))), (2, .runClaimed(RunClaimed(executor: executor))),
            (4, .stepIntended(StepIntended(step: "a", attempt: 1, facts: .null, sentence: "will be done"))),
            (3600, .stepSucceeded(StepSucceeded(step: "a", how: .acted, facts: .null, sentence: "done"))),
        ]
        return try ReplayPosition(
            events.enumerated().map { index, event in
                let new = event.1.entry(
                    run: "r-11", time: Moment(microseconds: event.0 * 1_000_000), actor: "ada")
                return Entry(new, sequence: Int64(11 + index))
            })
    }

    @Test func `A player moves with time, and shortens what nobody wants to wait for`() async throws {
        var head = PlayHead(try await position(), speed: 1)
        try head.go(on: 1999)
        #expect(head.position.applied == 1)
        try head.go(on: 2)
        #expect(head.position.applied == 2)
        try head.take("]")
        try head.go(on: 1000)
        #expect(head.position.applied == 3)
        try head.go(on: 10)
        #expect(head.position.applied == 3)
        try head.go(on: 3000)
        #expect(head.position.isAtEnd)
    }

    @Test func `A player stops, steps both ways and jumps`() async throws {
        var head = PlayHead(try await position(), speed: 1)
        try head.take(" ")
        try head.go(on: 60_000)
        #expect(head.position.applied == 1)
        for key in ["n", "n", "p"] as [Character] { try head.take(key) }
        #expect(head.position.present.sequence == 12)
        for key in ["j", "1", "9", "\u{7F}", "3", "\n"] as [Character] { try head.take(key) }
        #expect(head.position.present.sequence == 13)
        try head.take("G")
        #expect(head.position.isAtEnd)
        try head.take("0")
        #expect(head.position.applied == 1)
        let lines = head.lines(
            style: TerminalStyle(isTerminal: true, hasColour: false, size: TerminalSize(columns: 60, rows: 16)), tick: 0
        )
        #expect(lines.allSatisfy { $0.cells <= 60 })
        #expect(lines.count <= 15)
        #expect(lines.last?.hasPrefix("‖ paused  1 of 4") == true)
        try head.take("q")
        #expect(head.isOver)
    }
}
