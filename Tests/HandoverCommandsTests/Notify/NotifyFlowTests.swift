import FailoverModel
import Foundation
import HandoverTestSupport
import Systems
import Testing

@testable import HandoverCommands

/// Hooks of a topology, told by whole commands.
@Suite struct NotifyFlowTests {
    private static let secrets = ["hook-key-4711", "secret-path-0815", "syt_token_2342"]

    private static let alerts = """
        alerts:
          pager: {form: json, url: "https://pager.example.org/h", secretFile: key}
          chat: {form: slack, urlFile: address}
          room: {form: matrix, url: "https://matrix.example.org", room: "!ops:example.org", tokenFile: token}
          am: {form: alertmanager, url: "https://am.example.org/api/v2/alerts", tell: [runs]}
          quiet: {form: slack, url: "https://quiet.example.org", tell: [checks]}

        """

    private func with(_ alerts: String = Self.alerts, _ body: (Bench) async throws -> Void) async throws {
        try await Bench.with { bench in
            let files = [
                ("key", Self.secrets[0]), ("address", "https://chat.example.org/\(Self.secrets[1])"),
                ("token", Self.secrets[2]),
            ]
            for (name, text) in files {
                try bench.write(text, to: "\(bench.directory)/\(name)")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o600], ofItemAtPath: "\(bench.directory)/\(name)")
            }
            try bench.write(alerts + Bench.topologyText, to: bench.topology)
            try await body(bench)
        }
    }

    private func matters(_ bench: Bench) -> [String] {
        bench.hooks.bodies("https://pager").map { $0["matter"]?.text ?? "" }
    }

    @Test func `a whole run is told to every hook in its form, and no secret gets anywhere`() async throws {
        try await with { bench in
            let ended = await bench.run("--yes")
            #expect(ended.code == 0, "\(ended.error)")
            #expect(!ended.error.contains("does not know everything"))
            #expect(matters(bench) == ["begun", "pastPivot", "completed"])
            let run = bench.hooks.bodies("https://pager").last?["run"]
            #expect(run?["id"] == "small-1" && run?["state"] == "completed" && run?["to"] == "dc2")
            for chat in ["https://chat", "https://matrix"] { #expect(bench.hooks.arrived(chat).count == 3) }
            #expect(
                Set(bench.hooks.keys("https://chat")) == Set(bench.hooks.keys("https://pager")),
                "the key is the entry's, not the hook's")
            for request in bench.hooks.arrived("https://matrix") {
                #expect(request.url.hasSuffix("/" + (request.headers["Idempotency-Key"] ?? "none")))
            }
            #expect(bench.hooks.arrived("https://am").isEmpty, "it waited for nobody")
            #expect(bench.hooks.arrived("https://quiet").isEmpty)
            try expectNoSecrets(bench, [ended.output, ended.error])
        }
    }

    /// In the bodies, in what was said, and in any file but their own.
    private func expectNoSecrets(_ bench: Bench, _ texts: [String]) throws {
        var all = texts + bench.hooks.arrived().map { String(decoding: $0.body ?? Data(), as: UTF8.self) }
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.directory)
        where !["key", "address", "token"].contains(name) {
            all.append(
                String(decoding: try Data(contentsOf: URL(filePath: "\(bench.directory)/\(name)")), as: UTF8.self))
        }
        for secret in Self.secrets { #expect(!all.contains { $0.contains(secret) }) }
    }

    @Test func `a run that waits is told with its answers, and what becomes of it by whoever speaks next`() async throws
    {
        try await with { bench in
            #expect(await bench.run().code == 4)
            #expect(matters(bench) == ["begun", "stopped"])
            let waits = bench.hooks.bodies("https://pager").last
            #expect(
                waits?["next"]?.elements?.first == "handover approve small-1 promote --actor NAME",
                "\(String(describing: waits))")
            #expect(bench.hooks.bodies("https://am").count == 1)
            #expect(await bench.call("approve", "small-1", "promote", "--actor", "ben").code == 0)
            #expect(await bench.call("resume").code == 0)
            #expect(matters(bench) == ["begun", "stopped", "resumed", "pastPivot", "completed"])
            let alerts = bench.hooks.bodies("https://am").compactMap { $0.elements?.first }
            #expect(alerts.map { $0["startsAt"] == nil } == [false, true])
            #expect(Set(alerts.compactMap { $0["labels"] }).count == 1)
        }
    }

    @Test func `what a hook did not take is said after the last word, and told by the next command`() async throws {
        try await with { bench in
            bench.hooks.always("https://pager", .status(503))
            bench.hooks.always("https://chat", .status(404))
            let ended = await bench.run("--yes")
            #expect(ended.code == 0)
            #expect(ended.json["exitCode"] == 0, "the document is the only thing on standard output")
            #expect(
                ended.error.contains(
                    "pager (json) does not know everything yet: it answers 503. The next command tells it, or handover watch, "
                        + "or: handover notify\n"))
            #expect(
                ended.error.contains(
                    "chat (slack) does not know everything yet: it answers 404. Check its address, its form and its secret. "
                        + "Then: handover notify\n"))
            #expect(bench.hooks.arrived("https://matrix").count == 3, "no hook stops another one")
            bench.hooks.always("https://pager", nil)
            let failed = await bench.call("notify", "--json")
            #expect(failed.code == 1)
            let hooks = failed.json["hooks"]?.elements ?? []
            #expect(hooks.map { $0["outcome"] ?? "" } == ["told", "failed", "told", "told"])
            #expect(hooks.map { $0["messages"] ?? 0 } == [3, 0, 0, 0])
            #expect(!failed.error.contains("404"), "said once, in the document")
            bench.hooks.always("https://chat", nil)
            let told = await bench.call("notify")
            #expect(told.code == 0)
            #expect(
                told.output == """
                    pager (json): knows everything
                    chat (slack): took 3 messages
                    room (matrix): knows everything
                    am (alertmanager): knows everything

                    """)
            try expectNoSecrets(bench, [ended.error, failed.output, told.output])
        }
    }

    @Test func `hooks that are named on a journal that is old are told nothing of it`() async throws {
        try await with("") { bench in
            #expect(await bench.run("--yes").code == 0)
            try bench.write(Self.alerts + Bench.topologyText, to: bench.topology)
            let ended = await bench.call("notify")
            #expect(ended.code == 0)
            #expect(ended.output.hasPrefix("pager (json): is new: it is told of what comes from now on\n"))
            #expect(await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc3", "--yes").code == 0)
            #expect(bench.hooks.bodies("https://pager").allSatisfy { $0["run"]?["id"] != "small-1" })
            #expect(matters(bench).first == "begun" && matters(bench).last == "completed")
        }
    }

    @Test func `a rollback and a run that is given up are told`() async throws {
        try await with { bench in
            #expect(await bench.run().code == 4)
            #expect(await bench.call("rollback", "--yes", "--reason", "dc1 is back").code == 0)
            #expect(matters(bench) == ["begun", "stopped", "resumed", "turnedBack", "rolledBack"])
            #expect(await bench.run().code == 4)
            let run = try #require(await bench.call("runs", "--json").json["runs"]?.elements?.first?["id"]?.text)
            #expect(await bench.call("abandon", run, "--reason", "dc2 is gone", "--yes").code == 0)
            #expect(matters(bench).last == "abandoned")
            let text = bench.hooks.bodies("https://chat").last?["text"]?.text
            #expect(text?.contains("given up by anna: dc2 is gone") == true, "\(text ?? "")")
        }
    }

    @Test func `a test says of each hook what it answered, and tells nobody of any run`() async throws {
        try await with { bench in
            bench.hooks.answer(
                "https://matrix", .status(404, body: #"{"errcode":"M_NOT_FOUND"}"#), .status(200, body: "{}"))
            bench.hooks.always("https://quiet", .refuses)
            let ended = await bench.call("notify", "--test")
            #expect(ended.code == 1)
            #expect(
                ended.output == """
                    pager (json): took the test message
                    chat (slack): took the test message
                    room (matrix): took the test message
                    am (alertmanager): took the test message
                    quiet (slack): the connection was refused. Check that this machine can reach it

                    """)
            #expect(bench.hooks.bodies("https://pager").map { $0["matter"] ?? "" } == ["test"])
            #expect(bench.hooks.bodies("https://am")[0].elements?[0]["labels"]?["severity"] == "info")
            bench.hooks.answer("https://matrix", .status(200, body: #"{"algorithm":"m.megolm.v1.aes-sha2"}"#))
            #expect(
                await bench.call("notify", "--test").output.contains(
                    "room (matrix): the room is encrypted, and Handover writes no encrypted messages."))
            try expectNoSecrets(bench, [ended.output, ended.error])
        }
    }

    @Test func `without a hook that is told of runs, notify says where to name one`() async throws {
        try await with("alerts: {q: {form: slack, url: \"https://q\", tell: [checks]}}\n") { bench in
            let ended = await bench.call("notify")
            #expect(ended.code == 2 && ended.error.contains("no hook is told of runs"))
        }
    }
}
