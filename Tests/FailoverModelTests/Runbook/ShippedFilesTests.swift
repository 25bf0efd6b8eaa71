import Foundation
import Testing

@testable import FailoverModel

@Suite("The files that come with Handover")
struct ShippedFilesTests {
    /// The repository's folder, found from this file's place in it.
    private var root: URL {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder
    }

    private func source(_ path: String) throws -> SourceText {
        SourceText(file: path, bytes: Array(try Data(contentsOf: root.appending(path: path))))
    }

    @Test("ess-failover.yaml plans for the example topology, two clusters and all")
    func failover() throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "runbooks")
        let runbook = try Runbook.decode(source("runbooks/ess-failover.yaml"))
        let plan = try runbook.plan(topology: topology, from: "dc1", to: "dc2")
        #expect(topology.sites.map(\.name) == ["dc1", "dc2", "dc3"])
        #expect(plan.phases.map(\.id) == ["disable", "activate", "synchronise"])
        #expect(
            plan.steps.map(\.id) == [
                "fence-database/synapse", "fence-database/mas", "block-outbound/cluster", "block-outbound/edge",
                "remove-workloads", "stop-external-dns", "catch-up/synapse", "catch-up/mas",
                "freeze@dc2/synapse", "freeze@dc2/mas", "freeze@dc3/synapse", "freeze@dc3/mas", "fast-forward/synapse",
                "fast-forward/mas", "create-slots/synapse", "create-slots/mas", "clear-synchronous/synapse",
                "clear-synchronous/mas", "check-secrets", "media", "promote/synapse", "promote/mas",
                "checkpoint/synapse", "checkpoint/mas", "follow@dc3/synapse", "follow@dc3/mas",
                "prepare-synapse/synapse", "open-outbound/cluster",
                "open-outbound/edge", "activate-release", "start-workloads", "service", "move-names",
                "service-by-name", "drop-slots/synapse", "drop-slots/mas", "stand-down",
            ])
        let promote = try #require(plan.step("promote/mas"))
        #expect(promote.isPivot)
        #expect(promote.accepts == ["dc1-is-down", "dc2-secrets-unproven"])
        #expect(promote.approval?.hasSuffix("Is dc1 down?") == true)
        #expect(promote.needs.contains("fast-forward/synapse") && promote.needs.contains("freeze@dc3/mas"))
        #expect(promote.needs.contains("media"))
        #expect(plan.steps.filter { $0.whenUnreachable == .defer }.map(\.site).allSatisfy { $0 != "dc2" })
        #expect(plan.step("prepare-synapse/synapse")?.needs.contains("promote/mas") == true)
        #expect(plan.step("start-workloads")?.needs.contains("activate-release") == true)
        #expect(plan.step("activate-release")?.needs.contains("prepare-synapse/synapse") == true)
        #expect(plan.objectives == Objectives(recoveryTimeMilliseconds: 900_000, recoveryPointMilliseconds: 0))
    }

    @Test("ess-failover.yaml plans in every direction", arguments: [("dc1", "dc3"), ("dc2", "dc1"), ("dc3", "dc2")])
    func directions(from: String, to: String) throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "runbooks")
        let plan = try Runbook.decode(source("runbooks/ess-failover.yaml")).plan(topology: topology, from: from, to: to)
        #expect(plan.steps.filter(\.isPivot).map(\.site) == [to, to])
        let texts = plan.steps.map(\.title) + plan.steps.compactMap(\.approval) + plan.phases.map(\.title)
        #expect(!texts.contains { $0.contains("{") })
    }

    /// A synchronous_standby_names that counts on the others lets every commit hang until they follow, and nothing serves.
    @Test(
        "The other sites follow as soon as the new one is promoted, and do not wait for it to serve",
        arguments: ["ess-failover", "ess-switchover", "ess-failback"])
    func following(name: String) throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "runbooks")
        let plan = try Runbook.decode(source("runbooks/\(name).yaml")).plan(topology: topology, from: "dc1", to: "dc2")
        let follow = try #require(plan.step("follow@dc3/mas"))
        #expect(follow.phase == plan.step("promote/mas")?.phase)
        #expect(follow.needs.contains("promote/mas"))
        let served = ["service", "start-workloads", "activate-release", "checkpoint/mas"]
        #expect(!served.contains(where: follow.needs.contains))
    }

    @Test(
        "The planned moves plan in every direction, close before they promote, and end with as many standbys as before",
        arguments: ["ess-switchover", "ess-failback"], [("dc1", "dc2"), ("dc2", "dc1"), ("dc3", "dc2")])
    func planned(name: String, sites: (from: String, to: String)) throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "runbooks")
        let plan = try Runbook.decode(source("runbooks/\(name).yaml"))
            .plan(topology: topology, from: sites.from, to: sites.to)
        let texts = plan.steps.map(\.title) + plan.steps.compactMap(\.approval) + plan.phases.map(\.title)
        #expect(!texts.contains { $0.contains("{") })
        let commands = plan.steps.map(\.command)
        let pivot = try #require(commands.firstIndex(of: "postgres.promote"))
        let before = Array(commands[..<pivot])
        for command in ["secrets.check", "kubernetes.scale-down", "postgres.fence", "postgres.demote"] {
            #expect(before.contains(command), "\(command)")
        }
        #expect(before.count { $0 == "postgres.prove-shutdown" } == 4, "two standbys with two clusters")
        let followed = plan.steps[..<pivot].filter { $0.command == "postgres.rejoin" }.map(\.site)
        #expect(
            followed.contains(sites.to) == (name == "ess-failback") && Set(followed).subtracting([sites.to]).count == 1)
        #expect(plan.steps[..<pivot].allSatisfy { $0.whenUnreachable == .fail })
        let after = plan.steps[pivot...]
        #expect(after.filter { $0.command == "postgres.rejoin" }.map(\.site) == [sites.from, sites.from])
        #expect(Set(after.filter { $0.command == "postgres.drop-slots" }.map(\.site)) == [sites.from, sites.to])
        #expect(plan.steps.filter(\.isPivot).map(\.site) == [sites.to, sites.to])
    }

    @Test(
        "ess-wind-back.yaml promotes nothing, and proves twice that nothing was written before it opens the old primary",
        arguments: [("dc2", "dc1"), ("dc1", "dc3")])
    func winding(from: String, to: String) throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "runbooks")
        let plan = try Runbook.decode(source("runbooks/ess-wind-back.yaml")).plan(
            topology: topology, from: from, to: to)
        let commands = plan.steps.map(\.command)
        #expect(!commands.contains("postgres.promote"))
        let pivot = try #require(commands.firstIndex(of: "postgres.reopen"))
        let fence = try #require(commands.firstIndex(of: "postgres.fence"))
        let proofs = commands.indices.filter { commands[$0] == "postgres.prove-unwritten" }
        #expect(proofs.count { $0 < fence } == 2 && proofs.count { $0 > fence && $0 < pivot } == 2, "two clusters")
        #expect(plan.steps[..<pivot].allSatisfy { $0.whenUnreachable == .fail })
        #expect(plan.steps.filter(\.isPivot).map(\.site) == [to, to])
        let rejoined = plan.steps.filter { $0.command == "postgres.rejoin" }.map(\.site)
        #expect(Set(rejoined).count == 2 && !rejoined.contains(to), "the others too")
        let texts = plan.steps.map(\.title) + plan.steps.compactMap(\.approval) + plan.phases.map(\.title)
        #expect(!texts.contains { $0.contains("{") })
    }

    @Test(
        "ess-drill.yaml plans in every direction, changes nothing that serves, and removes last",
        arguments: [("dc1", "dc2"), ("dc3", "dc1")])
    func drill(from: String, to: String) throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "runbooks")
        let runbook = try Runbook.decode(source("runbooks/ess-drill.yaml"))
        let plan = try runbook.plan(topology: topology, from: from, to: to)
        #expect(runbook.kind == .drill)
        #expect(
            plan.steps.map(\.command) == [
                "drill.check", "drill.clone", "drill.clone", "drill.promote", "drill.promote", "drill.release",
                "drill.service", "drill.load", "drill.load", "drill.remove",
            ])
        #expect(
            plan.steps.allSatisfy { $0.site == to && !$0.isPivot && $0.approval == nil && $0.whenUnreachable == .fail })
        #expect(plan.steps.last?.needs.count == plan.steps.count - 1)
        let texts = plan.steps.map(\.title) + plan.phases.map(\.title) + [plan.title]
        #expect(!texts.contains { $0.contains("{") })
        #expect(topology.checks.oldestDrillMilliseconds == 7_776_000_000)
    }

    @Test("The example topology uses every key and keeps paths beside the file")
    func example() throws {
        let topology = try Topology.decode(source("runbooks/topology.example.yaml"), directory: "/etc/handover")
        let site = try #require(topology.site(named: "dc1"))
        let server = try #require(site.postgres(cluster: "synapse"))
        #expect(server.connection.password == .file("/etc/handover/secrets/dc1-synapse-handover"))
        #expect(server.replication.passwordFileOnServer == "/etc/postgresql/replication.pgpass")
        let host = try #require(server.databaseHost)
        #expect(host.driver == .pgCtlCluster(version: "15", name: "main") && host.program.first == "ssh")
        #expect(site.postgres(cluster: "mas")?.databaseHost?.options == ["port=5433"])
        #expect(
            topology.site(named: "dc2")?.postgres(cluster: "mas")?.connection.password
                == .environment("DC2_MAS_PASSWORD"))
        #expect(site.kubernetes?.kubeconfig == "/etc/handover/kube/dc1.yaml")
        #expect(site.service?.caCertificate == "/etc/handover/certificates/ingress-ca.pem")
        let service = try #require(topology.service)
        #expect(service.allHosts.count == 6 && service.checks.map(\.name) == ["push", "support"])
        #expect(service.probe?.accessToken == .file("/etc/handover/secrets/probe"))
        #expect(site.service?.ingress == HostAndPort(host: "198.51.100.10", port: 443))
        #expect(topology.sites.map { $0.service?.rtc?.port } == [30_001, 30_001, 30_001])
        #expect(topology.chart?.reference.hasPrefix("oci://") == true && topology.chart?.version == "26.8.2")
        #expect(site.kubernetes?.values == ["/etc/handover/values/common.yaml", "/etc/handover/values/dc1.yaml"])
        let media = try #require(site.media)
        #expect(media.prefix == "media/" && media.keys.secretKey == .file("/etc/handover/secrets/dc1-s3-secret"))
        #expect(
            site.firewalls.map(\.name) == ["cluster", "edge"] && site.firewalls[1].probes.map(\.name) == ["federation"])
        let zone = try #require(topology.dns)
        #expect(zone.servers.map(\.description) == ["192.0.2.53", "192.0.2.54:5353"])
        #expect(
            zone.driver == .dynamicUpdate(.init(name: "failover", secret: .file("/etc/handover/secrets/tsig"))))
        #expect(site.dns.map(\.type).prefix(3) == [.address4, .address6, .alias] && site.dns[0].ttlSeconds == 60)
    }
}
