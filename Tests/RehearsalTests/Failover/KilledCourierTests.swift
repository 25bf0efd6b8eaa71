import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// A process that is killed right after a hook took a message, and before it could note that: nothing is lost, and what comes
/// twice has the same key. With programs as steps, so without any other server.
@Suite struct KilledCourierTests {
    @Test(arguments: [1, 2, 3])
    func `killed after a message, it comes again with its key, and all others come in order`(number: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "handover-courier-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let receiver = try await Receiver.start(in: folder)
        defer { receiver.stop() }
        try Self.topology(receiver.port).write(toFile: folder + "/topology.yaml", atomically: true, encoding: .utf8)
        try Self.runbook(folder).write(toFile: folder + "/steps.yaml", atomically: true, encoding: .utf8)
        let journal = folder + "/journal.sqlite"
        let files = ["--journal", journal, "--topology", folder + "/topology.yaml", "--actor", "ada"]

        let killed = try await ChildProgram.run(
            try FailoverStage.killedHandover,
            ["run", folder + "/steps.yaml", "--from", "dc1", "--to", "dc2", "--yes"] + files,
            environment: ["HANDOVER_KILL_AT": "after-message \(number)"])
        #expect(killed.code == -SIGKILL, "\(killed.output)\(killed.errors)")
        let resumed = try await ChildProgram.run(try Handover.path, ["resume"] + files)
        #expect(resumed.code == 0, "\(resumed.output)\(resumed.errors)")
        #expect(!resumed.errors.contains("does not know everything"), "\(resumed.errors)")

        let keys = receiver.keys(at: "/pager")
        #expect(keys.count > number && keys[number - 1] == keys[number], "\(keys)")
        var once = keys
        once.remove(at: number)
        #expect(Set(once).count == once.count, "only that one came twice: \(keys)")
        let sequences = once.compactMap { $0.split(separator: "-").dropFirst(2).first.flatMap { Int64($0) } }
        #expect(sequences == sequences.sorted() && sequences.first == 1)
        let entries = try JournalReader(path: journal).entries(after: 0)
        let last = try #require(entries.last { $0.type == "run.released" })
        #expect(sequences.last == last.sequence)
    }

    private static func topology(_ port: Int) -> String {
        """
        name: courier
        alerts: {pager: {form: json, url: "http://127.0.0.1:\(port)/pager"}}
        sites:
          dc1: {service: {url: "http://127.0.0.1:1/"}}
          dc2: {service: {url: "http://127.0.0.1:2/"}}
        """
    }

    private static func runbook(_ folder: String) -> String {
        """
        name: steps
        title: Do three things
        phases:
          - id: all
            title: All
            steps:
              - id: one
                title: The first
                command: program.run
                site: to
                with: {observe: [test, -e, "\(folder)/one"], act: [touch, "\(folder)/one"]}
              - id: two
                title: The second
                command: program.run
                site: to
                pivot: true
                needs: [one]
                with: {observe: [test, -e, "\(folder)/two"], act: [touch, "\(folder)/two"]}
        """
    }
}
