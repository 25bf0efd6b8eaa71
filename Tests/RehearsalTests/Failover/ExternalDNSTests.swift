import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Testing

/// An external-dns that runs at the site that fails, over a BIND that both it and Handover may write to.
@Suite(.serialized) struct ExternalDNSTests {
    @Test func `the whole runbook moves the names on BIND and they stay; with external-dns running they come back`()
        async throws
    {
        try await FailoverStage.withExternalDNS { failover in
            let name = "matrix.ess.test"
            let (old, new) = (try await failover.address(of: name), "203.0.113.12")
            let checks = (try await failover.json("check"))["checks"] as? [[String: Any]] ?? []
            let dns = checks.filter { ($0["id"] as? String)?.hasPrefix("dns.") == true }
            #expect(dns.count == 6 && dns.allSatisfy { $0["verdict"] as? String == "ok" }, "\(dns)")

            // Only its database is gone, so its cluster and what runs there go on as if nothing were.
            try await failover.stage.breakSite("dc1", .postgres)
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            #expect(ending.output.contains("stop-external-dns  dc1  done: Deployment external-dns"))
            #expect(try await failover.address(of: name) == new)
            // Many times longer than external-dns here needs to put it back.
            for _ in 0..<30 {
                try await Task.sleep(for: .milliseconds(50))
                #expect(try await failover.address(of: name) == new)
            }

            // What the step keeps from happening.
            _ = try await failover.kubectl(
                "dc1", "-n", "external-dns", "scale", "deployment/external-dns", "--replicas=1")
            try await failover.until("the name leads to dc1 again") { try await failover.address(of: name) == old }

            let texts = [
                ending.output, ending.errors, try await failover.handover("journal", "export").output,
                try await failover.handover("timeline", "--format", "markdown").output,
                try await failover.handover("secrets", "status", "--from", "dc1").output,
            ]
            let secrets = try failover.secrets()
            let key = try String(contentsOfFile: failover.stage.directory + "/secrets/failover", encoding: .utf8)
            #expect(secrets.contains(key.trimmingCharacters(in: .newlines)))
            try failover.expectNowhere(secrets, in: texts)
        }
    }

    @Test func `an external-dns that comes back with dc1 takes the names; settling stops it and brings them back`()
        async throws
    {
        try await FailoverStage.withExternalDNS { failover in
            let name = "matrix.ess.test"
            let (old, new) = (try await failover.address(of: name), "203.0.113.12")
            try await failover.stage.breakSite("dc1")
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            #expect(try await failover.address(of: name) == new)
            try await failover.stage.healSite("dc1")
            try await failover.until("the name leads to dc1 again") { try await failover.address(of: name) == old }
            let settled = try await failover.handover("settle", "dc1", "--yes")
            #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            #expect(settled.output.contains("move-names"), "\(settled.output)")
            for _ in 0..<30 {
                #expect(try await failover.address(of: name) == new)
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
