import ArgumentParser
import FailoverModel
import Foundation
import Testing

@testable import HandoverCommands

/// Journals that earlier versions wrote, in `journal/golden`: today's engine must decide as they record, except over those
/// that an engine with a bug would have written.
@Suite("Golden journals")
struct GoldenJournalTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../journal/golden").standardized.path

    static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".jsonl") }
            .sorted()
    }

    @Test func `There are golden journals of both kinds`() {
        #expect(Self.names.contains { $0.hasPrefix("diverges-") })
        #expect(Self.names.count { !$0.hasPrefix("diverges-") } >= 2)
    }

    @Test(arguments: names)
    func `A golden journal is replayed as it says of itself`(name: String) async throws {
        try await Bench.with { bench in
            #expect(await bench.call("journal", "import", "\(Self.folder)/\(name)").code == 0)
            let replayed = await bench.call("replay", "--all", "--check", "--json")
            let differences = replayed.json["runs"]?.elements?.flatMap { $0["differences"]?.elements ?? [] } ?? []
            guard name.hasPrefix("diverges-") else {
                #expect(replayed.code == 0, "\(differences)")
                return
            }
            #expect(replayed.code == 1)
            #expect(differences.first?["step"] == "promote")
            #expect(differences.first?["now"] == "it is not begun: it waits for remove, catch-up")
        }
    }

    @Test(arguments: names.filter { !$0.hasPrefix("diverges-") })
    func `A golden journal is rehearsed to the same end`(name: String) async throws {
        try await Bench.with { bench in
            #expect(await bench.call("journal", "import", "\(Self.folder)/\(name)").code == 0)
            let rehearsed = await bench.call("replay", "--rehearse", "--json")
            #expect(rehearsed.json["differences"]?.elements == [], "\(rehearsed.output)\(rehearsed.error)")
        }
    }

    /// The issue's own example: with one need less, the sequence is named.
    @Test func `A need removed from the runbook is told with its entry`() async throws {
        try await Bench.with { bench in
            #expect(await bench.call("journal", "import", "\(Self.folder)/denied-failover.jsonl").code == 0)
            let changed = bench.directory + "/changed.yaml"
            try bench.write(Bench.runbookText.replacing("needs: [catch-up]", with: "needs: []"), to: changed)
            let compared = await bench.call("replay", "--runbook", changed, "--json")
            #expect(compared.code == 1)
            let difference = compared.json["runs"]?.elements?.first?["differences"]?.elements?.first
            #expect(difference?["step"] == "promote")
            #expect(difference?["sequence"]?.integer == 5)
            #expect(difference?["now"]?.text?.contains("no longer needs catch-up") == true)
        }
    }

    /// Writes them anew: `HANDOVER_WRITE_GOLDEN=1 swift test --filter GoldenJournalTests`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["HANDOVER_WRITE_GOLDEN"] != nil))
    func `Those made on a bench can be written anew`() async throws {
        try await Bench.with { bench in
            let stopped = await bench.run()
            let run = try #require(stopped.json["run"]?["id"]?.text)
            #expect(await bench.call("deny", run, "promote", "--reason", "dc1 answers again").code == 0)
            #expect(await bench.call("rollback", run, "--yes", "--reason", "dc1 is back").code == 0)
            #expect(await bench.call("journal", "export", "--output", "\(Self.folder)/denied-failover.jsonl").code == 0)
        }
        // A drill that was good, and one that removed itself.
        try await Bench.with { bench in
            let path = "\(bench.directory)/small-drill.yaml"
            try bench.write(DrillFlowTests.drillText, to: path)
            let words = ["run", path, "--from", "dc1", "--to", "dc2", "--yes", "--drill"]
            #expect(await bench.call(words).code == 0)
            bench.systems.setBroken("load")
            #expect(await bench.call(words).code == 1)
            #expect(await bench.call("journal", "export", "--output", "\(Self.folder)/drills.jsonl").code == 0)
        }
        try await Bench.with { bench in
            let run = try #require(await bench.run("--yes").json["run"]?["id"]?.text)
            let entries = try JournalFile(
                Invocation(CommonOptions.parse(["--journal", bench.journal]), wiring: Wiring())
            )
            .entries(run: run)
            let events = try entries.map { try Event($0) }
            let begun = try #require(events.firstIndex { if case .runClaimed = $0 { true } else { false } })
            let intent = try #require(
                events.first { if case .stepIntended(let payload) = $0 { payload.step == "promote" } else { false } })
            try await Bench.with { forged in
                try await forged.append(run, Array(events[...begun]) + [intent], actor: "anna")
                let path = "\(Self.folder)/diverges-promote-too-early.jsonl"
                #expect(await forged.call("journal", "export", "--output", path).code == 0)
            }
        }
    }
}
