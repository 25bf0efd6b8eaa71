import FailoverModel
import Foundation
import Glibc
import Testing

@testable import Rehearsal

@Suite struct RehearsalParts {
    @Test("A process whose number was recycled is not taken for the one that was recorded")
    func recycledNumber() async throws {
        let sleeper = try Launch(
            executable: "sleep", arguments: ["60"], environment: ["PATH": "/usr/bin:/bin"], output: .file("/dev/null")
        ).start()
        var stranger = sleeper
        stranger.startTicks -= 1
        var ofEarlierBoot = sleeper
        ofEarlierBoot.boot = "another"
        await Termination.killTrees([stranger, ofEarlierBoot])
        #expect(!stranger.isAlive)
        #expect(sleeper.isAlive)
        await Termination.killTrees([sleeper])
        #expect(!sleeper.isAlive)
    }

    @Test("Killing a process kills what it started, also in sessions of their own")
    func killTree() async throws {
        let parent = try Launch(
            executable: "sh", arguments: ["-c", "setsid sleep 61 & setsid sh -c 'sleep 62; true' & wait"],
            environment: ["PATH": "/usr/bin:/bin"], output: .file("/dev/null")
        ).start()
        try await eventually("all have started") { ProcessRow.descendants(of: parent.pid).count == 3 }
        let family = ProcessRow.descendants(of: parent.pid)
        await Termination.killTrees([parent])
        #expect(!(family + [parent]).contains { $0.isAlive })
    }

    @Test("A program that fails is reported with its last words")
    func failingProgram() async throws {
        let log = "\(NSTemporaryDirectory())/rehearsal-\(UInt32.random(in: .min ... .max)).log"
        defer { unlink(log) }
        let launch = Launch(
            executable: "sh", arguments: ["-c", "echo first; echo no such thing >&2; exit 3"],
            environment: ["PATH": "/usr/bin:/bin"], output: .file(log))
        let fault = await #expect(throws: Fault.self) {
            try await launch.succeed(within: .seconds(5), next: "See it")
        }
        #expect(fault?.what.contains("exit code 3") == true)
        #expect(fault?.what.contains("no such thing") == true)
    }

    @Test("Lost rows are acknowledged ones that are absent; rows nobody was told of are neither lost nor needed")
    func report() {
        let log = "1 100 dc1\n2 200 dc1\n4 400 dc2\n5 50"
        let acknowledgements = WriterReport.acknowledgements(in: log)
        #expect(acknowledgements.map(\.number) == [1, 2, 4])
        let report = WriterReport(acknowledgements: acknowledgements, present: [1, 3, 4, 4], primary: "dc2")
        #expect(report.acknowledged == 3)
        #expect(report.present == 3)
        #expect(report.lost == [2])
        #expect(report.duplicated == [4])
        #expect(report.lastAcknowledgedAt == Moment(microseconds: 400))
    }

    @Test("A block of ports passes over one that is taken")
    func freePorts() throws {
        let first = try FreePorts.block(of: 6, from: 23_456)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        #expect(FreePorts.withLoopback(first + 3) { bind(descriptor, $0, $1) == 0 && listen(descriptor, 1) == 0 })
        #expect(try FreePorts.block(of: 6, from: first) >= first + 4)
    }

    @Test("Down where nothing was ever up does nothing, and other commands say what to do")
    func nothingThere() async throws {
        let stage = RehearsalStage(directory: "/nonexistent/rehearsal")
        try await stage.down()
        let fault = await #expect(throws: Fault.self) { try await stage.breakSite("dc1") }
        #expect(fault?.next.isEmpty == false)
    }

    @Test(
        "Names that could not be slots, paths or YAML keys are refused",
        arguments: [["dc1"], ["a", "a"], ["A", "b"], ["dc1", "../dc2"], ["dc1", "1"]])
    func badNames(_ names: [String]) async throws {
        let stage = RehearsalStage(directory: "/nonexistent/rehearsal")
        let fault = await #expect(throws: Fault.self) { try await stage.up(RehearsalPlan(siteNames: names)) }
        #expect(fault?.kind == .invalid)
    }

    @Test("Down leaves files alone that up did not make")
    func foreignFiles() async throws {
        let directory = "\(NSTemporaryDirectory())/rehearsal-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try SmallFile.write("mine", to: "\(directory)/journal.sqlite")
        try await RehearsalStage(directory: directory).down()
        #expect(SmallFile.text(at: "\(directory)/journal.sqlite") == "mine")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["journal.sqlite"])
    }
}
