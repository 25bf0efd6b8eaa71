import ArgumentParser
import FailoverModel
import HandoverTestSupport
import RunEngine
import Systems
import Testing

@testable import HandoverCommands

@Suite("The age of the last good drill")
struct DrillAgeTests {
    private static let day: Int64 = 86_400_000

    /// The check's results, with a good drill into dc2 so many days ago and one that was not good today; `nil`: none ever.
    private func results(daysAgo: Int64?, oldest: Int64? = 90 * day) async throws -> [CheckResult] {
        var results: [CheckResult] = []
        try await Bench.with { bench in
            var topology = try Topology.decode(SourceText(file: "t", text: Bench.topologyText), directory: "/")
            topology.checks.oldestDrillMilliseconds = oldest
            let clock = StoppedClock()
            let invocation = Invocation(
                try CommonOptions.parse(["--journal", bench.journal]), wiring: Wiring(clock: clock))
            _ = try await JournalFile(invocation).openForWriting()
            if let daysAgo {
                let plan = Plan(runbook: "ess-drill", title: "", from: "dc1", to: "dc2", others: [], phases: [], steps: [])
                try await bench.append("d-1", [.runStarted(RunStarted(kind: .drill, plan: plan))], at: clock.now())
                let good = RunReleased(reason: .completed, executor: "e", summary: "", isGoodDrill: true)
                try await bench.append(
                    "d-1", [.runReleased(good)], at: clock.now().advanced(byMilliseconds: -daysAgo * Self.day))
                try await bench.append("d-2", [.runStarted(RunStarted(kind: .drill, plan: plan))], at: clock.now())
                let poor = RunReleased(reason: .rolledBack, executor: "e", summary: "", isGoodDrill: false)
                try await bench.append("d-2", [.runReleased(poor)], at: clock.now())
            }
            let seen = ["dc1": false, "dc2": true, "dc3": true].sorted { $0.key < $1.key }.map { site, isStandby in
                var server = EventSamples.postgres
                server.isInRecovery = isStandby
                server.synchronousStandbyNames = ""
                return SiteObservation(site: site, cluster: "main", seen: .postgres(server))
            }
            results = JournalChecks(invocation, topology: topology).results(for: CheckReport(observations: seen))
        }
        return results.filter { $0.id == "drill.age" }
    }

    @Test func `one that is young enough is in order, and nobody asks it of the site that serves`() async throws {
        let results = try await results(daysAgo: 89)
        #expect(results.map(\.site) == ["dc2", "dc3"])
        #expect(results.first?.verdict == .ok && results.first?.seen.contains("d-1") == true)
    }

    @Test func `an old one, or none, is a warning that says what to type`() async throws {
        let old = try #require(try await results(daysAgo: 91).first)
        #expect(old.verdict == .warning && old.seen.contains("may be 90d old"))
        #expect(old.fix.contains("handover run ess-drill --from dc1 --to dc2 --drill"))
        let none = try #require(try await results(daysAgo: nil).first)
        #expect(none.verdict == .warning && none.seen == "there was no drill into dc2 yet")
        #expect(try await results(daysAgo: nil, oldest: nil).isEmpty)
    }
}

private struct StoppedClock: EngineClock {
    func now() -> Moment { Moment(microseconds: 1_795_000_000_000_000) }
    func monotonicMilliseconds() -> Int64 { 0 }
    func sleep(milliseconds: Int64) async {}
}
