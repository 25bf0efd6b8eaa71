import FailoverModel
import Foundation
import Testing

@Suite struct TransitionTests {
    @Test func `the printed tables are the ones people agreed on`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "transitions.txt")
        let printed = StepTransitions.printed + "\n\n" + RunTransitions.printed + "\n"
        #expect(try String(contentsOf: file, encoding: .utf8) == printed)
    }

    @Test func `from a standing a trigger leads to one standing only`() {
        let pairs = StepTransitions.table.map { "\($0.from) \($0.trigger)" }
        #expect(Set(pairs).count == pairs.count)
    }

    @Test func `every standing can be reached from pending, and every trigger is used`() {
        var reached: Set<StepStanding> = [.pending]
        while true {
            let next = reached.union(StepTransitions.table.filter { reached.contains($0.from) }.map(\.to))
            if next == reached { break }
            reached = next
        }
        #expect(reached == Set(StepStanding.allCases))
        #expect(Set(StepTransitions.table.map(\.trigger)) == Set(StepTrigger.allCases))
    }

    @Test func `what the table does not allow is refused with the sequence`() throws {
        let started = Entry(
            sequence: 1, run: "r", time: Moment(microseconds: 0), actor: "a", type: "run.started", version: 1,
            payload: [],
            hash: [])
        let plan = Plan(
            runbook: "x", title: "x", from: "dc1", to: "dc2", others: [], phases: [],
            steps: [PlannedStep(id: "s", phase: "p", title: "S", command: "c", site: "dc2")])
        var state = RunState(RunStarted(plan: plan), entry: started)
        let undone = Event.stepSucceeded(StepSucceeded(step: "s", how: .acted, facts: .null, sentence: ""))
        try state.apply(undone, entry: started)
        let error = #expect(throws: InvalidTransition.self) { try state.apply(undone, entry: started) }
        #expect(error?.description.contains("step s of run r is succeeded and cannot succeed") == true)
    }
}
