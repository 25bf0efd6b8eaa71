package import FailoverModel

/// One event of every kind with every field filled in, for fixtures and round trips.
package enum EventSamples {
    package static let step = PlannedStep(
        id: "promote@dc2", phase: "activate", title: "Promote PostgreSQL at dc2", command: "postgres.promote",
        site: "dc2",
        cluster: "main", needs: [], deadlineMilliseconds: 120_000,
        retry: RetryPolicy(attempts: 3, firstMilliseconds: 2000, mostMilliseconds: 10_000), whenUnreachable: .defer,
        approval: "Is dc1 down?", accepts: ["dc1-is-down"], isPivot: true, parameters: ["seconds": 60])

    package static let plan = Plan(
        runbook: "ess-failover", title: "Fail ESS over from dc1 to dc2", from: "dc1", to: "dc2", others: ["dc3"],
        objectives: Objectives(recoveryTimeMilliseconds: 900_000, recoveryPointMilliseconds: 0),
        phases: [PlanPhase(id: "activate", title: "Activate dc2")], steps: [step])

    package static let postgres = PostgresObservation(
        systemIdentifier: "7400000000000000001", serverVersion: 150_018, isInRecovery: true, timeline: 2,
        position: LogPosition(bytes: 0x16_B374_D848), replayed: LogPosition(bytes: 0x16_B374_D000),
        lastTransactionAt: Moment(microseconds: 1_795_000_000_123_456), isReadOnlyByDefault: false,
        synchronousStandbyNames: "ANY 1 (dc1,dc3)", foreignSessions: 3,
        receiver: .init(
            status: "streaming", timeline: 2, senderHost: "10.1.0.5", senderPort: 5432, slot: "dc2",
            lastMessageAt: Moment(microseconds: 1_795_000_000_000_000)),
        senders: [
            .init(
                applicationName: "dc3", state: "streaming", replayed: LogPosition(bytes: 0x16_B374_D000), lagBytes: 2120
            )
        ],
        slots: [.init(name: "dc3", isActive: true, walStatus: "reserved", retainedBytes: 4096)])

    package static let fault = Fault(
        .throttled, "too many requests", at: "dc2 kubernetes", next: "Wait", retryAfterMilliseconds: 1000)

    package static let all: [Event] = [
        .runStarted(
            RunStarted(
                kind: .settlement, plan: plan, runbookDigest: "abc123",
                settles: [Debt(run: "ess-failover-1", step: "promote@dc2")])),
        .runClaimed(
            RunClaimed(
                executor: Executor(
                    identity: "f00d", host: "ops1", boot: "b-1", pid: 4711, processStart: 123_456),
                takenOverBecause: "process 4710 is gone")),
        .runReleased(RunReleased(reason: .failed, executor: "f00d", summary: "promote@dc2: no answer")),
        .rollbackStarted(RollbackStarted(reason: "wrong \"site\"\n\u{1B}[31m\u{202E}")),
        .noteAdded(
            NoteAdded(
                text: "Telefon: Frankfurt hat wieder Strom – 03:12 ☎️",
                at: Moment(microseconds: 1_795_000_000_500_000))),
        .outsideEventRecorded(
            OutsideEventRecorded(
                at: Moment(microseconds: 1_795_000_000_250_000), source: "#incident", author: "bob",
                text: "Power is back", digest: String(repeating: "0f", count: 32))),
        .approvalRequested(ApprovalRequested(step: "promote@dc2", question: "Is dc1 down?")),
        .stepApproved(StepApproved(step: "promote@dc2", accepts: ["dc1-is-down"], reason: "saw it myself")),
        .stepDenied(StepDenied(step: "promote@dc2", reason: "not sure")),
        .stepSkipped(StepSkipped(step: "promote@dc2", direction: .back, reason: "stays")),
        .stepDecided(StepDecided(step: "promote@dc2", direction: .forward, isDone: true, reason: "looked")),
        .stepIntended(
            StepIntended(
                step: "promote@dc2", attempt: 2, direction: .forward, isPivot: true,
                facts: ["timeline": 1, "nested": ["a": [1, nil, true]], "text": "ü"], sentence: "will promote dc2")),
        .stepSucceeded(
            StepSucceeded(
                step: "promote@dc2", direction: .forward, how: .adopted, isPivot: true, facts: ["timeline": 2],
                sentence: "dc2 is primary on timeline 2")),
        .stepFailed(
            StepFailed(
                step: "promote@dc2", direction: .forward, isKnown: false, fault: fault,
                retryAt: Moment(microseconds: 1_795_000_001_000_000))),
        .stepRefused(
            StepRefused(
                step: "promote@dc2", direction: .forward, rule: "primary-not-proven-down",
                sentence: "dc1 cannot be reached", acceptance: "dc1-is-down")),
        .stepDeferred(
            StepDeferred(step: "promote@dc2", site: "dc2", title: "Promote PostgreSQL at dc2", reason: "no route")),
        .stepDoubted(StepDoubted(step: "promote@dc2", direction: .forward, sentence: "cannot be seen")),
        .debtSettled(DebtSettled(site: "dc1", debt: Debt(run: "ess-failover-1", step: "promote@dc2"))),
        .siteObserved(SiteObserved(SiteObservation(site: "dc2", cluster: "main", seen: .postgres(postgres)))),
        .secretsCompared(
            SecretsCompared(
                reference: "dc1", site: "dc2",
                verdicts: [SecretVerdict(name: "ess-generated", verdict: .differs, keys: ["SYNAPSE_SIGNING_KEY"])])),
        .checkCompleted(
            CheckCompleted(
                ok: 41,
                problems: [
                    CheckProblem(id: "replication.lag", site: "dc2", verdict: .warning, seen: "17 MiB behind dc1")
                ])),
        .runAbandoned(RunAbandoned(isPastPivot: true, reason: "dc2 burns, dc3 takes over")),
        .rollbackWithdrawn(RollbackWithdrawn(reason: "dc1 is dead after all")),
        .debtReopened(
            DebtReopened(
                site: "dc1", debt: Debt(run: "ess-failover-1", step: "promote@dc2"), title: "Promote PostgreSQL at dc2",
                reason: "what was settled was taken back")),
    ]

    /// The other forms of an observation.
    package static let observations: [SiteObservation] = [
        SiteObservation(
            site: "dc1",
            seen: .workloads(
                WorkloadsObservation(workloads: [
                    .init(kind: "StatefulSet", name: "ess-synapse-main", wanted: 1, ready: 0, pods: 1)
                ]))),
        SiteObservation(site: "dc1", seen: .service(status: 503, isServing: false)),
        SiteObservation(
            site: "dc1", cluster: "main", seen: .unreachable(system: "postgres", reason: "connection refused")),
    ]
}
