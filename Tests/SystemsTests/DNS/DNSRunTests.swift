import FailoverModel
import Foundation
import HandoverCommands
import Synchronization
import Testing

@testable import Systems

@Suite("DNS: a run of the program against real name servers")
struct DNSRunTests {
    @Test(arguments: ["rfc2136", "powerdns"])
    func `Names are moved, the journal tells how they were, and no secret is anywhere`(driver: String) async throws {
        try await TestNameServer.powerDNS { server in
            let before = try await server.zone().records
            try write(server, driver: driver)
            let planned = await call("plan", server, "--from", "dc1", "--to", "dc2")
            #expect(planned.code == 0, "\(planned.text)")
            #expect(
                planned.text.contains("matrix.ess.test is A 192.0.2.10 (TTL 300) and will be A 198.51.100.20 (TTL 60)"))
            #expect(try await server.zone().records == before, "a plan changes nothing")

            let ran = await call("run", server, "--from", "dc1", "--to", "dc2", "--yes")
            #expect(ran.code == 0, "\(ran.text)")
            #expect(try await server.zone().records.contains("matrix.ess.test. 60 A 198.51.100.20"))
            let again = await call("run", server, "--from", "dc1", "--to", "dc2", "--yes")
            #expect(again.code == 0 && again.text.contains("nothing to do"), "\(again.text)")
            let export = await call("journal export", server)
            #expect(export.text.contains("2001:db8::11"), "an address that only the zone had before")

            // A wrong key: the run stops and says why, and the way back leads through the first run.
            try "d3Jvbmcgc2VjcmV0IG5vYm9keSBtYXkgc2Vl\n".write(
                toFile: server.file("secret"), atomically: false, encoding: .utf8)
            let stopped = await call("run", server, "--from", "dc2", "--to", "dc1", "--yes")
            #expect(stopped.code == 1, "\(stopped.text)")
            let shown = planned.text + ran.text + again.text + export.text + stopped.text
            for secret in [TestNameServer.secret, TestNameServer.apiKey, "d3Jvbmcgc2VjcmV0", "wrong secret nobody"] {
                #expect(!shown.contains(secret))
                for file in try FileManager.default.contentsOfDirectory(atPath: server.directory)
                where file.hasPrefix("journal") {
                    let bytes = try Data(contentsOf: URL(filePath: server.file(file)))
                    #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
                }
            }
        }
    }

    @Test func `What a run moved is taken back by a rollback`() async throws {
        try await TestNameServer.bind { server in
            let before = try await server.zone().records
            try write(server, driver: "rfc2136")
            let stopped = await call("run", server, "--from", "dc1", "--to", "dc2", runbook: "asking.yaml")
            #expect(stopped.code == 4, "\(stopped.text)")
            #expect(try await server.zone().records.contains("matrix.ess.test. 60 A 198.51.100.20"))
            let back = await call("rollback", server, "--yes")
            #expect(back.code == 0, "\(back.text)")
            #expect(try await server.zone().records == before)
        }
    }

    private func write(_ server: TestNameServer, driver: String) throws {
        let way =
            driver == "rfc2136"
            ? "key: {name: failover, secretFile: secret}"
            : "url: \"http://127.0.0.1:\(server.apiPort)\"\n  apiKeyFile: secret"
        let secret = driver == "rfc2136" ? TestNameServer.secret : TestNameServer.apiKey
        let files = [
            "secret": secret + "\n",
            "topology.yaml": """
            name: test
            dns:
              driver: \(driver)
              zone: ess.test
              servers: ["127.0.0.1:\(server.port)"]
              \(way)
            sites:
              dc1: {dns: {matrix.ess.test: {A: [192.0.2.10]}, element.ess.test: {A: [192.0.2.11]}}}
              dc2: {dns: {matrix.ess.test: {A: [198.51.100.20]}, element.ess.test: {CNAME: dc2.example.org}}}
            """,
            "names.yaml": """
            name: names
            title: Move the names
            phases:
              - id: names
                title: Names
                steps:
                  - {id: names, command: dns.point, site: to, retry: {attempts: 1}}
            """,
            "asking.yaml": """
            name: asking
            title: Move the names
            phases:
              - id: names
                title: Names
                steps:
                  - {id: names, command: dns.point, site: to, retry: {attempts: 1}}
                  - {id: again, command: dns.point, site: from, approval: "Back again?", needs: [names]}
            """,
        ]
        for (name, text) in files {
            try text.write(toFile: server.file(name), atomically: false, encoding: .utf8)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: server.file("secret"))
    }

    /// Calls the program in this process; `runbook` for the commands that want one.
    private func call(
        _ command: String, _ server: TestNameServer, _ more: String..., runbook: String = "names.yaml"
    ) async -> (code: Int32, text: String) {
        let text = Mutex("")
        let wiring = Wiring(
            console: Console(
                output: { line in text.withLock { $0 += line } }, error: { line in text.withLock { $0 += line } },
                isInteractive: false, ask: { _ in nil }),
            environment: { name in
                [
                    "HANDOVER_JOURNAL": server.file("journal.sqlite"),
                    "HANDOVER_TOPOLOGY": server.file("topology.yaml"),
                    "HANDOVER_ACTOR": "anna",
                ][name]
            }, handlesSignals: false)
        let wantsRunbook = ["plan", "run"].contains(command)
        let words = command.split(separator: " ").map(String.init) + (wantsRunbook ? [server.file(runbook)] : []) + more
        let code = await HandoverProgram.run(words, wiring: wiring)
        return (code, text.withLock(\.self))
    }
}
