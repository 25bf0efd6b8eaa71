import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@testable import Systems

/// A database host that only programs of one's own lead to; here they do as they are told by files, and talk.
extension PostgresTests {
    @Suite struct ByPrograms {
        private static let token = "planted-token-8892"

        private static let program = """
            #!/bin/sh
            here=${0%/*}
            echo "$1 $HANDOVER_SITE/$HANDOVER_CLUSTER $HANDOVER_RUN" >>"$here/calls"
            [ "$CLOUD_TOKEN" = planted-token-8892 ] || exit 77
            [ -e "$here/$1.ending" ] && . "$here/$1.ending"
            case $1 in
            run)
                echo "Welcome to db1. begin=of-nothing"; echo "data=missing"; echo "token is $CLOUD_TOKEN" >&2
                $AS sh -s
                code=$?
                seq 1 20000; echo "data=missing"; echo "end=yes"
                exit $((code ? 2 : 0)) ;;
            status) $AS "$B/pg_ctl" status -D "$D" >/dev/null || exit 3 ;;
            stop) $AS "$B/pg_ctl" stop -D "$D" -m fast -w >/dev/null || [ ! -e "$D/postmaster.pid" ] ;;
            start) $AS "$B/pg_ctl" start -D "$D" -l "$D.log" -w -o "$O" >/dev/null </dev/null ;;
            esac
            """

        private func with(
            _ body: (_ folder: String, _ programs: DatabaseHost.Programs) async throws -> Void
        ) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "handover-db-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let program = "\(folder)/database"
            try Self.program.write(toFile: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
            try await body(
                folder,
                .init(
                    run: [program, "run"], status: [program, "status"], stop: [program, "stop"],
                    start: [program, "start"],
                    environment: ["CLOUD_TOKEN", "B", "D", "O", "AS"]))
        }

        private func host(_ programs: DatabaseHost.Programs, data: String = "/nowhere/at/all") -> ScriptedHost {
            ScriptedHost(
                host: DatabaseHost(
                    driver: .programs(programs), binaries: "/usr/lib/postgresql/15/bin", data: data),
                place: "dc1/main, its host",
                environment: [
                    "PATH": "/usr/bin:/bin", "CLOUD_TOKEN": Self.token, "B": "/usr/lib/postgresql/15/bin", "D": data,
                    "O": "",
                    "AS": "",
                ], programs: programs, secrets: [Self.token])
        }

        @Test func `they stop, hand over, prove and start a real server, whatever they say besides`() async throws {
            try await PostgresTrio.with { trio in
                try await with { folder, programs in
                    let data = "\(trio.directory)/dc1"
                    var topology = trio.topology
                    let old = try #require(topology.sites[0].postgres[0].databaseHost)
                    topology.sites[0].postgres[0].databaseHost = DatabaseHost(
                        driver: .programs(programs), binaries: old.binaries, data: data)
                    let variables = [
                        "PATH": "/usr/sbin:/usr/bin:/bin", "CLOUD_TOKEN": Self.token, "B": old.binaries, "D": data,
                        "O": old.options.map { "-c \($0)" }.joined(separator: " "),
                        "AS": old.program.joined(separator: " "),
                    ]
                    let runner = StepRunner(
                        topology, of: trio,
                        PostgresAccess(
                            secrets: TrioSecrets(), limits: .test, hosts: DatabaseHosts(variable: { variables[$0] })))
                    for step in ["fence", "demote"] {
                        let done = try await runner.run(step, at: "dc1")
                        #expect(done.verdict == .done, "\(done.sentence)")
                    }
                    for site in ["dc2", "dc3"] {
                        #expect(try await runner.run("prove-shutdown", at: site).verdict == .done)
                    }
                    #expect(try await runner.run("promote", at: "dc2").verdict == .done)
                    let back = try await runner.run("rejoin", at: "dc1")
                    #expect(back.verdict == .done, "\(back.sentence)")
                    #expect(runner.remembered["rejoin-dc1"]?["way"]?.text == "follow")
                    let calls = try String(contentsOfFile: "\(folder)/calls", encoding: .utf8)
                    for verb in ["run", "status", "stop", "start"] { #expect(calls.contains("\(verb) dc1/main r1")) }
                    #expect(!runner.said.contains { $0.contains(Self.token) })
                    expectNoSecret(in: runner.said)
                }
            }
        }

        @Test func `what they say beside the script is not taken for the script's`() async throws {
            try await with { _, programs in
                let data = FileManager.default.temporaryDirectory.appending(path: "handover-empty-\(UUID().uuidString)")
                    .path
                try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(atPath: data) }
                let seen = try await host(programs, data: data).look()
                #expect(seen.content == .empty && !seen.isRunning)
            }
        }

        /// What the program does in place of its work, and what is made of it when it looks and when it changes something.
        @Test(arguments: [
            ("run", "exit 0", Fault.Kind.invalid, Fault.Kind.uncertain, "did not give back the end"),
            ("run", "kill -9 $$", .unreachable, .uncertain, "a signal ended it"),
            ("run", "echo no route >&2; exit 69", .unreachable, .uncertain, "no route"),
            ("run", "echo \"not with $CLOUD_TOKEN\" >&2; exit 77", .forbidden, .forbidden, "not with <secret>"),
            ("run", "exit 5", .rejected, .rejected, "ended with 5"),
            ("status", "echo dead >&2; exit 1", .rejected, .rejected, "ended with 1, and said: dead"),
        ])
        func `an ending that says nothing of the server is taken for no answer`(
            verb: String, does: String, looking: Fault.Kind, changing: Fault.Kind, said: String
        ) async throws {
            try await with { folder, programs in
                try does.write(toFile: "\(folder)/\(verb).ending", atomically: true, encoding: .utf8)
                let looked = await #expect(throws: Fault.self) { try await host(programs).look() }
                #expect(looked?.kind == looking && looked?.what.contains(said) == true, "\(looked as Any)")
                #expect(looked.map { "\($0)".contains(Self.token) } == false)
                guard verb == "run" else { return }
                let changed = await #expect(throws: Fault.self) { try await host(programs).markAsStandby() }
                #expect(changed?.kind == changing, "\(changed as Any)")
            }
        }

        @Test func `a stop that did not stop is not believed, and a script's own failure is the script's`() async throws
        {
            try await with { folder, programs in
                for verb in ["stop", "status"] {
                    try "exit 0".write(toFile: "\(folder)/\(verb).ending", atomically: true, encoding: .utf8)
                }
                let fault = await #expect(throws: Fault.self) { try await host(programs).stop() }
                #expect(fault?.what.contains("the server still runs") == true, "\(fault as Any)")
                let failed = await #expect(throws: Fault.self) { try await host(programs).markAsStandby() }
                #expect(
                    failed?.what.contains("failed (1): there is no database cluster in") == true, "\(failed as Any)")
            }
        }
    }
}
