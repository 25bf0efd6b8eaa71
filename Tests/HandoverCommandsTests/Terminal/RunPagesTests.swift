import FailoverModel
import Systems
import Testing

@testable import HandoverCommands
@testable import RunEngine

@Suite struct RunPagesTests {
    private func refused() throws -> TerminalFixture {
        var fixture = try TerminalFixture.promoting()
        try fixture.add(
            .stepRefused(
                StepRefused(
                    step: "promote", rule: "primary-alive-elsewhere", sentence: "dc1 main still takes writes",
                    acceptance: "dc1-is-down-against-the-evidence")))
        try fixture.add(
            .runReleased(
                RunReleased(reason: .refused, executor: "e", summary: "promote: dc1 main still takes writes")))
        return fixture
    }

    @Test func `a run is shown in full`() throws {
        let fixture = try refused()
        let text = ShowView.render(
            fixture.state, liveness: nil, now: fixture.now, next: ["handover approve ess-failover-1 promote"],
            style: TerminalFixture.plain)
        #expect(
            text == """
                Fail ESS over from dc1 to dc2
                  run      ess-failover-1  (ess-failover, dc1 → dc2)
                  started  2026-11-23 03:13:07Z by ada, 23 s ago
                  state    stopped by a safety rule, 23.1 s
                  because  promote: dc1 main still takes writes

                Disable dc1
                  → owed      fence    dc1       0.0 s
                              connection refused

                Activate dc2
                  ■ refused   promote  dc2       21.0 s
                              Rule primary-alive-elsewhere: dc1 main still takes writes.
                              A named person may answer for it
                              (dc1-is-down-against-the-evidence).
                              Approved by grace, who answers for dc1-is-down.
                  · not yet   service  dc2       
                              Check dc2

                Next, type:
                  handover approve ess-failover-1 promote
                """)
    }

    @Test func `the last words tell what happened, what is owed and what to type`() throws {
        let fixture = try refused()
        let text = RunClosing.text(
            fixture.state, now: fixture.now, next: ["handover approve ess-failover-1 promote", "handover status"],
            style: TerminalFixture.plain)
        #expect(
            text == """
                Fail ESS over from dc1 to dc2: stopped by a safety rule after 23.1 s. Nothing
                was forced.
                  promote: dc1 main still takes writes [primary-alive-elsewhere]. A named person
                  may answer for it (dc1-is-down-against-the-evidence).
                Owed, once the site is back:
                  dc1: Fence PostgreSQL at dc1 (fence)

                Next, type:
                  handover approve ess-failover-1 promote
                  handover status
                """)
    }

    @Test(arguments: [nil, "ANY 1 (dc3)"])
    func `how long no site took writes, and that commits hung after that where the promotion saw it`(waited: String?)
        throws
    {
        var plan = TerminalFixture.plan
        plan.steps[0].command = "postgres.fence"
        var fixture = TerminalFixture(plan: plan)
        try fixture.add(TerminalFixture.claim)
        let was: JSONValue = ["wasPrimary": true]
        try fixture.add(.stepIntended(StepIntended(step: "fence", attempt: 1, facts: was, sentence: "fences")))
        try fixture.add(.stepSucceeded(StepSucceeded(step: "fence", how: .acted, facts: was, sentence: "fenced")))
        try fixture.add(
            .stepIntended(StepIntended(step: "promote", attempt: 1, isPivot: true, facts: [:], sentence: "promotes")))
        let facts: JSONValue = waited.map { ["commitsWaitFor": .string($0)] } ?? [:]
        try fixture.add(
            .stepSucceeded(StepSucceeded(step: "promote", how: .acted, isPivot: true, facts: facts, sentence: "is so")))
        let text = waited.map {
            ", and then commits waited for synchronous_standby_names = \($0), nobody knows for how long"
        }
        #expect(RunClosing.outages(of: fixture.state) == ["dc2: no site took writes for 3.0 s" + (text ?? " at most")])
    }

    @Test(arguments: RunReleased.Reason.allCases)
    func `every way to let go has its words and no line is too long`(reason: RunReleased.Reason) throws {
        var fixture = TerminalFixture()
        try fixture.add(TerminalFixture.claim)
        try fixture.add(.runReleased(RunReleased(reason: reason, executor: "e", summary: "because of a long story")))
        let text = RunClosing.text(fixture.state, now: fixture.now, next: [], style: TerminalFixture.style(columns: 40))
        for line in text.split(separator: "\n") { #expect(String(line).cells <= 40) }
        #expect(text.hasPrefix("Fail ESS over from dc1 to dc2:"))
    }

    @Test func `a plan tells what each step finds and would do`() {
        let plan = TerminalFixture.plan
        var owed = plan.steps[0]
        owed.whenUnreachable = .defer
        let previews = [
            StepPreview(
                step: owed, result: .failure(Fault(.unreachable, "connection refused", at: "dc1", next: "Look"))),
            StepPreview(
                step: plan.steps[1],
                result: .success(Finding(.refused(rule: "standby-not-frozen", acceptance: nil), "dc2 still receives"))),
            StepPreview(step: plan.steps[2], result: .success(Finding(.done, "the service answers\u{1B}[2J 200"))),
        ]
        #expect(
            PlanView.render(
                plan, previews, next: "handover run ess-failover --from dc1 --to dc2", style: TerminalFixture.plain)
                    == """
                    Fail ESS over from dc1 to dc2

                    Disable dc1
                      → would be owed fence    dc1       
                          connection refused

                    Activate dc2
                      ■ refused now   promote  dc2       point of no return, asks first
                          dc2 still receives [standby-not-frozen]
                      ✓ nothing to do service  dc2       
                          the service answers␛[2J 200

                    Nothing was changed. Every step was looked at as things are now, before the
                    earlier ones are done, so a refusal here may be gone by then.

                    To do it, type:
                      handover run ess-failover --from dc1 --to dc2
                    """)
    }
}
