import FailoverModel

/// A failover that went through everything a timeline has to tell, built by hand: a deferral, an approval, a crash with
/// take-over and adoption, a retry, an in-doubt decision, a skip, a clock that was set back and one that was set forward,
/// notes and events from elsewhere that came late, and hostile text. A settlement followed a day later.
struct Incident {
    private(set) var entries: [Entry] = []
    private var time = Moment(microseconds: 1_795_403_587_000_000)
    private var sequence: Int64 = 40

    static let run = "ess-failover-41"
    static let all = Incident().entries
    static let settlement = Incident(settling: "settle-dc1-101").entries
    /// When the run began.
    static let start = all[0].time

    private let name: String

    init() {
        name = Self.run
        start()
        disable()
        promoteAndCrash()
        takeOver()
        finish()
        remember()
    }

    private init(settling name: String) {
        self.name = name
        time = time.advanced(byMilliseconds: 86_400_000)
        sequence = 100
        settle()
    }

    mutating func add(_ event: Event, after milliseconds: Int64 = 1000, by actor: String = "ada") {
        time = time.advanced(byMilliseconds: milliseconds)
        // Entries of other runs lie in between.
        sequence += sequence % 7 == 0 ? 2 : 1
        let new = event.entry(run: name, time: time, actor: actor)
        entries.append(
            Entry(
                sequence: sequence, run: new.run, time: new.time, actor: new.actor, type: new.type,
                version: new.version,
                payload: new.payload, hash: []))
    }

    static let plan = Plan(
        runbook: "ess-failover", title: "Fail ESS over from dc1 to dc2", from: "dc1", to: "dc2", others: ["dc3"],
        objectives: Objectives(recoveryTimeMilliseconds: 900_000, recoveryPointMilliseconds: 0),
        phases: [
            PlanPhase(id: "disable", title: "Disable dc1"), PlanPhase(id: "activate", title: "Activate dc2"),
            PlanPhase(id: "synchronise", title: "Let dc3 follow dc2"),
        ],
        steps: [
            PlannedStep(
                id: "fence", phase: "disable", title: "Fence PostgreSQL at dc1", command: "postgres.fence", site: "dc1",
                cluster: "main", whenUnreachable: .defer),
            PlannedStep(
                id: "fast-forward", phase: "activate", title: "Bring dc2 up", command: "postgres.fast-forward",
                site: "dc2", cluster: "main"),
            PlannedStep(
                id: "promote", phase: "activate", title: "Promote PostgreSQL at dc2", command: "postgres.promote",
                site: "dc2", cluster: "main", needs: ["fast-forward"], approval: "Is dc1 down?",
                accepts: ["dc1-is-down"], isPivot: true),
            PlannedStep(
                id: "tell-users", phase: "activate", title: "Tell the users", command: "program.run", site: "dc2",
                needs: ["promote"]),
            PlannedStep(
                id: "service", phase: "activate", title: "Check that dc2 serves", command: "service.check", site: "dc2",
                needs: ["promote"]),
            PlannedStep(
                id: "follow@dc3", phase: "synchronise", title: "Let dc3 follow", command: "postgres.follow",
                site: "dc3",
                cluster: "main", needs: ["service"]),
        ])

    private static func executor(_ pid: Int64) -> Executor {
        Executor(identity: "e\(pid)", host: "ops1", boot: "b", pid: pid, processStart: pid * 10)
    }

    static func database(_ site: String, isInRecovery: Bool, timeline: Int64) -> Event {
        .siteObserved(
            SiteObserved(
                SiteObservation(
                    site: site, cluster: "main",
                    seen: .postgres(
                        PostgresObservation(
                            systemIdentifier: "74", serverVersion: 150_018, isInRecovery: isInRecovery,
                            timeline: timeline, position: LogPosition(bytes: 0x300_0148), replayed: nil,
                            lastTransactionAt: nil, isReadOnlyByDefault: false, synchronousStandbyNames: "",
                            foreignSessions: 0, receiver: nil, senders: [], slots: [])))))
    }

    private mutating func start() {
        add(.runStarted(RunStarted(plan: Self.plan)))
        add(.runClaimed(RunClaimed(executor: Self.executor(4711))), after: 5)
    }

    private mutating func disable() {
        let away = SiteObservation(
            site: "dc1", cluster: "main", seen: .unreachable(system: "postgres", reason: "connection refused"))
        add(.siteObserved(SiteObserved(away)))
        add(
            .stepDeferred(
                StepDeferred(step: "fence", site: "dc1", title: "Fence PostgreSQL at dc1", reason: "connection refused")
            ),
            after: 0)
        add(Self.database("dc2", isInRecovery: true, timeline: 1))
        let loss = LossEstimate(
            bytes: 2120, milliseconds: 1500, lastTransactionAt: Moment(microseconds: 1_795_403_500_123_456),
            isAtLeastAsOf: Moment(microseconds: 1_795_403_501_000_000))
        let facts: JSONValue = ["cluster": "main", "site": "dc2", "loss": loss.json, "mostAdvanced": "dc3"]
        add(
            .stepSucceeded(
                StepSucceeded(
                    step: "fast-forward", how: .alreadySo, facts: facts, sentence: "no other standby is ahead of dc2")),
            after: 120)
    }

    private mutating func promoteAndCrash() {
        add(.approvalRequested(ApprovalRequested(step: "promote", question: "Is dc1 down?")), after: 10)
        add(
            .stepApproved(
                StepApproved(step: "promote", accepts: ["dc1-is-down"], reason: "I see it burn | <b>really</b>")),
            after: 21_300, by: "grace")
        add(
            .stepIntended(
                StepIntended(
                    step: "promote", attempt: 1, isPivot: true, facts: ["cluster": "main", "oldTimeline": 1],
                    sentence: "dc2 main will be promoted at 0/3000148")), after: 250)
    }

