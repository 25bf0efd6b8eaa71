import ArgumentParser
import FailoverModel
import Systems
import Testing

@testable import HandoverCommands

@Suite struct JournalChecksTests {
    @Test func `a run whose process died is told until somebody goes on with it`() async throws {
        try await Bench.with { bench in
            func results() throws -> [CheckResult] {
                let options = try CommonOptions.parse(["--journal", bench.journal])
                let checks = JournalChecks(
                    Invocation(options, wiring: Wiring()), topology: Topology(name: "t", sites: []))
                return checks.results(for: CheckReport())
            }
            #expect(await bench.run().code == 4)
            #expect(try results().isEmpty)
            let dead = Executor(
                identity: "e", host: LocalExecutors.hostName(), boot: "an earlier start", pid: 1, processStart: 1)
            try await bench.append("small-1", [.runClaimed(RunClaimed(executor: dead))])
            let found = try results()
            #expect(found.map { "\($0.id) \($0.site) \($0.verdict)" } == ["run.executor dc2 failing"])
            #expect(found.first?.seen.hasPrefix("small-1: nobody carries it out any more (") == true)
            #expect(found.first?.fix == "Go on with it: handover resume small-1 --journal \(bench.journal)")
            #expect(await bench.call("resume").code == 4)
            #expect(try results().isEmpty)
        }
    }
}
