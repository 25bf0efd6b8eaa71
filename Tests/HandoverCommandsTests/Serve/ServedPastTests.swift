import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Testing

@testable import HandoverCommands
@testable import StatusPage

@Suite("The past, and other programs", .timeLimit(.minutes(3)))
struct ServedPastTests {
    /// A journal in which there is something of everything.
    private func rich(_ bench: Bench) async throws {
        let primary = Self.server(isStandby: false, position: 5_000_000)
        let standby = Self.server(isStandby: true, position: 4_990_000)
        try await bench.append(
            "",
            [
                .siteObserved(SiteObserved(SiteObservation(site: "dc1", cluster: "main", seen: .postgres(primary)))),
                .siteObserved(SiteObserved(SiteObservation(site: "dc2", cluster: "main", seen: .postgres(standby)))),
                .siteObserved(SiteObserved(SiteObservation(site: "dc1", seen: .service(status: 200, isServing: true)))),
                .secretsCompared(
                    SecretsCompared(
                        reference: "dc1", site: "dc2",
                        verdicts: [SecretVerdict(name: "ess-generated", verdict: .differs, keys: ["a"])])),
                .checkCompleted(
                    CheckCompleted(
                        ok: 3, problems: [CheckProblem(id: "a.b", site: "dc2", verdict: .failing, seen: "nothing")])),
                .checkCompleted(CheckCompleted(ok: 4, problems: [])),
            ])
        bench.systems.setBroken("start")
        _ = await bench.waitingRun()
        _ = await bench.call("approve", "small-7", "promote")
        _ = await bench.call("resume")
        bench.systems.setBroken("start", false)
        _ = await bench.call("resume")
        _ = await bench.call("run", bench.runbook, "--from", "dc2", "--to", "dc3", "--json")
    }

    static func server(isStandby: Bool, position: UInt64, timeline: Int64 = 1) -> PostgresObservation {
        var server = EventSamples.postgres
        (server.isInRecovery, server.position, server.timeline) = (isStandby, LogPosition(bytes: position), timeline)
        server.isReadOnlyByDefault = false
        server.synchronousStandbyNames = ""
        server.senders = []
        return server
    }

    @Test func `After every entry the page's status is that of status --at`() async throws {
        try await Bench.with { bench in
            try await rich(bench)
            let last = try JournalReader(path: bench.journal).head().sequence
            try await bench.serving { client in
                for sequence in 0...last {
                    let page = try await client.ask("/api/status?at=\(sequence)").body
                    let line = await bench.call("status", "--at", "\(sequence)", "--json")
                    #expect(try JSONValue(json: Array(page.utf8)) == line.json, "entry \(sequence)")
                    #expect(try await client.ask("/?at=\(sequence)").status == 200)
                }
                let entry = try #require(try JournalReader(path: bench.journal).entry(last / 2))
                for at in [entry.time.description, "2001-01-01T00:00:00Z", "2100-01-01T00:00:00Z"] {
                    let page = try await client.ask("/api/status?at=\(at)").body
                    let line = await bench.call("status", "--at", at, "--json")
                    #expect(try JSONValue(json: Array(page.utf8)) == line.json, "\(at)")
                }
                let now = try JSONValue(json: Array(try await client.ask("/api/status").body.utf8))
                let today = await bench.call("status", "--json").json
                #expect(now == today)
                for (path, words) in [("/api/runs", ["runs"]), ("/api/runs/small-7", ["show", "small-7"])] {
                    let page = try JSONValue(json: Array(try await client.ask(path).body.utf8))
                    let line = await bench.call(words + ["--json"]).json
                    #expect(page == line, "\(path)")
                }
                let timeline = try JSONValue(json: Array(try await client.ask("/api/runs/small-7/timeline").body.utf8))
                let report = await bench.call("timeline", "small-7", "--json").json
                #expect(timeline == report)
            }
        }
    }

