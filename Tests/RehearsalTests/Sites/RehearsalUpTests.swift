import FailoverModel
import Foundation
import Glibc
import Systems
import Testing

@testable import Rehearsal

/// Everything that needs real servers is below this, one at a time: each is three PostgreSQL servers.
@Suite(.serialized) enum RehearsalSites {}

extension RehearsalSites {
    @Suite struct Up {
        @Test(
            "Up serves at the first site only, and down leaves no process, no port and no file",
            arguments: [false, true])
        func upAndDown(inClosedDirectory: Bool) async throws {
            try await withStage(inClosedDirectory: inClosedDirectory) { stage in
                let start = ContinuousClock.now
                let description = try await stage.up(RehearsalPlan(executable: Handover.path))
                #expect(start.duration(to: .now) < .seconds(90))
                #expect(FileManager.default.fileExists(atPath: description.topologyPath))
                let status = try await stage.status()
                #expect(status.isComplete)
                #expect(status.sites.map(\.role) == ["primary", "standby", "standby"])
                #expect(status.sites.map(\.service) == [200, 503, 503])
                #expect(status.sites.map(\.streaming) == [2, 0, 0])
                let record = try stage.files.requireRecord()
                #expect(record.processes.count == 9)
                try expectLoopbackOnly(record)
                try expectSecretsAreClosed(stage)

                let stop = ContinuousClock.now
                try await stage.down()
                #expect(stop.duration(to: .now) < .seconds(30))
                #expect(!record.processes.contains { $0.isAlive })
                #expect(marked(stage).isEmpty)
                #expect(record.sites.flatMap(ports).allSatisfy { FreePorts.isFree($0) })
                #expect(!FileManager.default.fileExists(atPath: stage.directory))
                #expect(!FileManager.default.fileExists(atPath: stage.files.outsideDataRoot))
            }
        }

        @Test("A second up refuses, and what runs goes on")
        func upTwice() async throws {
            try await withRehearsal { stage in
                let before = try stage.files.requireRecord().processes
                await #expect(throws: Fault.self) { try await stage.up() }
                let after = try stage.files.requireRecord().processes
                #expect(after == before)
                #expect(before.allSatisfy { $0.isAlive })
            }
        }

        @Test("What an up that was killed has started is found and ended by down", arguments: [80, 600, 1300])
        func killedUp(afterMilliseconds delay: Int) async throws {
            try await withStage { stage in
                let up = try Handover.launch(["rehearsal", "up", "--directory", stage.directory]).start()
                try await Task.sleep(for: .milliseconds(delay))
                await Termination.kill([up])
                try await stage.down()
                #expect(marked(stage).isEmpty)
                #expect(!FileManager.default.fileExists(atPath: stage.directory))
                _ = try await stage.up(RehearsalPlan(executable: Handover.path))
                #expect(try await stage.look(at: "dc1").service == 200)
            }
        }

        @Test("An interrupted up takes down what it has built")
        func interruptedUp() async throws {
            try await withStage { stage in
                let up = try Handover.launch(["rehearsal", "up", "--directory", stage.directory]).start()
                try await eventually("a server runs") {
                    try stage.files.readRecord()?.sites.first?.postgres != nil
                }
                kill(up.pid, SIGINT)
                try await eventually("up has ended") {
                    waitpid(up.pid, nil, WNOHANG)
                    return !up.isAlive
                }
                #expect(marked(stage).isEmpty)
                #expect(!FileManager.default.fileExists(atPath: stage.files.record))
            }
        }

        @Test("No password is in any process's arguments or environment while a rehearsal is built")
        func noPasswordInSight() async throws {
            try await withStage { stage in
                let up = try Handover.launch(["rehearsal", "up", "--directory", stage.directory]).start()
                var looks = 0
                while up.isAlive {
                    let secrets = PostgresRoles.names.compactMap { try? stage.files.readSecret($0) }
                    for row in ProcessRow.all {
                        let texts = ["cmdline", "environ"].compactMap {
                            SmallFile.text(at: "/proc/\(row.pid)/\($0)")
                        }
                        for text in texts { #expect(!secrets.contains { text.contains($0) }) }
                    }
                    if secrets.count == PostgresRoles.names.count { looks += 1 }
                    waitpid(up.pid, nil, WNOHANG)
                }
                #expect(looks > 10)
                let status = try await stage.status()
                #expect(status.isComplete)
            }
        }

        private func marked(_ stage: RehearsalStage) -> [ProcessIdentity] {
            ProcessRow.carrying("\(stage.files.marker.name)=\(stage.files.marker.value)")
        }

        private func ports(_ site: RehearsalRecord.Site) -> [Int] {
            site.ports.routes.flatMap { [$0.from, $0.to] }
        }

        /// No socket of these ports listens on anything but 127.0.0.1 (proc(5), `net/tcp`; state 0A is LISTEN).
        private func expectLoopbackOnly(_ record: RehearsalRecord) throws {
            let all = Set(record.sites.flatMap(ports))
            var listening: [Substring] = []
            for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
                for line in (SmallFile.text(at: path) ?? "").split(separator: "\n") {
                    let fields = line.split(separator: " ")
                    guard fields.count > 3, fields[3] == "0A" else { continue }
                    let address = fields[1].split(separator: ":")
                    if let port = Int(address[1], radix: 16), all.contains(port) { listening.append(address[0]) }
                }
            }
            #expect(listening.count == all.count)
            #expect(listening.allSatisfy { $0 == "0100007F" })
        }

        private func expectSecretsAreClosed(_ stage: RehearsalStage) throws {
            let kinds = [stage.files.secrets: PostgresRoles.names, stage.files.kubeconfigs: ["dc1.yaml"]]
            for (directory, names) in kinds {
                for path in [directory] + names.map({ "\(directory)/\($0)" }) {
                    let facts = try FileManager.default.attributesOfItem(atPath: path)
                    let mode = try #require(facts[.posixPermissions] as? Int)
                    #expect(mode & 0o077 == 0, "\(path)")
                }
            }
        }
    }
}
