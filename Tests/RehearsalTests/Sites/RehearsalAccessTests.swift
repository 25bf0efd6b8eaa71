import FailoverModel
import Foundation
import Systems
import Testing

@testable import Rehearsal

extension RehearsalSites {
    @Suite struct Access {
        @Test("Role handover can send every statement of a failover, is no superuser, and can do nothing else")
        func leastPrivileges() async throws {
            try await withRehearsal(RehearsalPlan(isSynchronous: false)) { stage in
                let rights = try await stage.handover(
                    "dc1", "SELECT rolsuper, rolreplication FROM pg_roles WHERE rolname = current_user"
                ).one()
                #expect(!rights.flag("rolsuper"))
                #expect(rights.flag("rolreplication"))
                try await stage.handover(
                    "dc1", "SELECT pg_switch_wal()", "CHECKPOINT", "SELECT slot_name FROM pg_replication_slots",
                    "SELECT pg_logical_emit_message(false, 'handover', 'probe')",
                    "ALTER SYSTEM SET synchronous_standby_names = ''",
                    "ALTER SYSTEM SET default_transaction_read_only = on",
                    "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()",
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND usename = 'synapse'
                    """)
                let receiver = try await stage.handover("dc2", "SELECT status, slot_name FROM pg_stat_wal_receiver")
                #expect(try receiver.one().text("status") == "streaming")
                #expect(try receiver.one().text("slot_name") == "dc2")
                let (promoted, _) = try await stage.promoteMoreAdvanced(of: ["dc2", "dc3"])
                for forbidden in [
                    "CREATE ROLE other", "ALTER SYSTEM SET fsync = on", "SELECT pg_read_file('/etc/passwd')",
                ] {
                    await #expect(throws: Fault.self, "\(forbidden)") {
                        try await stage.handover(promoted, forbidden)
                    }
                }
            }
        }

        @Test("Role handover may speak the replication protocol through the way in the topology")
        func replicationProtocol() async throws {
            try await withRehearsal { stage in
                let session = try await PostgresConnection.open(
                    PostgresConnectionSettings(
                        host: "127.0.0.1", port: stage.site("dc1").ports.postgresForTool, user: "handover",
                        database: "postgres", password: Secret(stage.files.readSecret("handover")),
                        applicationName: "test", mode: .physicalReplication, place: "dc1/main"))
                defer { session.close() }
                #expect(try await session.query("IDENTIFY_SYSTEM").one().integer("timeline") == 1)
            }
        }

        @Test("kubectl works with the kubeconfig of a site: get, scale, apply, delete", .enabled(if: Kubectl.isThere))
        func kubectl() async throws {
            try await withRehearsal { stage in
                let kubectl = Kubectl(kubeconfig: stage.files.kubeconfig("dc2"), scratch: stage.files.log("kubectl"))
                let names = try await kubectl.run("get", "deployments,statefulsets", "-o", "name")
                #expect(names.contains("statefulset.apps/\(StandInRelease.synapse)"))
                #expect(names.contains("deployment.apps/\(StandInRelease.bystander)"))
                _ = try await kubectl.run("scale", "statefulset/\(StandInRelease.synapse)", "--replicas=1")
                _ = try await kubectl.run(
                    "wait", "--for=condition=Ready", "pod/\(StandInRelease.synapse)-0", "--timeout=10s")
                let manifest = "\(stage.directory)/clusters/probe.yaml"
                try SmallFile.write(
                    #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe"}, "data": {"a": "b"}}"#,
                    to: manifest)
                _ = try await kubectl.run("apply", "--server-side", "-f", manifest)
                #expect(try await kubectl.run("get", "configmap", "probe", "-o", "name").contains("configmap/probe"))
                _ = try await kubectl.run("delete", "configmap", "probe")
                // Synapse runs now, but its database is a standby: a site like that does not serve.
                #expect(try await stage.look(at: "dc2").service == 503)
            }
        }

        @Test("A site's objects survive the death of its API")
        func objectsSurvive() async throws {
            try await withRehearsal { stage in
                try await stage.breakSite("dc1", .kubernetes)
                try await stage.healSite("dc1")
                try await eventually("Synapse is ready again") { try await stage.look(at: "dc1").service == 200 }
            }
        }
    }
}

/// The real kubectl, as a person would use it.
struct Kubectl {
    var kubeconfig: String
    var scratch: String

    static var isThere: Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/kubectl") }
    }

    func run(_ arguments: String...) async throws -> String {
        try? FileManager.default.removeItem(atPath: scratch)
        try await Launch(
            executable: "kubectl", arguments: ["--kubeconfig", kubeconfig] + arguments,
            environment: ProcessInfo.processInfo.environment, output: .file(scratch)
        ).succeed(within: .seconds(30), next: "See \(scratch)")
        return SmallFile.text(at: scratch) ?? ""
    }
}
