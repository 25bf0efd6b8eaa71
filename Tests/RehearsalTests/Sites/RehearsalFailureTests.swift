import FailoverModel
import Foundation
import Glibc
import Systems
import Testing

@testable import Rehearsal

extension RehearsalSites {
    @Suite struct Failures {
        @Test("No acknowledged row is lost when the primary's site dies and a standby is promoted")
        func siteDies() async throws {
            try await withRehearsal { stage in
                try stage.startWriter()
                try await eventually("rows are written") { stage.acknowledgements().count > 100 }
                let dead = try stage.site("dc1")
                try await stage.breakSite("dc1")
                #expect(!dead.processes.contains { $0.isAlive })
                #expect(FreePorts.isFree(dead.ports.postgres))
                let (promoted, other) = try await stage.promoteMoreAdvanced(of: ["dc2", "dc3"])
                try await eventually("the writer found it") { stage.acknowledgements().last?.site == promoted }
                try await eventually("\(other) follows") { try await stage.look(at: promoted).streaming == 1 }

                // In life, too, a former primary comes back as one, and nobody may mistake it for the primary.
                try await stage.healSite("dc1")
                #expect(try await stage.look(at: "dc1").role == "primary")
                try await stage.stopWriter()
                let report = try await stage.writerReport()
                #expect(report.primary == promoted)
                #expect(report.lost == [])
                #expect(report.duplicated == [])
                #expect(report.acknowledged > 100)
                #expect(Set(report.acknowledgements.map(\.site)) == ["dc1", promoted])
            }
        }

        @Test("A row that no standby has is not acknowledged while replication is synchronous")
        func frozenStandbys() async throws {
            try await withRehearsal { stage in
                for standby in ["dc2", "dc3"] {
                    try await stage.handover(
                        standby, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
                }
                try await eventually("nothing streams") { try await stage.look(at: "dc1").streaming == 0 }
                try stage.startWriter()
                try await Task.sleep(for: .seconds(3))
                #expect(stage.acknowledgements().isEmpty)
                #expect(try await stage.look(at: "dc1").service == 503)
            }
        }

        @Test(
            "A partition cuts only Handover's way: replication and the writer go on",
            arguments: Breakage.Partition.allCases)
        func partition(_ partition: Breakage.Partition) async throws {
            try await withRehearsal { stage in
                try stage.startWriter()
                try await stage.breakSite("dc1", .partition(partition))
                let ports = try stage.site("dc1").ports
                let way = await LoopbackHTTP.get("/", port: ports.ingressForTool, within: .milliseconds(500))
                #expect(way == nil)
                let status = try await stage.look(at: "dc1")
                #expect(status.way == (partition == .silent ? .silent : .down))
                #expect(status.postgres == .running)
                #expect(status.service == 200)
                #expect(status.streaming == 2)
                let count = stage.acknowledgements().count
                try await eventually("the writer goes on") { stage.acknowledgements().count > count + 20 }

                try await stage.healSite("dc1")
                let healed = await LoopbackHTTP.get("/", port: ports.ingressForTool)
                #expect(healed?.status == 200)
            }
        }

        @Test("A half-dead site keeps its other half")
        func halfDead() async throws {
            try await withRehearsal { stage in
                try await stage.breakSite("dc1", .kubernetes)
                var status = try await stage.look(at: "dc1")
                #expect(status.kubernetes == .down)
                #expect(status.role == "primary")
                try await stage.healSite("dc1")

                try await stage.breakSite("dc1", .postgres)
                status = try await stage.look(at: "dc1")
                #expect(status.postgres == .down)
                #expect(status.kubernetes == .running)
                #expect(status.service == 503)
                try await stage.healSite("dc1")
                try await eventually("dc1 serves again") { try await stage.look(at: "dc1").service == 200 }
            }
        }

        @Test("The promotion watch sees pg_promote when it is sent, and not a look at the privilege")
        func promotionWatch() async throws {
            try await withRehearsal { stage in
                let watch = PromotionWatch(server: try stage.server("dc2"))
                let ourselves = try #require(ProcessIdentity(pid: getpid()))
                try await stage.handover("dc2", "SELECT has_function_privilege('pg_promote(bool, int)', 'EXECUTE')")
                await #expect(throws: Fault.self) {
                    try await watch.waitUntilSent(by: ourselves, within: .milliseconds(300))
                }
                try await stage.breakSite("dc1")
                async let seen: Void = watch.waitUntilSent(by: ourselves, within: .seconds(60))
                try await stage.handover("dc2", "SELECT pg_promote(true, 60)")
                try await seen
            }
        }
    }
}
