import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Rehearsal
import Systems
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// `handover check` on real servers: silent where all is sound, and each planted fault named, and nothing else.
@Suite(.serialized) struct CheckTests {
    @Test func `a sound rehearsal has no problem, and each of the planted faults is named with its site`() async throws
    {
        try await FailoverStage.with(programs: true) { failover in
            try await failover.stage.stopWriter()
            try removeFirewalls(failover)
            #expect(try await problems(failover, "--strict", "--write-probes") == Problems(code: 0, found: []))
            #expect(try await failover.objects(in: "ess-media").allSatisfy { !$0.contains("handover-probe") })
            let before = try JournalReader(path: failover.journal).head().sequence

            // A site that takes connections and never answers is unknown, and hides nothing of the others.
            try await failover.stage.breakSite("dc2", .partition(.silent))
            let silent = try await problems(failover)
            #expect(
                silent
                    == Problems(
                        code: 3,
                        found: [
                            "unknown postgres.reachable dc2", "unknown kubernetes.reachable dc2",
                            "unknown secrets.in-sync dc2", "unknown service.ingress dc2",
                            "unknown service.rtc-address dc2", "unknown dns.external dc2",
                        ]))
            try await failover.stage.healSite("dc2")

            try await PlantedFaults(failover: failover).plant()
            let found = try await problems(failover)
            #expect(found.code == 3)
            #expect(PlantedFaults.count >= 25)
            #expect(found.found.subtracting(PlantedFaults.expected) == [], "not planted")
            #expect(PlantedFaults.expected.subtracting(found.found) == [], "not named")
            // What is not written to dc3's bucket does not come from it either.
            let probed = try await problems(failover, "--write-probes")
            #expect(
                probed.found.subtracting(PlantedFaults.expected) == [
                    "failing media.writable dc3", "failing media.arrives dc3",
                ])
            #expect(try await failover.objects(in: "ess-media").allSatisfy { !$0.contains("handover-probe") })
            let text = try await failover.handover("check").output
            for words in [
                "GRANT pg_checkpoint TO \"handover\"", "primary_slot_name = 'dc2'",
                "pg_drop_replication_slot('forgotten')",
                "GRANT SELECT, TRUNCATE ON e2e_one_time_keys_json", "handover secrets sync --from dc1 --to dc2",
                "dc2 lacks ess-element-web", "ess-haproxy",
            ] {
                #expect(text.replacing("\n        ", with: " ").contains(words), "\(words) in \(text)")
            }
            let status = try await failover.handover("status").output
            #expect(status.contains("a failover would not find all it needs (sound "))
            #expect(try JournalReader(path: failover.journal).head().sequence > before)

            // dc1 is gone: that is named, and nothing is claimed of what cannot be seen any more.
            try await failover.stage.breakSite("dc1")
            let gone = try await problems(failover, "--from", "dc1")
            #expect(gone.code == 3)
            #expect(
                gone.found.isSuperset(of: [
                    "failing postgres.reachable dc1", "failing postgres.one-primary dc1",
                    "failing kubernetes.reachable dc1",
                ]))
            let ofStandbys = ["streaming", "lag", "slot ", "delay", "parameters"].map { "replication.\($0)" }
            #expect(!gone.found.contains { name in ofStandbys.contains { name.contains($0) } })
        }
    }

    @Test func `wrong sites are refused, and the results can be had as JUnit`() async throws {
        try await FailoverStage.with { failover in
            #expect(try await failover.handover("check", "--from", "dc9").code == 2)
            #expect(try await failover.handover("check", "--from", "dc1", "--to", "dc1").code == 2)
            let file = failover.folder + "/check.xml"
            let one = try await failover.handover("check", "--from", "dc1", "--to", "dc2", "--junit", file)
            #expect(one.code == 0 && !one.output.contains("dc3"), "\(one.output)")
            let xml = try XMLText.cases(of: try String(contentsOfFile: file, encoding: .utf8))
            #expect(xml > 20)
            #expect(try await failover.handover("check", "--junit", file).code == 2, "no file is replaced")
        }
    }

    private struct Problems: Equatable {
        var code: Int32
        var found: Set<String>
    }

    private func problems(_ failover: FailoverStage, _ words: String...) async throws -> Problems {
        let ending = await (try failover.start(["check", "--json"] + words)).end()
        let document = try JSONValue(json: Array(ending.output.utf8))
        #expect(Set(document.fields?.keys.sorted() ?? []) == ["at", "checks"])
        var found: Set<String> = []
        for check in document["checks"]?.elements ?? [] {
            #expect(Set(check.fields?.keys.sorted() ?? []) == ["id", "site", "verdict", "seen", "why", "fix"])
            guard let verdict = check["verdict"]?.text, verdict != "ok" else { continue }
            #expect(check["fix"]?.text?.isEmpty == false && check["why"]?.text?.isEmpty == false)
            found.insert("\(verdict) \(check["id"]?.text ?? "") \(check["site"]?.text ?? "")")
        }
        return Problems(code: ending.code, found: found)
    }

    /// A site whose only firewall is in its cluster is told so; here nothing is to be said.
    private func removeFirewalls(_ failover: FailoverStage) throws {
        let path = failover.stage.topologyPath
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing("    firewall: {cluster: {driver: networkPolicy}}\n", with: "")
            .write(toFile: path, atomically: true, encoding: .utf8)
    }
}

/// As much of XML as it takes to see that the document is one.
private enum XMLText {
    static func cases(of text: String) throws -> Int {
        let document = try XMLDocument(xmlString: text)
        return document.rootElement()?.elements(forName: "testcase").count ?? 0
    }
}
