import FailoverModel
import RunEngine

@testable import HandoverCommands

/// A small failover whose events are applied one after the other.
struct TerminalFixture {
    static let start = Moment(microseconds: 1_795_403_587_000_000)

    static let plan = Plan(
        runbook: "ess-failover", title: "Fail ESS over from dc1 to dc2", from: "dc1", to: "dc2", others: ["dc3"],
        phases: [PlanPhase(id: "disable", title: "Disable dc1"), PlanPhase(id: "activate", title: "Activate dc2")],
        steps: [
            PlannedStep(id: "fence", phase: "disable", title: "Fence PostgreSQL at dc1", command: "a.b", site: "dc1"),
            PlannedStep(
                id: "promote", phase: "activate", title: "Promote PostgreSQL at dc2", command: "a.b", site: "dc2",
                approval: "Is dc1 down?", accepts: ["dc1-is-down"], isPivot: true),
            PlannedStep(id: "service", phase: "activate", title: "Check dc2", command: "service.check", site: "dc2"),
        ])

    private(set) var state: RunState
    private(set) var sent: [(event: Event, entry: Entry)] = []
    private(set) var now = start

    init(plan: Plan = plan) {
        let started = RunStarted(plan: plan)
        let entry = Self.entry(.runStarted(started), 1, Self.start, "ada")
        state = RunState(started, entry: entry)
        sent = [(.runStarted(started), entry)]
    }

    private static func entry(_ event: Event, _ sequence: Int64, _ time: Moment, _ actor: String) -> Entry {
        let new = event.entry(run: "ess-failover-1", time: time, actor: actor)
        return Entry(
            sequence: sequence, run: new.run, time: time, actor: actor, type: new.type, version: 1,
            payload: new.payload,
            hash: [])
    }

    mutating func add(_ event: Event, after milliseconds: Int64 = 1000, by actor: String = "ada") throws {
        now = now.advanced(byMilliseconds: milliseconds)
        let entry = Self.entry(event, Int64(sent.count) + 1, now, actor)
        try state.apply(event, entry: entry)
        sent.append((event, entry))
    }

    static let claim = Event.runClaimed(
        RunClaimed(executor: Executor(identity: "e", host: "ops1", boot: "b", pid: 4711, processStart: 1)))

    static let deferred = Event.stepDeferred(
        StepDeferred(step: "fence", site: "dc1", title: "Fence PostgreSQL at dc1", reason: "connection refused"))
    static let asked = Event.approvalRequested(ApprovalRequested(step: "promote", question: "Is dc1 down?"))
    static let approved = Event.stepApproved(StepApproved(step: "promote", accepts: ["dc1-is-down"]))

    static func intended(_ step: String, _ sentence: String, attempt: Int64 = 1) -> Event {
        .stepIntended(StepIntended(step: step, attempt: attempt, facts: .object([:]), sentence: sentence))
    }

    static func succeeded(_ step: String, _ sentence: String) -> Event {
        .stepSucceeded(StepSucceeded(step: step, how: .acted, facts: .object([:]), sentence: sentence))
    }

    /// Promoting, with dc1 away.
    static func promoting() throws -> TerminalFixture {
        var fixture = TerminalFixture()
        try fixture.add(claim, after: 5)
        try fixture.add(deferred)
        try fixture.add(asked, after: 100)
        try fixture.add(approved, after: 20_000, by: "grace")
        try fixture.add(intended("promote", "dc2 main will be promoted"), after: 50)
        return fixture
    }

    /// 80 columns, without colour.
    static let plain = style(isTerminal: false)

    static func style(columns: Int = 80, rows: Int = 24, isTerminal: Bool = true, hasColour: Bool = false)
        -> TerminalStyle
    {
        TerminalStyle(isTerminal: isTerminal, hasColour: hasColour, size: TerminalSize(columns: columns, rows: rows))
    }
}
