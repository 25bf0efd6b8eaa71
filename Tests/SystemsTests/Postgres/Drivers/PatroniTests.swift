import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

extension PostgresTests {
    /// One set of Patroni clusters for all, because it takes seconds to start one.
    @Suite struct PatroniDriver {
        @Test(
            .enabled(
                if: ProcessInfo.processInfo.environment["HANDOVER_PATRONI"] != nil,
                "set HANDOVER_PATRONI=1: Patroni answers from its last round, which a busy machine makes late"))
        func `Patroni: errors are told apart, undo restores, dc3's rows are kept, and dc1 comes back as a standby`()
            async throws
        {
            try await PatroniTrio.with { trio in
                let runner = StepRunner(trio.topology, .patroni())
                try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1, 1000)", user: "app")
                try await trio.wait(at: "dc2", for: "SELECT count(*) = 1000 FROM numbers")
                try await isRecognised(trio)
                try await isChecked(trio)
                try await errors(trio)
                try await undone(runner, trio)
                try await failedOver(runner, trio)
                expectNoSecret(in: runner.said)
                for text in runner.said { #expect(!text.contains(PatroniTrio.restPassword)) }
                try await storeAway(runner, trio)
            }
        }

        /// A topology that takes Patroni's servers for ordinary ones.
        private func isRecognised(_ trio: PatroniTrio) async throws {
            var topology = trio.topology
            for index in topology.sites.indices {
                topology.sites[index].postgres[0].driver = .sql
                topology.sites[index].postgres[0].replication.password = .environment(TrioSecrets.replicator)
                topology.sites[index].postgres[0].replication.user = "replicator"
            }
            let plain = StepRunner(topology, .patroni())
            for (name, site) in [("fence", "dc1"), ("freeze", "dc2"), ("promote", "dc2"), ("create-slots", "dc2")] {
                plain.accepted = ["dc1-is-down"]
                let finding = try await plain.examine(name, at: site)
                guard name != "create-slots" || finding.verdict != .done else { continue }
                #expect(rule(finding) == "operator-in-charge", "\(name): \(finding.sentence)")
                #expect(finding.sentence.contains("driver: patroni"))
            }
            let target = try PostgresAccess.patroni().server(at: "dc2", cluster: "main", in: topology, run: "r1")
            let check = OperatorChecks(access: .patroni())
            let sight = try await target.look()
            #expect(await check.result(target, sight).verdict == .failing)
            // Without a session of Patroni the command line still tells.
            await trio.send(SIGSTOP, to: "dc2")
            try await trio.sql(
                "dc2", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'Patroni%'")
            try await trio.wait(
                at: "dc2", for: "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name LIKE 'Patroni%'")
            let mark = try await OperatorMark.seen(at: target)
            #expect(mark?.evidence.contains("command line") == true)
            await trio.send(SIGCONT, to: "dc2")
            try await trio.waitForLeader("dc2")
        }

        /// Patroni answers from what its last round knew, so what was just changed shows a moment later.
        private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(60)
            while try await !condition() {
                guard ContinuousClock.now < deadline else {
                    Issue.record("\(what): not within a minute")
                    return
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }

        private func isChecked(_ trio: PatroniTrio) async throws {
            let report = await PostgresChecks(
                access: .patroni(), topology: trio.topology, cluster: "main", from: "dc1", to: nil
            ).report()
            // Patroni sets no end to what a slot keeps.
            let problems = report.results.filter { $0.verdict != .ok && $0.id != "replication.slot-limit" }
            #expect(problems.isEmpty, "\(problems)")
            #expect(report.results.count { $0.id == "postgres.operator" } == 3)
        }

        private func errors(_ trio: PatroniTrio) async throws {
            func fault(_ change: (inout PatroniMembers) -> Void, _ access: PostgresAccess = .patroni()) async -> Fault?
            {
                var topology = trio.topology
                guard var members = topology.sites[1].postgres[0].driver.patroni else { return nil }
                change(&members)
                topology.sites[1].postgres[0].driver = .patroni(members)
                do {
                    _ = try await StepRunner(topology, access).examine("freeze", at: "dc2")
                    return nil
                } catch { return error as? Fault }
            }
            let wrong = await fault({ _ in }, .patroni(password: "wrong-Rest-Passw0rd"))
            #expect(
                wrong?.kind == .forbidden && wrong?.what.contains("user and password") == true,
                "\(String(describing: wrong))")
            #expect(wrong?.description.contains("wrong-Rest") == false)
            let away = await fault { $0.urls = ["http://127.0.0.1:9"] }
            #expect(away?.kind == .unreachable && away?.what.contains("no member of Patroni answers") == true)
            let other = await fault { $0.urls = ["http://127.0.0.1:\(trio.sqlPort("dc1"))"] }
            #expect(other != nil && other?.kind != .forbidden, "\(String(describing: other))")
            // One that is away does not matter where another leads.
            #expect(await fault { $0.urls.insert("http://127.0.0.1:9", at: 0) } == nil)

            let runner = StepRunner(trio.topology, .patroni())
            _ = try await trio.curl("dc2", "/config", patch: #"{"pause": true}"#)
            try await eventually("the pause is seen") {
                rule(try await runner.examine("freeze", at: "dc2")) == "patroni-paused"
            }
            _ = try await trio.curl("dc2", "/config", patch: #"{"pause": null}"#)
            try await eventually("the end of the pause is seen") {
                rule(try await runner.examine("freeze", at: "dc2")) != "patroni-paused"
            }
            var crossed = trio.topology
            crossed.sites[1].postgres[0].driver = trio.topology.sites[0].postgres[0].driver
            let cross = StepRunner(crossed, .patroni())
            await #expect(throws: Fault.self) { try await cross.examine("freeze", at: "dc2") }
        }

        private func undone(_ runner: StepRunner, _ trio: PatroniTrio) async throws {
            _ = try await trio.curl(
                "dc2", "/config", patch: #"{"standby_cluster": {"restore_command": "false --key=R3store"}}"#)
            try await trio.wait(at: "dc2", for: "SELECT current_setting('restore_command') LIKE '%R3store'")
            let before = try await trio.curl("dc2", "/config")
            #expect(try await runner.run("freeze", at: "dc2").verdict == .done)
            #expect(try await trio.sql("dc2", "SELECT current_setting('restore_command')") == PatroniHand.frozen)
            #expect(try await runner.run("create-slots", at: "dc2").verdict == .done)
            #expect(try await runner.undo("create-slots", at: "dc2").verdict == .done)
            let back = try await runner.undo("freeze", at: "dc2")
            #expect(back.verdict == .done, "\(back.sentence)")
            let after = try await trio.curl("dc2", "/config")
            #expect(try config(after) == config(before))
            #expect(!runner.said.contains { $0.contains("R3store") }, "a restore command may hold credentials")
            try await trio.wait(
                at: "dc2", for: "SELECT count(*) = 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'")
            runner.history = [:]
            runner.remembered = [:]

            _ = try await trio.curl("dc1", "/config", patch: #"{"synchronous_mode": true}"#)
            try await eventually("dc1 has the new configuration") {
                try await trio.curl("dc1", "/config").contains("synchronous_mode")
            }
            let first = try await trio.curl("dc1", "/config")
            let fenced = try await runner.run("fence", at: "dc1")
            #expect(fenced.verdict == .done, "\(fenced.sentence)")
            await #expect(throws: (any Error).self) {
                try await trio.sql("dc1", "INSERT INTO numbers VALUES (0)", user: "app")
            }
            #expect(
                try await trio.sql("dc1", "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'")
                    == "0")
            #expect(try await runner.undo("fence", at: "dc1").verdict == .done)
            try await eventually("dc1 has its configuration back") {
                try await config(trio.curl("dc1", "/config")) == config(first)
            }
            try await trio.sql("dc1", "DELETE FROM numbers WHERE value = 0", user: "app")
            runner.history = [:]
            runner.remembered = [:]
        }

        /// dc3 has rows that dc2 has not, and dc1 has some that nobody else has.
        private func failedOver(_ runner: StepRunner, _ trio: PatroniTrio) async throws {
            #expect(try await runner.run("freeze", at: "dc2").verdict == .done)
            try await trio.sql("dc1", "INSERT INTO numbers SELECT generate_series(1001, 6000)", user: "app")
            try await trio.wait(at: "dc3", for: "SELECT count(*) = 6000 FROM numbers")
            #expect(try await runner.run("freeze", at: "dc3").verdict == .done)
            try await trio.sql("dc1", "INSERT INTO numbers VALUES (6001)", user: "app")
            #expect(try await runner.run("fence", at: "dc1").verdict == .done)
            #expect(rule(try await runner.examine("promote", at: "dc2")) == "standby-ahead")
            let forward = try await runner.run("fast-forward", at: "dc2")
            #expect(forward.verdict == .done, "\(forward.sentence)")
            #expect(try await trio.sql("dc2", "SELECT count(*) FROM numbers") == "6000")
            for name in ["create-slots", "clear-synchronous"] {
                #expect(try await runner.run(name, at: "dc2").verdict == .done)
            }
            let ahead = try await runner.examine("promote", at: "dc2")
            #expect(rule(ahead) == "primary-ahead" && acceptance(ahead) == "data-of-dc1", "\(ahead.sentence)")
            runner.accepted = ["data-of-dc1"]
            let promoted = try await runner.run("promote", at: "dc2")
            #expect(promoted.verdict == .done, "\(promoted.sentence)")
            #expect(promoted.facts["newTimeline"]?.integer == 2)
            #expect(try await runner.run("checkpoint", at: "dc2").verdict == .done)
            let followed = try await runner.run("follow", at: "dc3")
            #expect(followed.verdict == .done, "\(followed.sentence)")

            runner.accepted = []
            let diverged = try await runner.examine("follow", at: "dc1")
            #expect(rule(diverged) == "diverged" && acceptance(diverged) == "data-of-dc1", "\(diverged.sentence)")
            runner.accepted = ["data-of-dc1"]
            let returned = try await runner.run("follow", at: "dc1")
            #expect(returned.verdict == .done, "\(returned.sentence)")
            #expect(try await runner.run("drop-slots", at: "dc2").verdict == .done)
            try await trio.sql("dc2", "INSERT INTO numbers VALUES (7000)", user: "app")
            for site in ["dc1", "dc3"] { try await trio.wait(at: site, for: "SELECT count(*) = 6001 FROM numbers") }
            try await trio.wait(at: "dc1", for: "SELECT current_setting('default_transaction_read_only') = 'off'")
            for (name, site) in [
                ("freeze", "dc2"), ("promote", "dc2"), ("follow", "dc3"), ("follow", "dc1"), ("drop-slots", "dc2"),
            ] {
                let again = try await runner.run(name, at: site)
                #expect(again.verdict == .done, "\(name): \(again.sentence)")
            }
        }

        private func storeAway(_ runner: StepRunner, _ trio: PatroniTrio) async throws {
            await trio.end("etcd")
            let deadline = ContinuousClock.now + .seconds(60)
            var last: Fault?
            repeat {
                do throws(Fault) {
                    _ = try await PatroniClient(
                        PostgresAccess.patroni().server(at: "dc3", cluster: "main", in: trio.topology, run: "r1"),
                        trio.topology.sites[2].postgres[0].driver.patroni ?? PatroniMembers(urls: [])
                    ).look()
                } catch { last = error }
                try await Task.sleep(for: .milliseconds(100))
            } while last?.what.contains("configuration store") != true && ContinuousClock.now < deadline
            #expect(
                last?.kind == .unavailable && last?.what.contains("configuration store") == true,
                "\(String(describing: last))")
        }

        private func config(_ text: String) throws -> JSONValue {
            var value = try JSONValue(decoding: Data(text.utf8), at: "test")
            // An empty mapping that is left says the same as none.
            if value["slots"] == [:] { value = .object((value.fields ?? [:]).filter { $0.key != "slots" }) }
            let parameters = value["postgresql"]?["parameters"]?.fields?.filter { !$0.value.isNull }
            return value.with("postgresql", (value["postgresql"] ?? [:]).with("parameters", .object(parameters ?? [:])))
        }
    }
}

extension PostgresAccess {
    static func patroni(password: String? = nil) -> PostgresAccess {
        var limits = Limits.test
        limits.operators = .seconds(30)
        limits.settle = .seconds(15)
        let overrides = password.map { [PatroniTrio.rest: $0] } ?? [:]
        return PostgresAccess(secrets: TrioSecrets(overrides: overrides), limits: limits)
    }
}
