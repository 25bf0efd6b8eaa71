import FailoverModel
import Testing

@testable import TimelineReports

@Suite struct CriticalPathTests {
    /// Steps by id with what they need, and when (in seconds) they were intended and done.
    private func timeline(
        _ steps: [(id: String, needs: [String], began: Int64, done: Int64)], waits: [String: Int64] = [:]
    ) throws -> RunTimeline {
        let plan = Plan(
            runbook: "r", title: "t", from: "a", to: "b", others: [], phases: [PlanPhase(id: "p", title: "P")],
            steps: steps.map {
                PlannedStep(id: $0.id, phase: "p", title: $0.id, command: "fake", site: "a", needs: $0.needs)
            })
        var timed: [(Int64, Event)] = [
            (0, .runStarted(RunStarted(plan: plan))),
            (
                0,
                .runClaimed(
                    RunClaimed(executor: Executor(identity: "e", host: "h", boot: "b", pid: 1, processStart: 1)))
            ),
        ]
        for step in steps {
            if let asked = waits[step.id] {
                timed.append((asked, .approvalRequested(ApprovalRequested(step: step.id, question: "?"))))
                timed.append((step.began, .stepApproved(StepApproved(step: step.id))))
            }
            timed.append(
                (
                    step.began,
                    .stepIntended(StepIntended(step: step.id, attempt: 1, facts: .object([:]), sentence: ""))
                ))
            timed.append(
                (
                    step.done,
                    .stepSucceeded(StepSucceeded(step: step.id, how: .acted, facts: .object([:]), sentence: ""))
                ))
        }
        let ordered = timed.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
        let entries = ordered.enumerated().map { index, timed in
            let new = timed.element.1.entry(
                run: "r", time: Moment(microseconds: timed.element.0 * 1_000_000), actor: "ada")
            return Entry(
                sequence: Int64(index + 1), run: "r", time: new.time, actor: "ada", type: new.type,
                version: new.version,
                payload: new.payload, hash: [])
        }
        return try RunTimeline(entries: entries)
    }

    @Test func `the chain goes through the needs that were done last, and side branches gain nothing`() throws {
        let path = try #require(
            try timeline([
                ("short", [], 0, 2), ("long", [], 0, 10), ("after", ["short", "long"], 10, 14),
                ("aside", [], 0, 5),
            ]).criticalPath)
        #expect(path.links.map(\.step) == ["long", "after"])
        #expect(path.links.map(\.milliseconds) == [10_000, 4000])
        #expect(path.milliseconds == 14_000)
        // Without `long`, `short` still takes 2 s: 8 of its 10 seconds would be gained.
        #expect(path.links.map(\.gainMilliseconds) == [8000, 4000])
    }

    @Test func `the parts of a link are what it is made of`() throws {
        let path = try #require(
            try timeline([("ask", [], 30, 34), ("then", ["ask"], 35, 36)], waits: ["ask": 1]).criticalPath)
        #expect(path.links.map(\.waitingMilliseconds) == [29_000, 0])
        #expect(path.links.map(\.workingMilliseconds) == [4000, 1000])
        // A second of looking before the question, and before the second step's intent.
        #expect(path.links.map(\.lookingMilliseconds) == [1000, 1000])
        #expect(path.links.reduce(0) { $0 + $1.milliseconds } == path.milliseconds)
    }

    @Test func `the links of an incident fill the time up to the service without a hole`() throws {
        let timeline = try RunTimeline(entries: Incident.all)
        let path = try #require(timeline.criticalPath)
        #expect(timeline.recovery == .after(milliseconds: path.milliseconds, step: path.links.last?.step ?? ""))
        for link in path.links {
            #expect(link.lookingMilliseconds >= 0)
            #expect(link.gainMilliseconds ?? 0 <= link.milliseconds)
        }
    }

    @Test func `spans are joined, cut and taken from each other`() {
        let spans = Spans([0..<10, 5..<20, 30..<40, 40..<45, 50..<50])
        #expect(spans.ranges == [0..<20, 30..<45])
        #expect(spans.subtracting(Spans([2..<4, 15..<35])).ranges == [0..<2, 4..<15, 35..<45])
        #expect(spans.within(10..<32).ranges == [10..<20, 30..<32])
    }

    @Test func `an axis is broken where nothing was carried out, and goes on after it`() {
        let scale = TimeScale(from: 0, to: 1_000_000_000, quiet: Spans([100_000_000..<900_000_000]))
        #expect(scale.breaks == [.init(from: 100_000_000, to: 900_000_000)])
        #expect(scale.position(0) == 0)
        #expect(abs(scale.position(100_000_000) - 48) < 0.01)
        #expect(abs(scale.position(900_000_000) - 52) < 0.01)
        #expect(abs(scale.position(1_000_000_000) - 100) < 0.01)
        #expect(scale.ticks.allSatisfy { $0 <= 100_000_000 || $0 >= 900_000_000 })
        #expect(TimeScale(from: 0, to: 0).ticks == [0])
    }
}
