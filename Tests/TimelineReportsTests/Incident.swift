import FailoverModel

/// A failover that went through everything a timeline has to tell, built by hand: a deferral, an approval, a crash with
/// take-over and adoption, a retry, an in-doubt decision, a skip, a clock that was set back, and hostile text.
struct Incident {
    private(set) var entries: [Entry] = []
    private var time = Moment(microseconds: 1_795_403_587_000_000)
    private var sequence: Int64 = 40

    static let run = "ess-failover-41"
    static let all = Incident().entries

    init() {
        start()
        disable()
        promoteAndCrash()
        takeOver()
        finish()
    }

    private mutating func add(_ event: Event, after milliseconds: Int64 = 1000, by actor: String = "ada") {
        time = time.advanced(byMilliseconds: milliseconds)
        // Entries of other runs lie in between.
        sequence += sequence % 7 == 0 ? 2 : 1
        let new = event.entry(run: Self.run, time: time, actor: actor)
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
                site: "dc2", cluster: "main", approval: "Is dc1 down?", accepts: ["dc1-is-down"], isPivot: true),
            PlannedStep(
                id: "tell-users", phase: "activate", title: "Tell the users", command: "program.run", site: "dc2"),
            PlannedStep(
                id: "service", phase: "activate", title: "Check that dc2 serves", command: "service.check", site: "dc2"),
            PlannedStep(
                id: "follow@dc3", phase: "synchronise", title: "Let dc3 follow", command: "postgres.follow",
                site: "dc3",
                cluster: "main"),
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
        add(
            .runReleased(
                RunReleased(reason: .completed, executor: "e4999", summary: "done, except that fence is owed to dc1")),
            after: 3)
    }

    private func intent(_ step: String, _ attempt: Int64, _ sentence: String) -> Event {
        .stepIntended(StepIntended(step: step, attempt: attempt, facts: .object([:]), sentence: sentence))
    }
}
