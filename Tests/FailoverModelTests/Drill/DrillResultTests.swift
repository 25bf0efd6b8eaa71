import Testing

@testable import FailoverModel

@Suite("What a drill showed")
struct DrillResultTests {
    private static let start = Moment(microseconds: 1_795_000_000_000_000)

    /// A drill told event by event, with the milliseconds since its start.
    private struct Story {
        var state: RunState
        private var sequence: Int64 = 1

        init(objectives: Objectives = Objectives(recoveryTimeMilliseconds: 60_000, recoveryPointMilliseconds: 1000)) {
            let commands = ["check", "clone", "promote", "release", "service", "load", "remove"]
            let steps = commands.map {
                PlannedStep(
                    id: $0, phase: "p", title: $0, command: "drill.\($0)", site: "dc2",
                    cluster: $0 == "clone" || $0 == "promote" || $0 == "load" ? "main" : nil)
            }
            let plan = Plan(
                runbook: "ess-drill", title: "x", from: "dc1", to: "dc2", others: [], objectives: objectives,
                phases: [],
                steps: steps)
            let started = RunStarted(kind: .drill, plan: plan)
            state = RunState(
                started,
                entry: Entry(
                    Event.runStarted(started).entry(run: "d-1", time: DrillResultTests.start, actor: "ada"), sequence: 1
                ))
        }

        mutating func tell(_ event: Event, at milliseconds: Int64) throws {
            sequence += 1
            let time = DrillResultTests.start.advanced(byMilliseconds: milliseconds)
            try state.apply(event, entry: Entry(event.entry(run: "d-1", time: time, actor: "ada"), sequence: sequence))
        }

        mutating func claim(at milliseconds: Int64) throws {
            let executor = Executor(identity: "e\(milliseconds)", host: "h", boot: "b", pid: 1, processStart: 1)
            try tell(.runClaimed(RunClaimed(executor: executor)), at: milliseconds)
        }

        mutating func take(_ step: String, from: Int64, to: Int64, facts: JSONValue = [:]) throws {
            try tell(.stepIntended(StepIntended(step: step, attempt: 1, facts: [:], sentence: "")), at: from)
            try tell(.stepSucceeded(StepSucceeded(step: step, how: .acted, facts: facts, sentence: "")), at: to)
        }

