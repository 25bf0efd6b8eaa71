import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Testing

/// People who talk to each other over a real Synapse while it moves. `make test-synapse` installs one and runs these; they
/// are left out where none is installed.
@Suite(.serialized, .enabled(if: (try? InstalledPrograms.found.withSynapse()) != nil))
struct SynapseTests {
    @Test func `dc1 dies with messages that nobody else has: who saw them there misses nothing that is said at dc2`()
        async throws
    {
        try await FailoverStage.withSynapse(isSynchronous: false) { failover in
            let (dc1, dc2) = (try failover.ingress("dc1"), try failover.ingress("dc2"))
            let (alice, bob) = (try await MatrixUser("alice", at: dc1), try await MatrixUser("bob", at: dc1))
            let room = try await alice.createRoom(at: dc1)
            try await bob.join(room, at: dc1)
            for number in 1...3 { try await alice.say("kept-\(number)", in: room, at: dc1) }
            try await failover.until("both standbys have it all") {
                try await failover.sql(
                    "dc1", "SELECT bool_and(replay_lsn >= pg_current_wal_lsn()) FROM pg_stat_replication")
                    == "t"
            }
            for site in ["dc2", "dc3"] {
                try await failover.sql(site, "ALTER SYSTEM SET primary_conninfo = ''; SELECT pg_reload_conf()")
            }
            try await failover.until("nobody streams") {
                try await failover.sql("dc1", "SELECT count(*) FROM pg_stat_replication") == "0"
            }
            for number in 1...30 { try await alice.say("lost-\(number)", in: room, at: dc1) }
            let seen = try await bob.sync(room, since: nil, at: dc1)
            #expect(seen.texts.contains("lost-30"))

            try await failover.stage.breakSite("dc1")
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            for step in ["service", "service-by-name"] {
                let sentence = try #require(try proven(step, failover))
                #expect(sentence.contains("what was written as @handover:ess.test came back"), "\(sentence)")
                #expect(sentence.contains("publishes ed25519:a_1 ") && sentence.contains("the signing key of dc2"))
            }
            for number in 1...3 { try await alice.say("new-\(number)", in: room, at: dc2) }
            let heard = try await everything(bob, room, since: seen.next, at: dc2, until: "new-3")
            #expect(heard == ["new-1", "new-2", "new-3"])
            // A new client sees what was kept, and nothing twice.
            let fresh = try await bob.sync(room, since: nil, at: dc2).texts
            #expect(
                fresh.filter { !$0.hasPrefix("lost") } == ["kept-1", "kept-2", "kept-3", "new-1", "new-2", "new-3"])
            #expect(!fresh.contains { $0.hasPrefix("lost") })
        }
    }

    @Test func `dc1 hands over while people talk: each message that was taken is heard, once`() async throws {
        try await FailoverStage.withSynapse(isSynchronous: true) { failover in
            let sites = (try failover.ingress("dc1"), try failover.ingress("dc2"))
            let (alice, bob) = (try await MatrixUser("alice", at: sites.0), try await MatrixUser("bob", at: sites.0))
            let room = try await alice.createRoom(at: sites.0)
            try await bob.join(room, at: sites.0)
            let position = try await bob.sync(room, since: nil, at: sites.0).next
            let count = 60
            async let talk: Void = {
                // Whichever site takes it; the same message again until one does.
                for number in 1...count {
                    try await failover.until("message \(number) is taken") {
                        for ingress in [sites.0, sites.1] {
                            if (try? await alice.say("word-\(number)", in: room, at: ingress)) != nil { return true }
                        }
                        return false
                    }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }()
            let ending = try await failover.failOver()
            #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
            try await talk
            let heard = try await everything(bob, room, since: position, at: sites.1, until: "word-\(count)")
            #expect(heard == (1...count).map { "word-\($0)" })
        }
    }

    @Test func `without its database a real Synapse still gives every answer of the list, but for the write`()
        async throws
    {
        try await FailoverStage.withSynapse(isSynchronous: false) { failover in
            #expect(try await problems(failover) == [])
            try await failover.stage.breakSite("dc1", .postgres)
            // The plain port of the rehearsal's ingress hands on to Synapse too, which answers 200 there as well.
            #expect(try await problems(failover) == ["service.write"])
        }
    }

    /// What of the service of dc1 is not in order, as `handover check` sees it.
    private func problems(_ failover: FailoverStage) async throws -> [String] {
        let checks = try await failover.json("check", "--from", "dc1")["checks"] as? [[String: Any]] ?? []
        #expect(checks.contains { $0["id"] as? String == "service.write" })
        return checks.filter { $0["site"] as? String == "dc1" && $0["verdict"] as? String != "ok" }
            .compactMap { $0["id"] as? String }.filter { $0.hasPrefix("service.") }.sorted()
    }

    /// What a step said when it had succeeded.
    private func proven(_ step: String, _ failover: FailoverStage) throws -> String? {
        try failover.events().lazy.compactMap { event -> String? in
            if case .stepSucceeded(let payload) = event, payload.step == step { payload.sentence } else { nil }
        }.first
    }

    /// Syncs from position to position until a message comes.
    private func everything(
        _ user: MatrixUser, _ room: String, since: String, at ingress: String, until last: String
    ) async throws -> [String] {
        var (texts, position): ([String], String) = ([], since)
        for _ in 0..<20 where !texts.contains(last) {
            let news = try await user.sync(room, since: position, at: ingress)
            texts += news.texts
            position = news.next
        }
        return texts
    }
}
