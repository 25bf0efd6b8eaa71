import FailoverModel
import Foundation
import RunEngine
import Testing

@testable import HandoverCommands

@Suite("The documents that scripts rely on")
struct DocumentTests {
    @Test func `status --json has exactly the keys of the contract`() async throws {
        try await Bench.with { bench in
            bench.systems.setAway("dc1")
            _ = await bench.run("--yes")
            let status = await bench.call("status", "--json").json
            #expect(
                Set(status.fields?.keys.sorted() ?? []) == [
                    "head", "sites", "secrets", "runs", "splitBrains", "objectives", "drills",
                ])
            #expect(Set(status["head"]?.fields?.keys.sorted() ?? []) == ["sequence", "hash"])
            #expect(status["head"]?["hash"]?.text?.count == 64)
            #expect(Set(status["sites"]?.fields?.keys.sorted() ?? []) == ["dc1", "dc2", "dc3"])
            let dc1 = try #require(status["sites"]?["dc1"])
            for key in ["role", "postgres", "workloads", "service", "lastSeenAt", "owed"] { #expect(dc1[key] != nil) }
            #expect(dc1["owed"]?.elements?.first?["step"] == "remove")
            #expect(dc1["owed"]?.elements?.first?["run"] == "small-1")
            let seenAt = try #require(status["sites"]?["dc2"]?["lastSeenAt"]?.text)
            #expect(Moment(seenAt)?.description == seenAt)
        }
    }

    @Test func `Secrets are listed with their verdicts`() async throws {
        try await Bench.with { bench in
            try await bench.append(
                "",
                [
                    .secretsCompared(
                        SecretsCompared(
                            reference: "dc1", site: "dc2",
                            verdicts: [SecretVerdict(name: "synapse-signing-key", verdict: .differs)]))
                ])
            let secrets = await bench.call("status", "--json").json["secrets"]?.elements
            #expect(secrets?.first?["name"] == "synapse-signing-key")
            #expect(secrets?.first?["verdict"] == "differs")
            #expect(Set(secrets?.first?.fields?.keys.sorted() ?? []) == ["name", "site", "verdict", "observedAt"])
        }
    }

    @Test func `status --at shows the past, by entry and by time`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let first = await bench.call("status", "--at", "1", "--json").json
            #expect(first["head"]?["sequence"] == 1)
            #expect(first["runs"]?.elements?.first?["state"] == "started")
            let before = await bench.call("status", "--at", "2001-01-01T00:00:00Z", "--json").json
            #expect(before["head"]?["sequence"] == 0)
            #expect(before["runs"] == [])
            #expect(await bench.call("status", "--at", "9999").code == 2)
            let past = await bench.call("status", "--at", "1").output
            #expect(!past.contains("type: handover"), "the past is no time to act in")
            let now = await bench.call("status", "--at", "2100-01-01T00:00:00Z", "--json").json
            let today = await bench.call("status", "--json").json
            #expect(now == today)
        }
    }

    @Test func `status works on a journal that cannot be written`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let writable = await bench.call("status", "--json").json
            let files = FileManager.default
            for suffix in ["", "-wal", "-shm", ".head"] where files.fileExists(atPath: bench.journal + suffix) {
                try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: bench.journal + suffix)
            }
            #expect(await bench.call("status", "--json").json == writable)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `status --watch shows it again when the journal changes, until it is interrupted`() async throws {
        try await Bench.with { bench in
            _ = await bench.run()
            let (pictures, shown) = AsyncStream.makeStream(of: String.self)
            let watching = Task {
                let ended = await bench.call(["status", "--watch"], written: { shown.yield($0) })
                shown.finish()
                return ended
            }
            var seen: [String] = []
            for await picture in pictures {
                seen.append(picture)
                if seen.count == 1 { #expect(await bench.call("resume", "--yes").code == 0) }
                if picture.contains("completed") { watching.cancel() }
            }
            #expect(await watching.value.code == 130)
            #expect(seen.first?.contains("waits for a person") == true && seen.last?.contains("completed") == true)
        }
    }

    @Test func `The timeline is written as Markdown and as JSON, and replaces no file`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            let report = "\(bench.directory)/report.md"
            #expect(await bench.call("timeline", "small-1", "--output", report).code == 0)
            let text = try String(contentsOfFile: report, encoding: .utf8)
            #expect(text.contains("promote"))
            #expect(await bench.call("timeline", "--output", report).code == 2)
            let document = await bench.call("timeline", "--format", "json")
            #expect(document.json.fields != nil)
            #expect(await bench.call("timeline", "--json").output == document.output)
        }
    }

    @Test func `runs --json is newest first with the keys of the contract`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            _ = await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc3", "--json")
            let runs = try #require(await bench.call("runs", "--json").json["runs"]?.elements)
            #expect(runs.count == 2)
            #expect(runs[0]["state"] == "waiting")
            #expect(runs[0]["endedAt"] == .null)
            #expect(runs[1]["id"] == "small-1")
            #expect(runs[1]["runbook"] == "small")
            #expect(Moment(runs[1]["startedAt"]?.text ?? "") != nil)
            #expect(Moment(runs[1]["endedAt"]?.text ?? "") != nil)
            #expect(await bench.call("runs").output.contains("small-1"))
        }
    }

    @Test func `show tells faults, refusals and who approved`() async throws {
        try await Bench.with { bench in
            bench.systems.setBroken("start")
            _ = await bench.run("--yes")
            let show = await bench.call("show", "--json").json
            let start = show["steps"]?.elements?.first { $0["id"] == "start" }
            #expect(start?["state"] == "failed")
            #expect(start?["fault"]?["kind"] == "rejected")
            #expect(start?["fault"]?["next"] == "Mend it")
            let page = await bench.call("show").output
            #expect(page.contains("Approved by anna, who answers for dc1-is-down."))
            #expect(page.contains("it does not work"))
        }
    }

    @Test func `A run is found by the beginning of its name`() async throws {
        try await Bench.with { bench in
            _ = await bench.run("--yes")
            _ = await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc3", "--json")
            let newest = await bench.call("show", "--json").json["run"]?["id"]?.text ?? ""
            #expect(newest.hasPrefix("small-") && newest != "small-1")
            #expect(await bench.call("show", "small-1", "--json").json["run"]?["id"] == "small-1")
            let unclear = await bench.call("show", "smal", "--json")
            #expect(unclear.code == 2)
            let what = try #require(unclear.json["error"]?["what"]?.text)
            #expect(what.contains("small-1") && what.contains(newest))
        }
    }

    @Test func `Errors are one document with kind, what, place, next and exit code`() async throws {
        try await Bench.with { bench in
            try bench.write("name: x\nphasess: []\n", to: bench.runbook)
            let ended = await bench.run()
            #expect(ended.code == 2)
            let error = try #require(ended.json["error"])
            #expect(error["exitCode"] == 2)
            #expect(error["place"]?.text?.hasPrefix("\(bench.runbook):") == true)
            for key in ["kind", "what", "next"] { #expect(error[key]?.text?.isEmpty == false) }
            let plain = await bench.call("run", bench.runbook, "--from", "dc1", "--to", "dc2")
            #expect(plain.error.contains("\(bench.runbook):2:1: "))
            #expect(plain.output.isEmpty)
        }
    }
}
