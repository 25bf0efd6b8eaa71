import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Systems
import Testing

/// What is wrong on purpose in a rehearsal of `CheckTests`: faults of many systems that do not hide each other.
struct PlantedFaults {
    let failover: FailoverStage

    /// One fault a line; some are seen at every site.
    private static let faults: [[String]] = [
        ["failing postgres.privileges dc1", "failing postgres.privileges dc2", "failing postgres.privileges dc3"],
        ["failing synapse.database dc1", "failing synapse.database dc2", "failing synapse.database dc3"],
        ["warning replication.unused-slot dc1"], ["failing replication.slot dc2"], ["warning replication.replay dc3"],
        ["warning replication.slot-limit dc3"], ["failing replication.access dc3"], ["warning postgres.rewind dc2"],
        ["failing backup.age dc1"], ["warning kubernetes.standby dc3"], ["failing kubernetes.same-workloads dc2"],
        ["failing secrets.in-sync dc2"], ["warning nodes.ready dc2"], ["warning nodes.zones dc3"],
        ["warning nodes.control-plane dc1"], ["failing nodes.capacity dc3"], ["warning kubernetes.budgets dc3"],
        ["warning kubernetes.probes dc2"], ["failing kubernetes.storage dc2"], ["warning ingress.controller dc3"],
        ["warning kubernetes.images dc2"], ["failing kubernetes.same-images dc3"], ["warning kubernetes.owner dc3"],
        ["warning kubernetes.autoscaler dc2"], ["warning helm.gitops dc1"], ["failing helm.values dc3"],
        ["failing media.readable dc3"],
    ]
    static var count: Int { faults.count }
    static var expected: Set<String> { Set(faults.flatMap(\.self)) }

    func plant() async throws {
        try plantInTopology()
        try await plantInKubernetes()
        try await plantInPostgres()
    }

