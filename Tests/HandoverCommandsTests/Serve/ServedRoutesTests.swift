import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Testing

@testable import HandoverCommands

@Suite("What is served where", .timeLimit(.minutes(2)))
struct ServedRoutesTests {
    @Test func `Every page and document is there, with headers that let nothing run, be framed or be kept`()
        async throws
    {
        try await Bench.with { bench in
            let run = await bench.waitingRun()
            try await bench.serving { client in
                let types = [
                    "/": "text/html; charset=utf-8", "/runs/\(run)": "text/html; charset=utf-8",
                    "/runs/\(run)/timeline.html": "text/html; charset=utf-8",
                    "/api/status": "application/json; charset=utf-8", "/api/runs": "application/json; charset=utf-8",
                    "/api/runs/\(run)": "application/json; charset=utf-8",
                    "/api/runs/\(run)/timeline": "application/json; charset=utf-8",
                    "/api/checks": "application/json; charset=utf-8",
                    "/openapi.json": "application/json; charset=utf-8",
                    "/healthz": "text/plain; charset=utf-8", "/metrics": "text/plain; version=0.0.4; charset=utf-8",
                    "/style.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8",
                    "/icon.svg": "image/svg+xml", "/?at=1": "text/html; charset=utf-8",
                    "/runs/\(run)?at=2": "text/html; charset=utf-8",
                ]
                for (path, type) in types {
                    let answer = try await client.ask(path)
                    #expect(answer.status == 200, "\(path): \(answer.body.prefix(300))")
                    #expect(answer.headers["content-type"] == type, "\(path)")
                    let policy = try #require(answer.headers["content-security-policy"])
                    #expect(
                        policy.hasPrefix("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "\(path)")
                    #expect(!policy.contains("unsafe"))
                    #expect(answer.headers["x-content-type-options"] == "nosniff")
                    #expect(answer.headers["x-frame-options"] == "DENY")
                    #expect(answer.headers["referrer-policy"] == "same-origin")
                    #expect(answer.headers["cross-origin-opener-policy"] == "same-origin")
                    #expect(answer.headers["set-cookie"] == nil)
                    let isAsset = path.hasSuffix(".css") || path.hasSuffix(".js") || path.hasSuffix(".svg")
                    #expect(answer.headers["cache-control"] == (isAsset ? "no-cache" : "no-store"), "\(path)")
                    let head = try await client.ask(path, method: "HEAD")
                    #expect(head.status == 200 && head.body.isEmpty, "\(path)")
                    if type.hasPrefix("text/html"), !path.hasSuffix(".html") {
                        for outside in ["<style", " style=", "onclick", "http:", "https:", "javascript:"] {
                            #expect(!answer.body.contains(outside), "\(path) has \(outside)")
                        }
                    }
                }
            }
        }
    }

    @Test func `What is not there, or only to be looked at, is refused in the language of who asks`() async throws {
        try await Bench.with { bench in
            let run = await bench.waitingRun()
            try await bench.serving { client in
                let cases: [(String, String, Int)] = [
                    ("GET", "/nothing", 404), ("GET", "/runs/none", 404), ("GET", "/api/runs/none", 404),
                    ("GET", "/api/nothing", 404), ("GET", "/?at=99999", 404), ("GET", "/?at=yesterday", 400),
                    ("GET", "/api/status?at=-1", 400), ("POST", "/", 405), ("DELETE", "/api/runs/\(run)", 405),
                    ("GET", "/login", 404), ("POST", "/runs/\(run)/answer", 404), ("GET", "/api/events?after=x", 400),
                    ("GET", "/../etc/passwd", 404), ("GET", "/runs/%2e%2e%2fetc", 404),
                ]
                for (method, path, status) in cases {
                    let answer = try await client.ask(path, method: method, form: method == "POST" ? ["a": "b"] : nil)
                    #expect(answer.status == status, "\(method) \(path)")
                    #expect(answer.headers["content-security-policy"] != nil)
                    if path.hasPrefix("/api/") {
                        let error = try JSONValue(json: Array(answer.body.utf8))["error"]
                        #expect(error?["what"]?.text?.isEmpty == false && error?["next"]?.text?.isEmpty == false)
                    } else {
                        #expect(answer.body.contains("<h1>"), "\(path)")
                    }
                }
            }
        }
    }

    @Test func `A browser that has the script is told that it is still the same`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await bench.serving { client in
                let tags = try await ["/page.js", "/style.css"].asyncMap {
                    try await client.ask($0).headers["etag"] ?? ""
                }
                #expect(Set(tags).count == 2 && !tags.contains(""))
                let again = try await client.ask("/page.js", headers: ["If-None-Match": tags[0]])
                #expect(again.status == 304 && again.body.isEmpty)
            }
        }
    }

    @Test func `The overview leads to what a person has to do, and the page of the run tells the rest`() async throws {
        try await Bench.with { bench in
            let run = await bench.waitingRun()
            try await bench.serving { client in
                let page = try await client.ask("/").body
                for text in [
                    "Is dc1 down?", "point of no return", "dc1-is-down", "handover approve \(run) promote",
                    "owed to dc1",
                    "href=\"/runs/\(run)\"", ">dc2 ", "Time travel",
                ] { #expect(page.contains(text), "\(text)") }
                #expect(!page.contains("<form method=post"), "it is read-only")
                let told = try await client.ask("/runs/\(run)").body
                for text in ["Where the time went", "Is dc1 down?", "catch-up", "id=chronology"] {
                    #expect(told.contains(text), "\(text)")
                }
            }
        }
    }

    @Test func `Prometheus finds what the journal tells, and what the server counts`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            let problem = CheckProblem(id: "replication.lag", site: "dc2", verdict: .failing, seen: "a \"lot\"")
            try await bench.append("", [.checkCompleted(CheckCompleted(ok: 7, problems: [problem]))])
            var fenced = EventSamples.postgres
            (fenced.isInRecovery, fenced.isReadOnlyByDefault) = (false, true)
            fenced.synchronousStandbyNames = PostgresObservation.fenceStandbyName
            let seen = SiteObservation(site: "dc1", cluster: "main", seen: .postgres(fenced))
            try await bench.append("", [.siteObserved(SiteObserved(seen))])
            try await bench.serving { client in
                let lines = try await client.ask("/metrics").body.split(separator: "\n").map(String.init)
                for line in [
                    "handover_check{id=\"replication.lag\",site=\"dc2\",verdict=\"failing\"} 1", "handover_checks_ok 7",
                    "handover_owed_steps{site=\"dc1\"} 1",
                    "handover_postgres_position_bytes{site=\"dc1\",cluster=\"main\",role=\"fenced\"} "
                        + "\(fenced.position.bytes)", "handover_runs_open{state=\"waiting\"} 1",
                    "handover_serve_following 1", "# TYPE handover_serve_requests_total counter",
                ] { #expect(lines.contains(line), "\(line)") }
                let last = try JournalReader(path: bench.journal).head().sequence
                #expect(lines.contains("handover_journal_entries \(last)"))
            }
        }
    }

    @Test func `Health is told as long as the journal is read, and no longer`() async throws {
        try await Bench.with { bench in
            _ = await bench.waitingRun()
            try await bench.serving { client in
                #expect(try await client.ask("/healthz").body == "ok\n")
                // A newer handover wrote an entry that this one does not know.
                let writer = try JournalWriter(path: bench.journal)
                let entry = NewEntry(
                    run: "", time: Moment(microseconds: 1), actor: "z", type: "moon.landed", version: 1,
                    payload: Array("{}".utf8))
                _ = try await writer.append([entry], expecting: try await writer.head())
                var status = 200
                while status == 200 { status = try await client.ask("/healthz").status }
                #expect(status == 503)
                #expect(try await client.ask("/").body.contains("cannot be read any further"))
            }
        }
    }

    @Test func `Without a journal nothing is served`() async throws {
        try await Bench.with { bench in
            let ended = await bench.call("serve", "--listen", "127.0.0.1:0")
            #expect(ended.code == 2 && ended.error.contains("journal"))
        }
    }
}

extension Array {
    func asyncMap<Mapped>(_ body: (Element) async throws -> Mapped) async rethrows -> [Mapped] {
        var mapped: [Mapped] = []
        for element in self { mapped.append(try await body(element)) }
        return mapped
    }
}
