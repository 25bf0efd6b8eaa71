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
