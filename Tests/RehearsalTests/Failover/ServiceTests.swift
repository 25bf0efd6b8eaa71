import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Systems
import Testing

/// The acceptance list on the rehearsal: real TLS, real name server, real database behind the probe's write.
@Suite(.serialized) struct ServiceTests {
    @Test
    func `a database that is gone and a Synapse without pods are told apart, and a failover goes through the list`()
        async throws
    {
        try await FailoverStage.with(programs: true) { failover in
            try await failover.stage.stopWriter()
            // What is there answers for the site whose Secret it has, and for nobody without a name.
            let sound = try await services(failover, at: "dc1")
            #expect(sound.count > 18 && sound.values.allSatisfy { $0.verdict == "ok" }, "\(sound)")

            _ = try await failover.kubectl("dc1", "scale", "statefulset/ess-synapse-main", "--replicas=0")
            try await failover.until("HAProxy has no backend") {
                try await services(failover, at: "dc1")["service.versions"]?.verdict != "ok"
            }
            let noBackend = try await services(failover, at: "dc1")
            #expect(noBackend["service.versions"]?.seen.contains("HAProxy has no backend") == true, "\(noBackend)")
            #expect(noBackend["service.ess-version"]?.verdict == "ok" && noBackend["service.mas"]?.verdict == "ok")
            _ = try await failover.kubectl("dc1", "scale", "statefulset/ess-synapse-main", "--replicas=1")
            try await failover.until("Synapse is back") {
                try await services(failover, at: "dc1")["service.versions"]?.verdict == "ok"
            }

            // The database is gone: every read of the list is answered, and only what writes says so.
            try await failover.stage.breakSite("dc1", .postgres)
            let stopped = try await services(failover, at: "dc1")
            #expect(
                stopped.filter { $0.value.verdict != "ok" }.keys.sorted() == ["service.serves", "service.write"],
                "\(stopped)")
            #expect(stopped["service.write"]?.seen.contains("answers 500 (M_UNKNOWN: Internal server error)") == true)
            #expect(try await health(failover) == 200)

            try await failover.stage.breakSite("dc1")
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            let proven = try failover.events().compactMap { event -> String? in
                if case .stepSucceeded(let step) = event, step.step.hasPrefix("service") { step.sentence } else { nil }
            }
            #expect(proven.count == 2)
            for sentence in proven {
                #expect(sentence.contains("what was written as @handover:ess.test came back"), "\(sentence)")
                #expect(
                    sentence.contains("signing key of dc2 (dc1 does not answer; its Secrets were last proven equal"))
            }
            #expect(proven.last?.contains("by name (as the name server 127.0.0.1:") == true)
            // The write is where it belongs: in the promoted database, with the run and the step that made it.
            let kept = try await failover.sql(
                "dc2", "SELECT content FROM account_data", as: "synapse", database: "synapse")
            #expect(kept.contains("/service-by-name\"") && kept.contains("\"site\":\"dc2\""), "\(kept)")

            // Read-only, it serves nobody, and still looks alive.
            try await failover.sql(
                "dc2", "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()")
            try await failover.until("dc2 takes no writes") {
                try await services(failover, at: "dc2")["service.write"]?.verdict == "failing"
            }
            let token = try String(contentsOfFile: failover.stage.directory + "/secrets/probe-token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            try failover.expectNowhere([token], in: [ending.output, ending.errors, "\(stopped)", "\(noBackend)"])
        }
    }

    private struct Seen {
        var verdict: String
        var seen: String
    }

    /// What `handover check` says of the service of a site that should serve.
    private func services(_ failover: FailoverStage, at site: String) async throws -> [String: Seen] {
        let checks = try await failover.json("check", "--from", site)["checks"] as? [[String: Any]] ?? []
        var found: [String: Seen] = [:]
        for check in checks where check["site"] as? String == site {
            guard let id = check["id"] as? String, id.hasPrefix("service.") else { continue }
            found[id] = Seen(verdict: check["verdict"] as? String ?? "", seen: check["seen"] as? String ?? "")
        }
        return found
    }

    /// Synapse's own health, at dc1's ingress.
    private func health(_ failover: FailoverStage) async throws -> Int {
        let topology = try Topology.decode(
            SourceText(
                file: "topology.yaml", text: try String(contentsOfFile: failover.stage.topologyPath, encoding: .utf8)),
            directory: failover.stage.directory)
        let ingress = try #require(topology.site(named: "dc1")?.service?.ingress)
        let security = TLSSettings(authorities: (topology.service?.caCertificate).map(TLSSettings.PEM.file))
        return try await HTTPClient().send(
            HTTPRequest(
                .get, "https://matrix.ess.test/health", security: security,
                route: HTTPRoute(proxy: .none, connectTo: .init(host: ingress.host, port: ingress.port)))
        ).status
    }
}
