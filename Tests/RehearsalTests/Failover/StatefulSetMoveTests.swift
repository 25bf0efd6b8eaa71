import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// Whole moves of a service whose databases are in StatefulSets, by the program itself.
@Suite(.serialized, .enabled(if: LocalContainers.arePossible, "pods are run in namespaces, which takes root"))
struct StatefulSetMoveTests {
    private static let switchover = FailoverStage.runbook.replacing("ess-failover", with: "ess-switchover")
    private static let failback = FailoverStage.runbook.replacing("ess-failover", with: "ess-failback")

    @Test func `moved on purpose, failed over, led home with a rewind, killed on the way: no acknowledged row is lost`()
        async throws
    {
        try await FailoverStage.withStatefulSets { failover in
            let sampler = WriteSampler(try ["dc1", "dc2", "dc3"].map { try failover.stage.server($0) })
            let sampling = Task { await sampler.run() }
            defer { sampling.cancel() }
            try await carryOut(
                ["run", Self.switchover, "--from", "dc1", "--to", "dc2"], failover,
                kills: [.boundary("during-act demote"), .job("demote", at: "dc1"), .job("rejoin", at: "dc1")])
            try await expectMoved(failover, to: "dc2", timeline: 2)
            #expect(Set(try ways(failover, "rejoin")) == ["follow"])

            // The node of dc2 dies with all that is on it. Nothing is written then, because a failover may lose what is.
            try await failover.stage.stopWriter()
            try await failover.until("dc1 and dc3 have everything") {
                try await failover.sql(
                    "dc2",
                    "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()") == "2"
            }
            try await failover.stage.breakSite("dc2")
            let failed = try await failover.handover(
                "run", FailoverStage.runbook, "--from", "dc2", "--to", "dc1", "--yes")
            #expect(failed.code == 0, "\(failed.output)\(failed.errors)")
            try await failover.startWriter()

            // It comes back as the primary that it was, and somebody writes there.
            await sampler.judge(false)
            try await failover.stage.healSite("dc2")
            for number in [-1, -2] {
                try await failover.sql(
                    "dc2", "SET synchronous_commit = local; INSERT INTO rehearsal_writes VALUES (\(number), 'dc2')",
                    as: "synapse", database: "synapse")
            }
            let settled = try await failover.handover("settle", "dc2", "--yes")
            #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            await sampler.judge(true)
            try await carryOut(
                ["run", Self.failback, "--from", "dc1", "--to", "dc2"], failover,
                kills: [.job("rejoin", at: "dc2"), .boundary("after-act demote")])
            try await expectMoved(failover, to: "dc2", timeline: 4)
            #expect(Set(try ways(failover, "rejoin")) == ["follow", "rewind"])
            #expect(Set(try ways(failover, "rejoin-from")) == ["follow"])
            #expect(
                try await failover.sql(
                    "dc2", "SELECT count(*) FROM rehearsal_writes WHERE n < 0", as: "synapse", database: "synapse")
                    == "0")
            #expect(try keptCommits(failover, at: "dc2") == 2)
            try await failover.expectNothingLost(at: "dc2")
            #expect(await sampler.violations == [])
            #expect(try JournalReader.verify(path: failover.journal).isSound)
        }
    }

    private enum Kill {
        case boundary(String)
        /// As soon as a step has made its Job, which goes on by itself.
        case job(String, at: String)
    }

    /// Kills it at each of these in turn, and lets it come to its end.
    private func carryOut(_ words: [String], _ failover: FailoverStage, kills: [Kill]) async throws {
        var words = words + ["--yes"]
        for kill in kills {
            let ending: ChildProgram.Ending
            switch kill {
            case .boundary(let boundary):
                ending = await (try failover.start(words, killAt: boundary)).end()
            case .job(let step, let site):
                let before = try await jobs(of: step, at: site, failover)
                let child = try failover.start(words)
                do {
                    try await failover.until("the Job of \(step) is there") {
                        try await !jobs(of: step, at: site, failover).isSubset(of: before)
                    }
                } catch {
                    child.send(SIGKILL)
                    Issue.record("\(await child.end())")
                    throw error
                }
                child.send(SIGKILL)
                ending = await child.end()
            }
            try #require(ending.code == -SIGKILL, "\(kill): \(ending.output)\(ending.errors)")
            words = ["resume", "--yes"]
        }
        let ending = await (try failover.start(words)).end()
        #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
    }

    /// The uids of a step's Jobs.
    private func jobs(of step: String, at site: String, _ failover: FailoverStage) async throws -> Set<Substring> {
        let template = #"{range .items[*]}{.metadata.annotations.handover/key} {.metadata.uid}{"\n"}{end}"#
        let lines = try await failover.kubectl(site, "get", "jobs", "-o", "jsonpath=\(template)").split(separator: "\n")
        return Set(lines.filter { $0.contains("\(step) ") })
    }

    /// It is served there, the others stream from it out of their pods, and nothing of the work is left.
    private func expectMoved(_ failover: FailoverStage, to site: String, timeline: Int64) async throws {
        let sites = try await failover.stage.status().sites
        for seen in sites {
            #expect(seen.role == (seen.name == site ? "primary" : "standby"), "\(seen)")
            #expect(seen.service == (seen.name == site ? 200 : 503), "\(seen)")
            let pod = try await failover.kubectl(
                seen.name, "get", "pod", "postgres-0", "-o", "jsonpath={.status.phase}")
            #expect(pod == "Running", "\(seen.name)")
            let secrets = try await failover.kubectl(seen.name, "get", "secrets", "-o", "name")
            #expect(!secrets.contains("handover-"), "\(seen.name): \(secrets)")
        }
        let moved = sites.first { $0.name == site }
        #expect(moved?.streaming == 2 && moved?.timeline == timeline, "\(moved as Any)")
        try await failover.until("the writer is acknowledged by \(site)") {
            failover.stage.acknowledgements().last?.site == site
        }
        let report = try await failover.stage.writerReport()
        #expect(report.lost == [] && report.duplicated == [])
    }

    /// Of the log that was kept aside before the rewind.
    private func keptCommits(_ failover: FailoverStage, at site: String) throws -> Int {
        let folder = failover.stage.directory + "/postgres"
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix("\(site).handover-kept-")
        }
        return try kept.reduce(0) {
            let summary = try String(contentsOfFile: "\(folder)/\($1)/summary.txt", encoding: .utf8)
            return $0 + summary.matches(of: /desc: COMMIT/).count
        }
    }

    /// How a return as a standby was to be done, try by try.
    private func ways(_ failover: FailoverStage, _ step: String) throws -> [String] {
        try failover.events().compactMap { event in
            guard case .stepIntended(let payload) = event, payload.step == step else { return nil }
            return payload.facts["way"]?.text
        }
    }
}
