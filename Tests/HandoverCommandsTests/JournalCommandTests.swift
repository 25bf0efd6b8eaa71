import FailoverModel
import Foundation
import GRDB
import Testing

@testable import HandoverCommands

@Suite("The journal's own commands")
struct JournalCommandTests {
    @Test func `A sound journal is called sound`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let verified = await bench.call("journal", "verify", "--json")
            #expect(verified.code == 0)
            let document = verified.json
            #expect(Set(document.fields?.keys.sorted() ?? []) == ["sound", "entries", "head", "firstBad"])
            #expect(document["sound"] == true)
            #expect(document["firstBad"] == .null)
            let head = await bench.call("status", "--json").json["head"]
            #expect(document["head"] == head)
            #expect(document["entries"] == head?["sequence"])
            let known = "\(head?["sequence"]?.integer ?? 0):\(head?["hash"]?.text ?? "")"
            #expect(await bench.call("journal", "verify", "--head", known).code == 0)
            let wrong = "\(head?["sequence"]?.integer ?? 0):" + String(repeating: "0", count: 64)
            #expect(await bench.call("journal", "verify", "--head", wrong).code == 5)
        }
    }

    @Test func `A changed byte is found and located with exit code 5`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            try tamper(bench.journal, "UPDATE entry SET payload = replace(payload, 'dc2', 'dc3') WHERE sequence = 1")
            let verified = await bench.call("journal", "verify", "--json")
            #expect(verified.code == 5)
            #expect(verified.json["sound"] == false)
            #expect(verified.json["firstBad"]?["sequence"] == 1)
        }
    }

    /// Changes the file behind the triggers' back, as somebody with an SQLite shell could.
    private func tamper(_ path: String, _ change: String) throws {
        try DatabaseQueue(path: path).write { db in
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            try db.execute(sql: change)
            for trigger in triggers { try db.execute(sql: trigger["sql"]) }
        }
    }

    @Test func `An export is imported as the same journal`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let lines = "\(bench.directory)/journal.jsonl"
            #expect(await bench.call("journal", "export", "--output", lines).code == 0)
            #expect(await bench.call("journal", "export", "--output", lines).code == 2)
            let exported = await bench.call("journal", "export").output
            let written = try String(contentsOfFile: lines, encoding: .utf8)
            #expect(exported == written)
            let copy = "\(bench.directory)/copy.sqlite"
            #expect(await bench.call("journal", "import", lines, "--journal", copy).code == 0)
            let copied = await bench.call("status", "--json", "--journal", copy).output
            #expect(copied == (await bench.call("status", "--json").output))
            let again = await bench.call("journal", "import", lines, "--journal", copy)
            #expect(again.code == 2 && again.error.contains("import into a new one"), "\(again.error)")
            #expect(await bench.call("journal", "rebuild").code == 0)
            #expect(copied == (await bench.call("status", "--json").output))
        }
    }

    @Test func `A broken export is refused, and leaves no file behind`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let exported = await bench.call("journal", "export").output
            let broken = "\(bench.directory)/broken.jsonl"
            try bench.write(exported.replacingOccurrences(of: "promote", with: "demote"), to: broken)
            let copy = "\(bench.directory)/copy.sqlite"
            #expect(await bench.call("journal", "import", broken, "--journal", copy).code == 2)
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.directory)
            #expect(!left.contains { $0.hasPrefix("copy.sqlite") }, "\(left)")
        }
    }

    @Test func `What is kept for status must be the entries'`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            _ = await bench.run("--yes")
            #expect(await bench.call("journal", "verify").code == 0)
            try tamper(bench.journal, "DELETE FROM projection WHERE name = 'owed'")
            let found = await bench.call("journal", "verify")
            #expect(found.code == 5 && found.output.contains("rebuild"), "\(found.output)")
            #expect(await bench.call("journal", "rebuild").code == 0)
            #expect(await bench.call("journal", "verify").code == 0)
        }
    }
}
