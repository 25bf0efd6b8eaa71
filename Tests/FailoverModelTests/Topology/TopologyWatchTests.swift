import FailoverModel
import Testing

@Suite("What watch may do on its own, and what is promised")
struct TopologyWatchTests {
    private func topology(_ text: String) throws(Diagnostics) -> Topology {
        let sites = ["dc1", "dc2"].enumerated().map {
            "  \($1): {postgres: {main: {host: 127.0.0.1, port: \($0 + 1), user: h, replication: {user: r}}}}"
        }
        let file = text + "name: t\nsites:\n" + sites.joined(separator: "\n") + "\n"
        return try Topology.decode(SourceText(file: "t.yaml", text: file), directory: "")
    }

    @Test func `it only tells unless it is allowed more`() throws {
        #expect(try topology("").watch == WatchPolicy(settle: .manual, splitBrain: .tell))
        #expect(
            try topology("watch: {settle: automatic, splitBrain: fence}\n").watch
                == WatchPolicy(settle: .automatic, splitBrain: .fence))
    }

    @Test(arguments: [
        ("watch: {settle: yes}\n", "\"settle\" is one of manual, automatic"),
        ("watch: {splitBrain: kill}\n", "\"splitBrain\" is one of tell, fence"),
        ("watch: {setle: automatic}\n", "Did you mean \"settle\"?"),
        ("objectives: {rto: soon}\n", "a duration"), ("objectives: {rta: 1m}\n", "Did you mean \"rto\"?"),
    ])
    func `a slip is named with what to write`(text: String, expected: String) {
        let problems = #expect(throws: Diagnostics.self) { try topology(text) }
        #expect(problems?.description.contains(expected) == true, "\(String(describing: problems))")
    }

    @Test func `the runbook's objective wins, and the topology's holds where it has none`() throws {
        let text = """
            name: x
            title: x
            objectives: {rto: 5m}
            phases: [{id: a, title: a, steps: [{id: s, command: postgres.checkpoint, site: to}]}]
            """
        let runbook = try Runbook.decode(SourceText(file: "r.yaml", text: text))
        let plan = try runbook.plan(
            topology: try topology("objectives: {rto: 15m, rpo: 30s}\n"), from: "dc1", to: "dc2")
        #expect(
            plan.objectives == Objectives(recoveryTimeMilliseconds: 300_000, recoveryPointMilliseconds: 30_000))
        let none = try runbook.plan(topology: try topology(""), from: "dc1", to: "dc2")
        #expect(none.objectives == Objectives(recoveryTimeMilliseconds: 300_000))
    }
}