        /// As the engine ends it.
        mutating func end(at milliseconds: Int64) throws {
            let ending = try #require(
                state.nextMoves(now: DrillResultTests.start.advanced(byMilliseconds: milliseconds), underWay: []).ending
            )
            try tell(
                .runReleased(
                    RunReleased(
                        reason: ending.reason, executor: "e", summary: ending.summary, isGoodDrill: ending.isGoodDrill)),
                at: milliseconds)
        }
    }

    private func whole(
        check: JSONValue = [:], promote: JSONValue = [:], release: JSONValue = [:], service: JSONValue = [:],
        load: JSONValue = [:]
    ) throws -> Story {
        var story = Story()
        try story.claim(at: 0)
        try story.take("check", from: 100, to: 5000, facts: check)
        try story.take("clone", from: 5000, to: 105_000)
        try story.take("promote", from: 105_000, to: 108_000, facts: promote)
        try story.take("release", from: 108_500, to: 128_500, facts: release)
        try story.take("service", from: 128_600, to: 129_600, facts: service)
        try story.take("load", from: 129_600, to: 139_600, facts: load)
        try story.take("remove", from: 139_600, to: 140_000)
        try story.end(at: 140_100)
        return story
    }

    @Test("The recovery is the promotion, the start and the check, and neither the copying nor the load")
    func recovery() throws {
        let result = try #require(try whole().state.drillResult)
        #expect(result.parts.map(\.milliseconds) == [3000, 20_000, 1000] && result.recoveryMilliseconds == 24_000)
        #expect(result.isGood == true && result.problems.isEmpty)
        #expect(
            result.notMeasured.contains { $0.contains("TTL") }
                && result.notMeasured.contains { $0.contains("dc1 is down") })
        let told = try #require(try whole(promote: ["promoteMilliseconds": 700]).state.drillResult)
        #expect(told.parts.first?.milliseconds == 700, "what the copy's server needs to start is nobody's recovery")
    }

    @Test("What the topology has no place for is said not to be measured, and holds up no verdict")
    func leftOut() throws {
        let left: JSONValue = ["isLeftOut": true]
        let result = try #require(try whole(release: left, service: left).state.drillResult)
        #expect(result.parts.map(\.name) == ["promotion"] && result.recoveryMilliseconds == 3000)
        #expect(
            result.notMeasured.contains("start of the release") && result.notMeasured.contains("check of the service"))
        let few = try #require(try whole(release: ["replicas": 6, "replicasServing": 11]).state.drillResult)
        #expect(few.notMeasured.contains("starting more than 6 of 11 replicas"))
    }

    @Test("Against what is promised, and unknown where it is not known")
    func objectives() throws {
        let loss = LossEstimate(bytes: 4096, milliseconds: 1500)
        let measured = try #require(try whole(promote: ["loss": loss.json]).state.measuredObjectives(now: Self.start))
        #expect(measured.recovery == .met && measured.loss == .missed && measured.isOfDrill)
        #expect(measured.lossMilliseconds == 1500 && measured.verdict == .missed)
        let unknown = try #require(try whole().state.measuredObjectives(now: Self.start))
        #expect(unknown.loss == .unknown && unknown.lossMilliseconds == nil)
        let small = LossEstimate(bytes: 10, milliseconds: 1000)
        let met = try whole(promote: ["loss": small.json]).state.measuredObjectives(now: Self.start)
        #expect(met?.verdict == .met)
        var late = Story(objectives: Objectives(recoveryTimeMilliseconds: 2999))
        try late.claim(at: 0)
        try late.take("promote", from: 0, to: 3000)
        #expect(late.state.measuredObjectives(now: Self.start)?.recovery == .unknown, "the release is still to come")
    }

    @Test("One failing check makes it not good, though it goes through")
    func problems() throws {
        let story = try whole(
            check: ["problems": ["replication.lag at dc2: 3 GiB"]], service: ["problems": ["a", "b"]])
        #expect(story.state.isGoodDrill == false && story.state.standing == .completed)
        #expect(story.state.drillResult?.problems == ["replication.lag at dc2: 3 GiB", "a", "b"])
        #expect(
            story.state.summary
                == "the drill was not good (replication.lag at dc2: 3 GiB, and 2 more), and what it had made is removed"
        )
    }

    @Test("One that was turned back is not good, and what it measured before stays")
    func turnedBack() throws {
        var story = Story()
        try story.claim(at: 0)
        try story.take("promote", from: 0, to: 700, facts: ["loss": LossEstimate(bytes: 1, milliseconds: 2).json])
        try story.tell(.rollbackStarted(RollbackStarted(reason: "release: no image")), at: 800)
        try story.tell(
            .stepSucceeded(StepSucceeded(step: "promote", direction: .back, how: .acted, facts: [:], sentence: "")),
            at: 900)
        try story.end(at: 1000)
        let result = try #require(story.state.drillResult)
        #expect(
            story.state.standing == .rolledBack && result.isGood == false && result.problems == ["release: no image"])
        #expect(result.parts.map(\.milliseconds) == [700] && result.recoveryMilliseconds == nil)
        #expect(result.losses.first?.estimate?.milliseconds == 2)
    }

    @Test("A drill that only got to the copy tells of no loss, and measures nothing against what is promised")
    func copiedOnly() throws {
        var story = Story()
        try story.claim(at: 0)
        try story.take("clone", from: 0, to: 700)
        #expect(story.state.drillResult?.losses == [] && story.state.measuredObjectives(now: Self.start) == nil)
    }

    @Test("Latencies of both sides, or why one is not known")
    func latencies() throws {
        let both: JSONValue = [
            "clone": ["p50Microseconds": 812, "p95Microseconds": 2105, "statements": 200],
            "primary": ["p50Microseconds": 700, "p95Microseconds": 1900, "statements": 200],
        ]
        let sentence = try whole(load: both).state.drillResult?.latencies.first?.sentence
        #expect(sentence == "the clone 0.81 ms in the middle and 2.10 ms at 95 %, the primary 0.70 ms and 1.90 ms")
        let one: JSONValue = ["clone": ["p50Microseconds": 1, "p95Microseconds": 2], "primaryUnknown": "no route"]
        #expect(
            try whole(load: one).state.drillResult?.latencies.first?.sentence.hasSuffix(
                "the primary's is not known (no route)") == true)
    }

    @Test("A move has no drill's result, and a drill is no move's measure")
    func others() throws {
        let started = RunStarted(
            plan: Plan(runbook: "x", title: "x", from: "a", to: "b", others: [], phases: [], steps: []))
        let entry = Entry(Event.runStarted(started).entry(run: "x-1", time: Self.start, actor: "a"), sequence: 1)
        #expect(RunState(started, entry: entry).drillResult == nil)
        #expect(RunState(started, entry: entry).measuredObjectives(now: Self.start) == nil)
    }

    @Test("What the end of a drill says is read back, and older entries say nothing")
    func codec() throws {
        for good in [true, false, nil] {
            let released = RunReleased(reason: .completed, executor: "e", summary: "s", isGoodDrill: good)
            #expect(try RunReleased(json: released.jsonBytes) == released)
        }
        let old = Array(#"{"executor":"e","reason":"completed","summary":"s"}"#.utf8)
        #expect(try RunReleased(json: old).isGoodDrill == nil)
        #expect(RunReleased(reason: .completed, executor: "e", summary: "s").jsonBytes == old)
    }
}
