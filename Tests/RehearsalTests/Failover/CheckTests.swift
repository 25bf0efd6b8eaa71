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
        try await FailoverStage.with { failover in
            try await failover.stage.stopWriter()
            #expect(try await problems(failover, "--strict") == Problems(code: 0, found: []))
            let before = try JournalReader(path: failover.journal).head().sequence

            try await plant(failover)
            let found = try await problems(failover)
            #expect(
                found
                    == Problems(
                        code: 3,
                        found: [
                            "failing postgres.privileges dc1", "failing postgres.privileges dc2",
                            "failing postgres.privileges dc3", "failing synapse.database dc1",
                            "failing synapse.database dc2", "failing synapse.database dc3",
                            "failing replication.slot dc2", "warning replication.replay dc3",
                            "warning replication.unused-slot dc1", "warning kubernetes.standby dc3",
                            "failing kubernetes.same-workloads dc2", "failing secrets.in-sync dc2",
                        ]))
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
            #expect(!gone.found.contains { $0.contains("replication.") })
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

    private func plant(_ failover: FailoverStage) async throws {
        try await failover.sql("dc1", "REVOKE pg_checkpoint FROM handover", as: "postgres")
        try await failover.sql(
            "dc1", "REVOKE TRUNCATE ON e2e_one_time_keys_json FROM handover", as: "postgres", database: "synapse")
        try await failover.sql("dc1", "SELECT pg_create_physical_replication_slot('forgotten', true)", as: "postgres")
        try await failover.sql(
            "dc2", "ALTER SYSTEM SET primary_slot_name = ''; SELECT pg_reload_conf()", as: "postgres")
        try await failover.sql("dc3", "SELECT pg_wal_replay_pause()", as: "postgres")
        let topology = try Topology.decode(
            SourceText(
                file: "topology.yaml", text: try String(contentsOfFile: failover.stage.topologyPath, encoding: .utf8)),
            directory: failover.stage.directory)
        let kubernetes = KubernetesAccess(topology: topology, baseDirectory: failover.stage.directory)
        let apps = { APIPath(version: "apps/v1", namespace: "ess", resource: "deployments", name: $0) }
        _ = try await kubernetes.client(site: "dc3").merge(apps("ess-haproxy"), ["spec": ["replicas": 1]])
        try await kubernetes.client(site: "dc2").delete(apps("ess-element-web"), uid: nil)
        let secret = APIPath(version: "v1", namespace: "ess", resource: "secrets", name: "ess-generated")
        _ = try await kubernetes.client(site: "dc2").merge(secret, ["data": ["SYNAPSE_MACAROON": "b3RoZXI="]])
        try await failover.until("dc2 streams without its slot, and dc3 has paused") {
            let slot = try await failover.sql("dc1", "SELECT active FROM pg_replication_slots WHERE slot_name = 'dc2'")
            let streaming = try await failover.sql(
                "dc1", "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
            let paused = try await failover.sql("dc3", "SELECT pg_get_wal_replay_pause_state()")
            return slot == "f" && streaming == "2" && paused == "paused"
        }
    }
}

/// As much of XML as it takes to see that the document is one.
private enum XMLText {
    static func cases(of text: String) throws -> Int {
        let document = try XMLDocument(xmlString: text)
        return document.rootElement()?.elements(forName: "testcase").count ?? 0
    }
}
