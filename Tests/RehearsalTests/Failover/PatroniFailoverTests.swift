import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Testing

/// The database part of the shipped failover on real Patroni clusters, by the program itself.
@Suite(.serialized) struct PatroniFailoverTests {
    /// `during-act` and the rest on a quiet day only: each starts three Patroni clusters.
    private static let boundaries =
        ProcessInfo.processInfo.environment["HANDOVER_EVERY_BOUNDARY"] == nil
        ? ["before-act promote", "after-act promote"]
        : [
            "before-act promote", "during-act promote", "after-act promote", "after-act freeze@dc2",
            "after-act create-slots", "before-act follow@dc3", "after-act follow@dc3",
        ]

    @Test(arguments: boundaries)
    func
        `dc1 dies, the run is killed there and resumed: dc2 leads, dc3 follows, no row is lost, and dc1 is fenced later`(
            boundary: String
        ) async throws
    {
        try await PatroniTrio.with { trio in
            let folder = NSTemporaryDirectory() + "handover-patroni-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try trio.topologyFile(passwords: folder).write(
                toFile: "\(folder)/topology.yaml", atomically: false, encoding: .utf8)
            try Self.runbook.write(toFile: "\(folder)/runbook.yaml", atomically: false, encoding: .utf8)
            try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 3000)", user: "app")
            for site in ["dc2", "dc3"] { try await trio.wait(at: site, for: "SELECT count(*) = 3000 FROM numbers") }
            await trio.kill("dc1")

            let begin = ["run", "\(folder)/runbook.yaml", "--from", "dc1", "--to", "dc2", "--yes"]
            let killed = try await handover(folder, begin, killAt: boundary)
            #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
            let resumed = try await handover(folder, ["resume", "--yes"])
            #expect(resumed.code == 0, "\(resumed.output)\(resumed.errors)")
            try await trio.sql("dc2", "INSERT INTO numbers VALUES (3001)", user: "app")
            try await trio.wait(at: "dc3", for: "SELECT count(*) = 3001 FROM numbers")
            #expect(try await trio.sql("dc2", "SELECT timeline_id FROM pg_control_checkpoint()") == "2")
            #expect(try await trio.curl("dc2", "/primary").contains("\"timeline\": 2"))

            // dc1 comes back as the primary it was, and Patroni makes it one again: what is owed to it is paid first.
            try await trio.startPatroni("dc1")
            try await trio.wait(at: "dc1", for: "SELECT NOT pg_is_in_recovery()")
            try await trio.waitForLeader("dc1")
            let settled = try await handover(folder, ["settle", "dc1", "--yes"])
            #expect(settled.code == 0, "\(settled.output)\(settled.errors)")
            #expect(try await trio.sql("dc1", "SHOW default_transaction_read_only") == "on")
            #expect(try JournalReader.verify(path: "\(folder)/journal.sqlite").isSound)
            let shown = resumed.output + resumed.errors + settled.output + killed.output
            for secret in [PatroniTrio.restPassword, TrioSecrets.handoverPassword] { #expect(!shown.contains(secret)) }
        }
    }

    private func handover(
        _ folder: String, _ words: [String], killAt boundary: String? = nil
    ) async throws -> ChildProgram.Ending {
        var environment = [
            "HANDOVER_JOURNAL": "\(folder)/journal.sqlite", "HANDOVER_TOPOLOGY": "\(folder)/topology.yaml",
            "HANDOVER_ACTOR": "test",
        ]
        environment["HANDOVER_KILL_AT"] = boundary
        let program = try boundary == nil ? Handover.path : FailoverStage.killedHandover
        return try await ChildProgram.run(program, words, environment: environment)
    }

    /// The lines of ess-failover.yaml that are about databases.
    private static let runbook = """
        name: database-failover
        title: Fail the database over from {from} to {to}
        phases:
          - id: disable
            title: Disable {from}
            steps:
              - {id: fence, command: postgres.fence, site: from, whenUnreachable: defer}
          - id: activate
            title: Activate {to}
            steps:
              - {id: catch-up, command: postgres.catch-up, site: to}
              - {id: freeze, command: postgres.freeze, site: standbys, needs: [catch-up], whenUnreachable: defer}
              - {id: fast-forward, command: postgres.fast-forward, site: to, needs: [freeze]}
              - {id: create-slots, command: postgres.create-slots, site: to}
              - {id: clear-synchronous, command: postgres.clear-synchronous, site: to}
              - id: promote
                command: postgres.promote
                site: to
                needs: [fast-forward, create-slots, clear-synchronous]
                pivot: true
                approval: Is {from} down?
                accepts: ["{from}-is-down"]
              - {id: checkpoint, command: postgres.checkpoint, site: to, needs: [promote]}
          - id: synchronise
            title: Let {others} follow {to}
            steps:
              - {id: follow, command: postgres.follow, site: others, whenUnreachable: defer}
              - {id: drop-slots, command: postgres.drop-slots, site: to, needs: [follow]}

        """
}
