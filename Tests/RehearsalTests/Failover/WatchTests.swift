import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Testing

@testable import Rehearsal

/// `handover watch` on real servers, with a real receiver of its alerts.
@Suite(.serialized) struct WatchTests {
    @Test func `it sees dc1 go and come back, tells it once each, stops cleanly, and the loss is known afterwards`()
        async throws
    {
        try await FailoverStage.with { failover in
            // Beside the journal no secret may lie, not even here.
            let folder = failover.stage.directory
            let hook = try await Receiver.start(in: folder)
            defer { hook.stop() }
            let secret = "hook-key-4711-4711"
            try secret.write(toFile: folder + "/hook", atomically: true, encoding: .utf8)
            try "http://127.0.0.1:\(hook.port)/secret-path-0815".write(
                toFile: folder + "/address", atomically: true, encoding: .utf8)
            let alerts = """
                alerts:
                  pager: {form: json, url: "http://127.0.0.1:\(hook.port)/pager", secretFile: \(folder)/hook}
                  chat: {form: slack, urlFile: \(folder)/address}
                  gone: {form: alertmanager, url: "http://127.0.0.1:1/api/v2/alerts"}

                """
            let topology = try String(contentsOfFile: failover.stage.topologyPath, encoding: .utf8)
            try (alerts + topology).write(toFile: failover.stage.topologyPath, atomically: true, encoding: .utf8)

            let port = try FreePorts.block(of: 1, from: 12_000 + Int.random(in: 0..<9000))
            let watch = try failover.start(["watch", "--every", "1s", "--metrics", "127.0.0.1:\(port)"])
            try await failover.until("a round is kept") { (try? failover.events().contains(where: \.isCheck)) == true }
            let scraped = try #require(await LoopbackHTTP.get("/metrics", port: port)).body
            #expect(scraped.contains(#"handover_check{id="postgres.one-primary",site="dc1",verdict="ok"} 1"#))
            #expect(scraped.contains(#"handover_postgres_position_bytes{site="dc2",cluster="main",role="standby"}"#))
            try await failover.stage.breakSite("dc1")
            try await failover.until("the pager was told") {
                hook.bodies(at: "/pager").contains { $0.contains("postgres.one-primary") }
            }
            try await failover.until("the chat was told") { !hook.bodies(at: "/secret-path-0815").isEmpty }
            try await failover.stage.healSite("dc1")
            try await failover.until("it is told that it is over") {
                hook.bodies(at: "/pager").contains { $0.contains("resolved") && $0.contains("postgres.one-primary") }
            }
            let told = hook.bodies(at: "/pager").filter {
                $0.contains("\"firing\"") && $0.contains("postgres.one-primary")
            }
            try #require(told.count == 1)
            let signature = try await ChildProgram.run(
                "python3",
                [
                    "-c",
                    "import hmac, sys; print(hmac.new(open(sys.argv[1], 'rb').read(), sys.argv[2].encode(), 'sha256').hexdigest())",
                    folder + "/hook", told[0],
                ]
            ).output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(hook.signatures.contains("sha256=\(signature)"))

            watch.send(SIGTERM)
            let ended = await watch.end()
            #expect(ended.code == 0, "\(ended.errors)")
            #expect(ended.errors.contains("alert hook gone (alertmanager)"))
            try failover.expectNowhere([secret, "secret-path-0815"], in: [ended.output, ended.errors])

            try await failover.stage.breakSite("dc1")
            let run = try await failover.failOver()
            #expect(run.code == 0, "\(run.output)\(run.errors)")
            #expect(run.output.contains("loss: at least") && !run.output.contains("loss: unknown"))
            try await failover.expectNothingLost()
        }
    }
}

extension Event {
    fileprivate var isCheck: Bool { if case .checkCompleted = self { true } else { false } }
}

/// A small HTTP server that writes down what is sent to it.
private struct Receiver {
    let program: ChildProgram
    let folder: String
    let port: Int

    static func start(in folder: String) async throws -> Receiver {
        let script = """
            import http.server, json, os, sys
            folder = sys.argv[1]
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                    with open(folder + "/hooks", "a") as f:
                        f.write(json.dumps([self.path, body, self.headers.get("X-Handover-Signature", "")]) + "\\n")
                    self.send_response(204); self.end_headers()
                def log_message(self, *a): pass
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            with open(folder + "/port.new", "w") as f: f.write(str(server.server_port))
            os.rename(folder + "/port.new", folder + "/port")
            server.serve_forever()
            """
        let program = try ChildProgram.start("python3", ["-c", script, folder])
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if let text = try? String(contentsOfFile: folder + "/port", encoding: .utf8), let port = Int(text) {
                return Receiver(program: program, folder: folder, port: port)
            }
            guard ContinuousClock.now < deadline else { throw FailoverStage.NotInTime(what: "the receiver is up") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func stop() { program.send(SIGKILL) }

    func bodies(at path: String) -> [String] { received.filter { $0.first == path }.map { $0[1] } }
    var signatures: [String] { received.map { $0[2] } }

    private var received: [[String]] {
        let text = (try? String(contentsOfFile: folder + "/hooks", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
    }
}
