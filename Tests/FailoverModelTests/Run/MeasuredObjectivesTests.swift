import FailoverModel
import Testing

@Suite struct MeasuredObjectivesTests {
    private static let start = Moment(microseconds: 1_795_000_000_000_000)

    /// A run that promotes and serves so many milliseconds after its start; `nil`: it does not serve.
    private func measured(
        _ objectives: Objectives, loss: LossEstimate?, servesAfter: Int64?, now: Int64 = 10_000
    ) throws -> MeasuredObjectives? {
        let plan = Plan(
            runbook: "x", title: "x", from: "dc1", to: "dc2", others: [], objectives: objectives, phases: [],
            steps: [
                PlannedStep(
                    id: "promote", phase: "p", title: "", command: "postgres.promote", site: "dc2", isPivot: true),
                PlannedStep(id: "service", phase: "p", title: "", command: "service.check", site: "dc2"),
            ])
        let started = RunStarted(plan: plan)
        var sequence: Int64 = 0
        func entry(_ event: Event, after milliseconds: Int64) -> Entry {
            sequence += 1
            return Entry(
                event.entry(run: "x-1", time: Self.start.advanced(byMilliseconds: milliseconds), actor: "ada"),
                sequence: sequence)
        }
        var state = RunState(started, entry: entry(.runStarted(started), after: 0))
        let facts: JSONValue = loss.map { ["loss": $0.json] } ?? [:]
        let promoted = Event.stepSucceeded(
            StepSucceeded(step: "promote", how: .acted, isPivot: true, facts: facts, sentence: ""))
        try state.apply(promoted, entry: entry(promoted, after: 100))
        if let servesAfter {
            let serves = Event.stepSucceeded(StepSucceeded(step: "service", how: .acted, facts: [:], sentence: ""))
            try state.apply(serves, entry: entry(serves, after: servesAfter))
        }
        return state.measuredObjectives(now: Self.start.advanced(byMilliseconds: now))
    }

    private let promised = Objectives(recoveryTimeMilliseconds: 5000, recoveryPointMilliseconds: 0)

    @Test func `in time and without loss both are met`() throws {
        let found = try measured(promised, loss: .none(lastTransactionAt: nil), servesAfter: 4999)
        #expect(found?.recoveryMilliseconds == 4999 && found?.recovery == .met && found?.loss == .met)
        #expect(found?.verdict == .met)
    }

    @Test func `late, or not serving when the time is over, is missed`() throws {
        #expect(try measured(promised, loss: .none(lastTransactionAt: nil), servesAfter: 5001)?.recovery == .missed)
        #expect(try measured(promised, loss: nil, servesAfter: nil)?.recovery == .missed)
        #expect(try measured(promised, loss: nil, servesAfter: nil, now: 4000)?.recovery == .unknown)
    }

    @Test func `a loss that is unknown, or only the least there was, is never called met`() throws {
        #expect(try measured(promised, loss: nil, servesAfter: 1)?.loss == .unknown)
        #expect(try measured(promised, loss: .unknown(lastTransactionAt: nil), servesAfter: 1)?.verdict == .unknown)
        let least = LossEstimate(bytes: 0, milliseconds: 0, isAtLeastAsOf: Self.start)
        #expect(try measured(promised, loss: least, servesAfter: 1)?.loss == .unknown)
        let some = LossEstimate(bytes: 10, milliseconds: 3, isAtLeastAsOf: Self.start)
        #expect(try measured(promised, loss: some, servesAfter: 1)?.verdict == .missed)
    }

    @Test func `a planned move counts from where it closed the old site, and a failover from its start`() throws {
        let plan = Plan(
            runbook: "x", title: "x", from: "dc1", to: "dc2", others: [], objectives: promised, phases: [],
            steps: [
                PlannedStep(
                    id: "fence", phase: "p", title: "", command: "postgres.fence", site: "dc1",
                    whenUnreachable: .defer),
                PlannedStep(
                    id: "promote", phase: "p", title: "", command: "postgres.promote", site: "dc2", isPivot: true),
            ])
        func recovery(_ closing: [(Event, Int64)]) throws -> Int64? {
            let started = RunStarted(plan: plan)
            let promoted = Event.stepSucceeded(
                StepSucceeded(step: "promote", how: .acted, isPivot: true, facts: [:], sentence: ""))
            var state: RunState?
            for (index, (event, at)) in ([(.runStarted(started), 0)] + closing + [(promoted, 9000)]).enumerated() {
                let time = Self.start.advanced(byMilliseconds: at)
                let entry = Entry(event.entry(run: "x-1", time: time, actor: "ada"), sequence: Int64(index) + 1)
                if state == nil {
                    state = RunState(started, entry: entry)
                } else {
                    try state?.apply(event, entry: entry)
                }
            }
            return state?.measuredObjectives(now: Self.start)?.recoveryMilliseconds
        }
        let intended = Event.stepIntended(
            StepIntended(step: "fence", attempt: 1, facts: ["wasPrimary": true], sentence: ""))
        let fenced = Event.stepSucceeded(StepSucceeded(step: "fence", how: .acted, facts: [:], sentence: ""))
        let owed = Event.stepDeferred(StepDeferred(step: "fence", site: "dc1", title: "", reason: "away"))
        #expect(try recovery([(intended, 7000), (fenced, 7100)]) == 2000)
        #expect(try recovery([(owed, 7000)]) == 9000)
    }

    @Test func `where nothing is promised nothing is measured`() throws {
        #expect(try measured(Objectives(), loss: nil, servesAfter: 1) == nil)
        let half = try measured(Objectives(recoveryTimeMilliseconds: 5000), loss: nil, servesAfter: 1)
        #expect(half?.verdict == .met)
    }
}
