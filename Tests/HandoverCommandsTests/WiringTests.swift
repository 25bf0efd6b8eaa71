import ArgumentParser
import FailoverModel
import Foundation
import RunEngine
import Systems
import Testing

@testable import HandoverCommands

@Suite("What the program is put together from")
struct WiringTests {
    @Test func `What is relative to a file is found from any directory`() {
        #expect(InputFile.directory(of: "/etc/handover/topology.yaml") == "/etc/handover")
        #expect(InputFile.directory(of: "/topology.yaml") == "/")
        let relative = InputFile.directory(of: "runbooks/topology.yaml")
        #expect(relative.hasPrefix("/") && relative.hasSuffix("/runbooks"))
    }

    @Test func `This process is alive, and another start or boot of it is not`() throws {
        let me = try LocalExecutors.current()
        let executors = LocalExecutors()
        #expect(executors.liveness(of: me) == .alive)
        var other = me
        other.processStart += 1
        #expect(executors.liveness(of: other) == .gone("process \(me.pid) is gone"))
        other = me
        other.boot = "another"
        #expect(executors.liveness(of: other) == .gone("this machine has been restarted since"))
        other = me
        other.host = "elsewhere"
        guard case .unknown = executors.liveness(of: other) else {
            Issue.record("another host's process cannot be seen from here")
            return
        }
        #expect(me.identity.count == 32)
        let again = try LocalExecutors.current()
        #expect(me.identity != again.identity)
    }

    @Test(arguments: ["7 (sh) S", "7 (a) b) (c) S", "7 (sh) Z", ""])
    func `The start of a process is read after the last bracket, and a zombie has ended`(head: String) throws {
        let text = head + String(repeating: " 0", count: 18) + " 4242 0"
        let start: Int64? = head.hasSuffix("S") ? 4242 : nil
        let proc = NSTemporaryDirectory() + "proc-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: "\(proc)/7", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: proc) }
        try text.write(toFile: "\(proc)/7/stat", atomically: false, encoding: .utf8)
        #expect(LocalExecutors.processStart(7, proc) == start)
    }

    @Test func `A secret file loses its line feed, and is remarked upon where everybody can read it`() throws {
        let path = NSTemporaryDirectory() + "secret-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "s3cr3t \n".write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let remarks = Texts()
        let secrets = LocalSecrets(environment: { $0 == "PW" ? "value" : nil }, warn: { remarks.append($0) })
        #expect(try secrets.value(of: .file(path)).reveal() == "s3cr3t ")
        _ = try secrets.value(of: .file(path))
        #expect(remarks.all.count == 1)
        #expect(remarks.all.first?.contains("s3cr3t") == false)
        #expect(try secrets.value(of: .environment("PW")).reveal() == "value")
        #expect(throws: Fault.self) { try secrets.value(of: .environment("NO")) }
        #expect(throws: Fault.self) { try secrets.value(of: .file("/no/such")) }
    }

    @Test func `The actor is who is named, then HANDOVER_ACTOR, then SUDO_USER`() throws {
        func actor(_ given: [String], _ environment: [String: String]) throws -> String {
            let options = try CommonOptions.parse(given)
            return try Invocation(options, wiring: Wiring(environment: { environment[$0] })).actor
        }
        let all = ["HANDOVER_ACTOR": "ben", "SUDO_USER": "cleo"]
        #expect(try actor(["--actor", "anna"], all) == "anna")
        #expect(try actor([], all) == "ben")
        #expect(try actor([], ["SUDO_USER": "cleo"]) == "cleo")
        #expect(try !actor([], [:]).isEmpty)
    }

    @Test func `A line to type has the files that were given, quoted where needed`() throws {
        let options = try CommonOptions.parse(["--journal", "my journal.sqlite"])
        let invocation = Invocation(options, wiring: Wiring(environment: { _ in nil }))
        #expect(invocation.line("resume", "x-1") == "handover resume x-1 --journal 'my journal.sqlite'")
        #expect(invocation.topologyPath == "runbooks/topology.yaml")
    }

    @Test(arguments: RunStanding.allCases)
    func `Every end of a run has its exit code`(standing: RunStanding) {
        let expected: [RunStanding: Int32] = [
            .completed: 0, .rolledBack: 0, .waiting: 4, .failed: 1, .refused: 3, .interrupted: 130, .started: 1,
            .running: 1, .abandoned: 0,
        ]
        #expect(ExitStatus(standing).rawValue == expected[standing])
    }

    @Test func `JSON is indented with sorted keys`() {
        let text = JSONText.indented(["b": [1, "x\"y"], "a": .object([:]), "c": .array([])])
        #expect(text == "{\n  \"a\": {},\n  \"b\": [\n    1,\n    \"x\\\"y\"\n  ],\n  \"c\": []\n}\n")
    }
}
