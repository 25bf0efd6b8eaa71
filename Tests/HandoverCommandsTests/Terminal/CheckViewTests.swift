import FailoverModel
import Systems
import Testing

@testable import HandoverCommands

/// What `handover check` shows on a small terminal.
struct CheckViewTests {
    private func result(_ id: String, _ site: String, _ verdict: CheckVerdict, _ seen: String = "") -> CheckResult {
        CheckResult(id: id, site: site, verdict: verdict, seen: seen, why: "it matters", fix: "mend \(id)")
    }

    private let sites = ["dc1", "dc2", "dc3"]
    private var report: CheckReport {
        CheckReport(results: [
            result("postgres.reachable", "dc1", .ok, "it answers"), result("postgres.reachable", "dc2", .ok),
            result("postgres.privileges", "dc1", .failing, "dc1 lacks a right"),
            result("postgres.privileges", "dc2", .failing, "dc2 lacks a right"),
            result("nodes.zones", "dc2", .warning, "all 3 nodes are in the zone whose name is a very long one indeed"),
            result("nodes.ready", "dc2", .ok), result("media.readable", "dc1", .unknown, "no answer"),
        ])
    }

    @Test func `what is in order is a line a group, and each problem is there with what to do, the worst last`() {
        let text = CheckView.render(
            report, sites: sites, style: TerminalFixture.style(isTerminal: false))
        #expect(
            text == """
                CHECKS    dc1              dc2
                postgres  failing, 1/2 ok  failing, 1/2 ok
                nodes     -                warning, 1/2 ok
                media     unknown, 0/1 ok  -

                warning nodes.zones at dc2
                  seen  all 3 nodes are in the zone whose name is a very long one indeed
                  why   it matters
                  do    mend nodes.zones

                unknown media.readable at dc1
                  seen  no answer
                  why   it matters
                  do    mend media.readable

                failing postgres.privileges at dc1, dc2
                  seen  dc1 lacks a right
                  seen  dc2 lacks a right
                  why   it matters
                  do    mend postgres.privileges

                A failover would not find all it needs: 3 ok, 1 warning, 2 failing, 1 unknown
                """)
    }

    @Test(arguments: [60, 80, 120]) func `no line is wider than the terminal`(columns: Int) {
        for showsAll in [false, true] {
            let style = TerminalFixture.style(columns: columns, isTerminal: false)
            let lines = CheckView.render(report, sites: sites, style: style, showsAll: showsAll)
                .split(separator: "\n")
            #expect(lines.dropLast().allSatisfy { $0.count <= columns }, "\(lines)")
            #expect(showsAll == lines.contains { $0.contains("it answers") })
        }
    }
}