    private func plantInPostgres() async throws {
        try await failover.sql("dc1", "REVOKE pg_checkpoint FROM handover", as: "postgres")
        try await failover.sql(
            "dc1", "REVOKE TRUNCATE ON e2e_one_time_keys_json FROM handover", as: "postgres", database: "synapse")
        try await failover.sql("dc1", "SELECT pg_create_physical_replication_slot('forgotten', true)", as: "postgres")
        try await failover.sql(
            "dc2",
            "ALTER SYSTEM SET primary_slot_name = ''; ALTER SYSTEM SET full_page_writes = off; SELECT pg_reload_conf()",
            as: "postgres")
        try await closeDoor(at: "dc3")
        try await failover.sql(
            "dc3", "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf()", as: "postgres")
        try await failover.until("dc3 knows of the privileges that were taken") {
            try await failover.sql("dc3", "SELECT pg_has_role('handover', 'pg_checkpoint', 'USAGE')") == "f"
        }
        try await failover.sql("dc3", "SELECT pg_wal_replay_pause()", as: "postgres")
        try await failover.until("dc2 streams without its slot, and dc3 has paused") {
            let slot = try await failover.sql("dc1", "SELECT active FROM pg_replication_slots WHERE slot_name = 'dc2'")
            let streaming = try await failover.sql(
                "dc1", "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
            let paused = try await failover.sql("dc3", "SELECT pg_get_wal_replay_pause_state()")
            return slot == "f" && streaming == "2" && paused == "paused"
        }
    }

    /// Standbys are let in nowhere at the site any more.
    private func closeDoor(at site: String) async throws {
        let path = try await failover.sql(site, "SHOW hba_file", as: "postgres")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.split(separator: "\n").filter { !$0.contains("replicator") }.joined(separator: "\n").appending("\n")
            .write(toFile: path, atomically: false, encoding: .utf8)
    }

    private func plantInTopology() throws {
        let path = failover.stage.topologyPath
        var text = try String(contentsOfFile: path, encoding: .utf8)
        let last = try #require(text.range(of: "bucket: ", options: .backwards))
        text.insert(contentsOf: "no-such-", at: last.upperBound)
        text = text.replacing(
            "\nsites:\n", with: "\nchecks: {backups: {main: {driver: archiver, oldest: 1h}}}\nsites:\n")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try "synapse: {workers: {event-persister: {replicas: 0}}}\n".write(
            toFile: failover.stage.directory + "/values/dc3.yaml", atomically: true, encoding: .utf8)
    }

    private func plantInKubernetes() async throws {
        try await plantInNodes()
        _ = try await failover.kubectl("dc3", "scale", "deployment/ess-haproxy", "--replicas=1")
        _ = try await failover.kubectl("dc2", "delete", "deployment/ess-element-web")
        _ = try await failover.kubectl(
            "dc2", "patch", "secret/ess-generated", "--type=merge", "-p", #"{"data":{"SYNAPSE_MACAROON":"b3RoZXI="}}"#)
        _ = try await failover.kubectl("dc3", "delete", "pdb/ess-haproxy")
        _ = try await failover.kubectl("dc2", "delete", "pvc/ess-synapse-media")
        _ = try await failover.kubectl(
            "dc2", "patch", "deployment/ess-redis", "--type=json", "-p",
            #"[{"op":"remove","path":"/spec/template/spec/containers/0/readinessProbe"}]"#)
        _ = try await failover.kubectl(
            "dc3", "patch", "deployment/ess-redis", "--type=json", "-p",
            #"[{"op":"replace","path":"/spec/template/spec/containers/0/resources/requests/memory","value":"64Gi"}]"#)
        _ = try await failover.kubectl(
            "dc3", "patch", "deployment/ess-element-admin", "--type=json", "-p",
            """
            [{"op":"replace","path":"/spec/template/spec/containers/0/image",
              "value":"rehearsal.invalid/matrix-client:26.8.2"}]
            """)
        _ = try await failover.kubectl(
            "dc3", "-n", "ingress-nginx", "scale", "deployment/ingress-nginx-controller", "--replicas=1")
        _ = try await failover.kubectl(
            "dc1", "label", "deployment/ess-redis", "argocd.argoproj.io/instance=ess")
        try await makeAutoscaler()
        try await makeOwner()
        try await failover.until("the ingress controller of dc3 runs once") {
            try await failover.kubectl(
                "dc3", "-n", "ingress-nginx", "get", "deployment/ingress-nginx-controller", "-o",
                "jsonpath={.status.readyReplicas}") == "1"
        }
    }

    private func plantInNodes() async throws {
        _ = try await failover.kubectl("dc2", "cordon", "rehearsal-node-3")
        _ = try await failover.kubectl("dc3", "label", "node/rehearsal-node-2", "topology.kubernetes.io/zone-")
        _ = try await failover.kubectl(
            "dc1", "label", "node/rehearsal-node-3", "node-role.kubernetes.io/control-plane-")
        _ = try await failover.kubectl(
            "dc2", "patch", "node/rehearsal-node-1", "--subresource=status", "--type=merge", "-p",
            #"{"status":{"images":[]}}"#)
    }

    private func makeAutoscaler() async throws {
        let file = failover.folder + "/autoscaler.json"
        try #"""
        {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"ess-haproxy"},
         "spec":{"minReplicas":1,"maxReplicas":3,
                 "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"ess-haproxy"}}}
        """#.write(toFile: file, atomically: true, encoding: .utf8)
        _ = try await failover.kubectl("dc2", "create", "-f", file)
    }

    /// Something else in the namespace has a workload in hand.
    private func makeOwner() async throws {
        _ = try await failover.kubectl("dc3", "create", "configmap", "operated")
        let uid = try await failover.kubectl("dc3", "get", "configmap/operated", "-o", "jsonpath={.metadata.uid}")
        _ = try await failover.kubectl(
            "dc3", "patch", "statefulset/ess-synapse-fed-sender", "--type=merge", "-p",
            """
            {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"operated","uid":"\(uid)",
              "controller":true}]}}
            """)
    }
}
