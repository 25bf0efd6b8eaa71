import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore
import Rehearsal
import Testing

/// Drills on real servers: whatever becomes of them, the sites are as they were, system by system, and only the journal grew.
///
/// `HANDOVER_EVERY_BOUNDARY=1` in the environment kills one before, during and after every step.
@Suite(.serialized) struct DrillTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HANDOVER_EVERY_BOUNDARY"] != nil
    private static let makers = ["clone", "promote", "release"]

    @Test func `a drill, whole or killed and removed by the next command, leaves everything as it was`() async throws {
        try await FailoverStage.with(programs: true) { failover in
            let runbook = try quickDrill(failover)
            let before = try await failover.settledWorld()
            let files = try await files(failover)
            let whole = try await failover.handover(
                "run", runbook, "--from", "dc1", "--to", "dc2", "--drill", "--yes", "--json")
            try await expectAsBefore(before, files, failover, "a whole drill: \(whole.output)\(whole.errors)")
            let run = try JSONValue(json: Array(whole.output.utf8))["run"]
            #expect(run?["state"] == "completed", "\(whole.output)\(whole.errors)")
            #expect(run?["drill"]?["recoveryMilliseconds"]?.integer ?? 0 > 0, "\(whole.output)")
            #expect(run?["drill"]?["losses"]?.elements?.first?["bytes"]?.integer != nil, "\(whole.output)")
            #expect(run?["drill"]?["latencies"]?.elements?.first?["clone"]?["p50Microseconds"]?.integer ?? 0 > 0)
            let boundaries =
                Self.isThorough
                ? Self.makers.flatMap { ["before-act \($0)", "during-act \($0)", "after-act \($0)"] } + [
                    "after-act remove"
                ]
                : ["during-act clone", "after-act release"]
            for (number, boundary) in boundaries.enumerated() {
                let killed = try await failover.handover(
                    "run", runbook, "--from", "dc1", "--to", "dc2", "--drill", "--yes", killAt: boundary)
                #expect(killed.code == -SIGKILL, "\(boundary): \(killed.output)\(killed.errors)")
                let ended = try await failover.handover(number.isMultiple(of: 2) ? "resume" : "rollback", "--json")
                #expect(ended.code == 0, "\(boundary): \(ended.output)\(ended.errors)")
                try await expectAsBefore(before, files, failover, boundary)
            }
            #expect(try JournalReader.verify(path: failover.journal).isSound)
        }
    }

    /// The shipped one, with a load of one second.
    private func quickDrill(_ failover: FailoverStage) throws -> String {
        let shipped = FailoverStage.runbook.replacing("ess-failover", with: "ess-drill")
        let path = "\(failover.folder)/quick-drill.yaml"
        let text = try String(contentsOfFile: shipped, encoding: .utf8).replacing("seconds: 10,", with: "seconds: 1,")
        try text.replacing("runbook: ess-failover", with: "runbook: \(FailoverStage.runbook)")
            .write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    private func expectAsBefore(
        _ world: WorldPicture, _ files: [String], _ failover: FailoverStage, _ place: String
    ) async throws {
        try await failover.expectWorld(world, place)
        #expect(try await self.files(failover) == files, "\(place)")
    }

    /// What lies in the rehearsal's folders, but not in the databases' own, and what is in the namespace of drills.
    private func files(_ failover: FailoverStage) async throws -> [String] {
        let postgres = URL(filePath: failover.stage.directory + "/postgres").resolvingSymlinksInPath().path
        let ending = try await ChildProgram.run(
            "find", [failover.stage.directory, postgres, "-mindepth", "1", "-maxdepth", "2", "-printf", "%P %y\n"])
        #expect(ending.code == 0, "\(ending.errors)")
        var found = ending.output.split(separator: "\n").map(String.init)
        for site in ["dc1", "dc2", "dc3"] {
            let kinds = "deployments,statefulsets,jobs,pods,services,ingresses,secrets,configmaps,networkpolicies"
            let names = try await failover.kubectl(site, "get", kinds, "-n", "ess-drill", "-o", "name")
            found += names.split(separator: "\n").map { "\(site) \($0)" }
        }
        return found.sorted()
    }
}
