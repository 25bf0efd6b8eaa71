import FailoverModel
import Testing

@testable import HandoverCommands

@Suite("What changed between two moments")
struct DiffTests {
    @Test func `sites, runs, their steps and debts are told with what they were and are`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            _ = await bench.run("--yes")
            let newest = try #require(await bench.call("status", "--json").json["head"]?["sequence"]?.integer)
            let ended = await bench.call("diff", "1", "\(newest)", "--json")
            #expect(ended.code == 0)
            let document = ended.json
            #expect(document["from"]?["sequence"] == 1 && document["to"]?["sequence"] == .integer(newest))
            let changes = try #require(document["changes"]?.elements)
            func change(_ area: String, _ subject: String, _ what: String) -> [JSONValue?] {
                let found = changes.first {
                    $0["area"]?.text == area && $0["subject"]?.text == subject && $0["what"]?.text == what
                }
                return [found?["before"], found?["after"]]
            }
            #expect(change("run", "small-1", "state") == ["started", "completed"])
            #expect(change("run", "small-1", "step promote") == ["not yet", "done"])
            #expect(change("run", "small-1", "point of no return") == [.null, "passed"])
            #expect(change("debt", "dc1", "Remove it (small-1)") == [.null, "no route to it"])
            #expect(change("site", "dc2", "synapse") == [.null, "1 of 1 ready, 1 pods"])
        }
    }

    @Test func `nothing changed is said, and times and the other way round are understood`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            #expect(await bench.call("diff", "3", "3").output.contains("Nothing changed."))
            let long = await bench.call("diff", "2001-01-01T00:00:00Z", "2100-01-01T00:00:00+02:00").output
            #expect(long.contains("From entry 0 to entry"))
            #expect(long.contains("small-1"))
            let back = await bench.call("diff", "9", "1", "--json").json["changes"]?.elements
            #expect(back?.isEmpty == false)
            #expect(await bench.call("diff", "9", "1").output.contains("backwards"))
            #expect(await bench.call("diff", "1", "99999").code == 2)
            #expect(await bench.call("diff", "1", "soon").code == 2)
        }
    }
}