    @Test func `A page of the past says so, leads back, asks nothing, and tells what has changed since`() async throws {
        try await Bench.with { bench in
            try await rich(bench)
            try await bench.serving { client in
                let page = try await client.ask("/?at=8").body
                for text in ["You look at the past", "data-live=no", "href=\"/\"", "What has changed since", "small-7"]
                {
                    #expect(page.contains(text), "\(text)")
                }
                #expect(page.contains("href=\"/?at=7\"") && page.contains("href=\"/?at=9\""))
                let run = try await client.ask("/runs/small-7?at=10").body
                #expect(run.contains("You look at the past") && !run.contains("Type: <code>handover resume"))
            }
        }
    }

    @Test func `Every answer keeps to the OpenAPI file, which is sound and has every address`() async throws {
        try await Bench.with { bench in
            try await rich(bench)
            let last = try JournalReader(path: bench.journal).head().sequence
            try await bench.serving { client in
                var asked = ["/openapi.json", "/healthz", "/metrics", "/api/runs/none", "/api/status?at=x"]
                let events = try await client.events("/api/events?after=0") {
                    WebClient.sequences($0).last == last && $0.hasSuffix("\n\n\n")
                }
                for at in ["", "?at=0", "?at=4", "?at=9", "?at=\(last - 3)"] {
                    asked += ["status", "runs", "checks"].map { "/api/\($0)\(at)" }
                    asked += ["/api/runs/small-7\(at)", "/api/runs/small-7/timeline\(at)"]
                }
                var answers: [JSONValue] = []
                for path in asked {
                    let answer = try await client.ask(path)
                    answers.append([
                        "path": .string(path), "status": .integer(Int64(answer.status)), "body": .string(answer.body),
                        "type": .string(answer.headers["content-type"] ?? ""),
                    ])
                }
                let data = events.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map {
                    String($0.dropFirst(6))
                }
                let file = "\(bench.directory)/answers.json"
                let document: JSONValue = ["answers": .array(answers), "events": .array(data.map(JSONValue.string))]
                try bench.write(String(decoding: document.jsonBytes, as: UTF8.self), to: file)
                let ended = try await OtherPrograms.python("openapi.py", [file])
                #expect(ended.code == 0, "\(ended.errors.suffix(1500))")
                #expect(ended.output.isEmpty, "\(ended.output.prefix(3000))")
            }
        }
    }

    @Test func `Lag is what the primary says, else the distance, and never invented`() throws {
        var history = LagHistory()
        func take(_ site: String, _ server: PostgresObservation, at seconds: Int64) {
            history.take(
                SiteObservation(site: site, cluster: "main", seen: .postgres(server)),
                at: Moment(microseconds: seconds * 1_000_000))
        }
        take("dc2", Self.server(isStandby: true, position: 90), at: 0)
        take("dc1", Self.server(isStandby: false, position: 100), at: 300)
        take("dc2", Self.server(isStandby: true, position: 90), at: 300)
        var saying = Self.server(isStandby: false, position: 500)
        saying.senders = [.init(applicationName: "dc2", state: "streaming", replayed: nil, lagBytes: 7)]
        take("dc1", saying, at: 600)
        take("dc2", Self.server(isStandby: true, position: 90), at: 601)
        take("dc2", Self.server(isStandby: true, position: 600, timeline: 2), at: 602)
        take("dc1", Self.server(isStandby: false, position: 900), at: 900)
        take("dc2", Self.server(isStandby: true, position: 950), at: 901)
        take("dc1", saying, at: 1200)
        let series = history.series()
        #expect(series.map(\.site) == ["dc2"])
        #expect(series[0].points.map(\.bytes) == [nil, 10, 7, nil, 0, 7])
        #expect(series[0].points[0].why == "no primary was seen then")
        #expect(series[0].points[3].why.hasPrefix("does not follow"))
        #expect(series[0].most == 10)
    }
}

/// Python with the packages that `make test` installs for this clone, and Chromium.
enum OtherPrograms {
    private static let here = URL(filePath: #filePath).deletingLastPathComponent()

    static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static func python(_ script: String, _ arguments: [String]) async throws -> ChildProgram.Ending {
        let own = here.appending(path: "../../../.build/tools/bin/python3").standardized.path
        let python = FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
        return try await ChildProgram.run(python, [here.appending(path: "Checks/\(script)").path] + arguments)
    }
}
