import FailoverModel
import HandoverTestSupport
import Testing

@Suite struct DrillProjectionTests {
    private func folded(_ events: [(String, Event)]) throws -> JournalProjections {
        var projections = JournalProjections()
        for (index, (run, event)) in events.enumerated() {
            let time = Moment(microseconds: Int64(index) * 1_000_000)
            let entry = Entry(event.entry(run: run, time: time, actor: "ada"), sequence: Int64(index) + 1)
            try entry.withBytes { try projections.apply($0) }
        }
        return projections
    }

    private func drill(_ run: String, good: Bool?, reason: RunReleased.Reason = .completed) -> [(String, Event)] {
        let steps = [
            PlannedStep(id: "promote", phase: "p", title: "", command: "drill.promote", site: "dc2", cluster: "main")
        ]
        let plan = Plan(runbook: "ess-drill", title: "", from: "dc1", to: "dc2", others: [], phases: [], steps: steps)
        return [
            (run, .runStarted(RunStarted(kind: .drill, plan: plan))),
            (
                run,
                .stepSucceeded(
                    StepSucceeded(
                        step: "promote", how: .acted, facts: ["cluster": "main", "site": "dc2", "newTimeline": 7],
                        sentence: ""))
            ),
            (run, .runReleased(RunReleased(reason: reason, executor: "e", summary: "", isGoodDrill: good))),
        ]
    }

    @Test func `the last good drill is remembered beside later ones that were not`() throws {
        let projections = try folded(
            drill("d-1", good: true) + drill("d-2", good: false) + drill("d-3", good: false, reason: .rolledBack)
                + drill("d-4", good: nil, reason: .failed))
        let status = try #require(projections.drills.statuses["dc2"])
        #expect(status.last.run == "d-3" && !status.last.isGood, "one that is not over does not count yet")
        #expect(status.lastGood?.run == "d-1" && status.lastGood?.endedAt == Moment(microseconds: 2_000_000))
        #expect(projections.drills.statuses["dc1"] == nil)
        let again = try JournalProjections(records: projections.records)
        #expect(again.drills.statuses == projections.drills.statuses && again.records == projections.records)
    }

    @Test func `a drill's promotion makes no site the one that serves`() throws {
        let projections = try folded(drill("d-1", good: true))
        #expect(projections.serving.promotions.isEmpty && projections.runs.summaries["d-1"]?.isPastPivot == false)
        #expect(projections.siteViews().isEmpty)
    }

    @Test func `what a drill that was given up has left is owed, and said to be a drill's`() throws {
        let debt = Debt(run: "d-1", step: "remove")
        let left = Event.debtReopened(DebtReopened(site: "dc2", debt: debt, title: "Remove it", reason: "given up"))
        let begun = Array(drill("d-1", good: nil).prefix(2))
        let given = begun + [("d-1", left), ("d-1", .runAbandoned(RunAbandoned(isPastPivot: false, reason: "fire")))]
        let projections = try folded(given)
        #expect(projections.owed.owed(to: "dc2").map(\.isOfDrill) == [true])
        #expect(projections.drills.statuses["dc2"]?.last.isGood == false)
        #expect(try JournalProjections(records: projections.records).owed.owed(to: "dc2").first?.isOfDrill == true)
        #expect(
            try folded(given + [("s-9", .debtSettled(DebtSettled(site: "dc2", debt: debt)))]).owed.debts.isEmpty)
    }
}