    private mutating func takeOver() {
        add(
            .runClaimed(RunClaimed(executor: Self.executor(4802), takenOverBecause: "process 4711 is gone")),
            after: 34_000, by: "grace")
        add(Self.database("dc2", isInRecovery: false, timeline: 2), after: 400, by: "grace")
        add(
            .stepSucceeded(
                StepSucceeded(
                    step: "promote", how: .adopted, isPivot: true,
                    facts: ["cluster": "main", "oldTimeline": 1, "newTimeline": 2, "forkPosition": "0/3000148"],
                    sentence: "dc2 main is the primary on timeline 2, forked from 1 at 0/3000148")), after: 0,
            by: "grace")
        add(
            .noteAdded(NoteAdded(text: "`rm -rf` | <script>alert(1)</script>\nline two \u{1B}[31mred \u{202E}evil")),
            after: 2000, by: "Bob <bob@example.org>")
    }

    private mutating func finish() {
        add(intent("tell-users", 1, "the program will be run"))
        add(.stepDoubted(StepDoubted(step: "tell-users", sentence: "the program cannot be observed")))
        // An hour back: somebody corrected the clock.
        add(
            .stepDecided(StepDecided(step: "tell-users", isDone: true, reason: "the mail arrived")), after: -3_600_000,
            by: "grace")
        add(intent("service", 1, "the service will be asked"))
        add(
            .stepFailed(
                StepFailed(
                    step: "service", isKnown: true,
                    fault: Fault(.unavailable, "the service answers 503", at: "dc2", next: "Look at the workloads"),
                    retryAt: time.advanced(byMilliseconds: 2000))), after: 500)
        add(intent("service", 2, "the service will be asked"), after: 2000)
        add(
            .stepSucceeded(
                StepSucceeded(step: "service", how: .acted, facts: ["status": 200], sentence: "the service answers 200")
            ),
            after: 300)
        add(
            .stepRefused(
                StepRefused(step: "follow@dc3", rule: "timeline-differs", sentence: "dc3 is on timeline 3")), after: 100
        )
        add(.runReleased(RunReleased(reason: .refused, executor: "e4802", summary: "follow@dc3: dc3 is on timeline 3")))
        add(.stepSkipped(StepSkipped(step: "follow@dc3", reason: "dc3 is rebuilt tomorrow")), after: 60_000)
        add(.runClaimed(RunClaimed(executor: Self.executor(4999))))
        // Two hours later by the clock, though nothing was under way: it was set forward.
        let serving = SiteObservation(site: "dc2", seen: .service(status: 200, isServing: true))
        add(.siteObserved(SiteObserved(serving)), after: 7_200_000)
        add(
            .runReleased(
                RunReleased(reason: .completed, executor: "e4999", summary: "done, except that fence is owed to dc1")),
            after: 3)
    }

    /// What was written down for the postmortem.
    private mutating func remember() {
        let start = entries[0].time
        add(
            .noteAdded(NoteAdded(text: "first call from a user", at: start.advanced(byMilliseconds: 12_000))),
            after: 600_000, by: "grace")
        add(
            outside(start.advanced(byMilliseconds: -95_000), "alertmanager", nil, "PostgresDown dc1", 1), after: 5000)
        add(
            outside(
                start.advanced(byMilliseconds: 30_000), "#incident", "bob", "=HYPERLINK(\"http://evil\",\"dc1\")", 2),
            after: 0)
        add(
            outside(
                start.advanced(byMilliseconds: 40_500), "#incident", "@eve",
                "</script><img src=x onerror=alert(1)> `x` | \u{202E}txt.exe %%{init: {}}%%", 3), after: 0)
    }

    private func outside(
        _ at: Moment, _ source: String, _ author: String?, _ text: String, _ number: Int
    ) -> Event {
        .outsideEventRecorded(
            OutsideEventRecorded(at: at, source: source, author: author, text: text, digest: "\(number)"))
    }

    private mutating func settle() {
        let step = PlannedStep(
            id: "fence", phase: "settle", title: "Fence PostgreSQL at dc1", command: "postgres.fence", site: "dc1",
            cluster: "main")
        let plan = Plan(
            runbook: "ess-failover", title: "Settle what is owed to dc1", from: "dc1", to: "dc2", others: ["dc3"],
            phases: [PlanPhase(id: "settle", title: "Do at dc1 what it missed")], steps: [step])
        let debt = Debt(run: Self.run, step: "fence")
        add(.runStarted(RunStarted(kind: .settlement, plan: plan, settles: [debt])), by: "grace")
        add(.runClaimed(RunClaimed(executor: Self.executor(5100))), after: 4)
        add(intent("fence", 1, "dc1 main takes writes and will be fenced"), after: 40)
        add(
            .stepSucceeded(
                StepSucceeded(
                    step: "fence", how: .acted, facts: .object([:]), sentence: "dc1 main takes no more writes")),
            after: 800)
        add(.debtSettled(DebtSettled(site: "dc1", debt: debt)), after: 0)
        add(.runReleased(RunReleased(reason: .completed, executor: "e5100", summary: "every step is done")), after: 5)
    }

    private func intent(_ step: String, _ attempt: Int64, _ sentence: String) -> Event {
        .stepIntended(StepIntended(step: step, attempt: attempt, facts: .object([:]), sentence: sentence))
    }
}
