import Testing

@testable import FailoverModel
@testable import HandoverCommands

@Suite struct StatusViewTests {
    private var projections = JournalProjections()
    private var sequence: Int64 = 0
    private let now = TerminalFixture.start.advanced(byMilliseconds: 60_000)

    init() throws {
        for (event, entry) in try TerminalFixture.promoting().sent { try take(event, at: entry.time, entry.actor) }
        try see("dc1", isInRecovery: nil)
        try see("dc2", isInRecovery: false)
        try see("dc3", isInRecovery: true)
        let workloads = WorkloadsObservation(
            workloads: [.init(kind: "Deployment", name: "synapse", wanted: 3, ready: 1, pods: 3)])
        try take(.siteObserved(SiteObserved(SiteObservation(site: "dc2", seen: .workloads(workloads)))))
        try take(
            .siteObserved(SiteObserved(SiteObservation(site: "dc2", seen: .service(status: 200, isServing: true)))))
    }

    private mutating func take(_ event: Event, at time: Moment = TerminalFixture.start, _ actor: String = "ada") throws
    {
        sequence += 1
        let new = event.entry(run: "ess-failover-1", time: time, actor: actor)
        let entry = Entry(
            sequence: sequence, run: new.run, time: time, actor: actor, type: new.type, version: new.version,
            payload: new.payload, hash: [])
        try entry.withBytes { try projections.apply($0) }
    }

    private mutating func see(_ site: String, isInRecovery: Bool?) throws {
        guard let isInRecovery else {
            let away = SiteObservation(
                site: site, cluster: "main", seen: .unreachable(system: "postgres", reason: "connection refused"))
            return try take(.siteObserved(SiteObserved(away)))
        }
        let server = PostgresObservation(
            systemIdentifier: "74", serverVersion: 150_018, isInRecovery: isInRecovery, timeline: 2,
            position: LogPosition(bytes: isInRecovery ? 0x300_0000 : 0x300_0848), replayed: nil, lastTransactionAt: nil,
            isReadOnlyByDefault: false, synchronousStandbyNames: "", foreignSessions: 0, receiver: nil, senders: [],
            slots: [])
        try take(.siteObserved(SiteObserved(SiteObservation(site: site, cluster: "main", seen: .postgres(server)))))
    }

    private func render(_ style: TerminalStyle, abandoned: Set<String> = []) -> String {
        StatusView.render(
            views: projections.siteViews(also: ["dc4"]), secrets: projections.secrets.sorted,
            runs: projections.runs.newestFirst, head: JournalHead(sequence: sequence, hash: []), now: now, style: style,
            check: projections.checks.last, abandoned: abandoned)
    }

    @Test func `sites, what is owed and the open run with what to type`() {
        #expect(
            render(TerminalFixture.plain) == """
                SITE  ROLE         WORKLOADS  SERVICE   SEEN      DATABASE
                dc1   unreachable  not seen   not seen  never     connection refused
                dc2   primary      1/3 ready  serves    60 s ago  0/3000848 timeline 2
                dc3   standby      not seen   not seen  60 s ago  lag 2.1 kB, 0/3000000 timelin…
                dc4   unknown      not seen   not seen  never     not seen

                Owed to dc1, not done because it was away:
                  Fence PostgreSQL at dc1 (since 58 s ago, ess-failover-1)
                  If it is back and is to serve again, type: handover rollback ess-failover-1

                Runs that are not over:
                  RUN             STATE     STARTED   TOOK        WHAT
                  ess-failover-1  going on  60 s ago  1 min 00 s  Fail ESS over from dc1 to dc2
                  Next, type: handover show ess-failover-1

                Journal: 11 entries
                """)
    }

    @Test func `what is owed is red on a terminal with colours`() {
        let text = render(TerminalFixture.style(hasColour: true))
        #expect(text.contains("\u{1B}[31mOwed to dc1, not done because it was away:\u{1B}[0m"))
    }

    @Test func `a run whose executor is gone is to be resumed`() {
        let text = render(TerminalFixture.plain, abandoned: ["ess-failover-1"])
        #expect(text.contains("ess-failover-1  its executor is gone  60 s ago  21.1 s  Fail ESS over"))
        #expect(text.contains("Next, type: handover resume ess-failover-1"))
    }

    @Test func `secrets are shown only when known, and only those that are not in sync`() throws {
        var other = self
        try other.take(
            .secretsCompared(
                SecretsCompared(
                    reference: "dc1", site: "dc2",
                    verdicts: [
                        SecretVerdict(name: "synapse", verdict: .inSync),
                        SecretVerdict(name: "mas", verdict: .differs, keys: ["config.yaml"]),
                    ])))
        #expect(!render(TerminalFixture.plain).contains("Secrets"))
        #expect(
            other.render(TerminalFixture.plain).contains(
                """
                Secrets: 1 of 2 in sync
                  SECRET  SITE  IS                     COMPARED
                  mas     dc2   differs (config.yaml)  with dc1, 60 s ago
                """))
    }

    @Test func `the newest check is told, and when all was last sound`() throws {
        var view = self
        let problem = CheckProblem(id: "replication.slot", site: "dc2", verdict: .failing, seen: "the slot dc2 is lost")
        try view.take(.checkCompleted(CheckCompleted(ok: 3, problems: [problem])))
        #expect(
            view.render(TerminalFixture.plain).contains(
                "all it needs (never was sound)\n  replication.slot at dc2: the slot"))
        let lag = CheckProblem(id: "replication.lag", site: "dc2", verdict: .warning, seen: "17 MiB behind")
        try view.take(.checkCompleted(CheckCompleted(ok: 3, problems: [lag])))
        #expect(
            view.render(TerminalFixture.plain).contains(
                "Checked 60 s ago: a failover would find what it needs, 1 warning\n"))
        try view.take(.checkCompleted(CheckCompleted(ok: 3, problems: [problem])), at: now)
        #expect(view.render(TerminalFixture.plain).contains("all it needs (sound 60 s ago)"))
        let rebuilt = try JournalProjections(records: view.projections.takeChanges())
        #expect(rebuilt.checks.last == view.projections.checks.last && rebuilt.checks.last != nil)
    }

    @Test func `a service that was seen before its site went away is not said to serve`() throws {
        var view = self
        let served = SiteObservation(site: "dc1", seen: .service(status: 200, isServing: true))
        try view.take(.siteObserved(SiteObserved(served)))
        #expect(view.render(TerminalFixture.plain).contains("dc1   unreachable  not seen   served before"))
        // A service without a database that takes writes is none.
        let former = SiteObservation(site: "dc3", seen: .service(status: 200, isServing: true))
        try view.take(.siteObserved(SiteObserved(former)))
        #expect(view.render(TerminalFixture.plain).contains(/dc3 +standby +\S.*served before/))
        // What a step's own program cannot reach says nothing of the service.
        let pager = SiteObservation(site: "dc2", seen: .unreachable(system: "program", reason: "no pager"))
        try view.take(.siteObserved(SiteObserved(pager)))
        #expect(view.render(TerminalFixture.plain).contains("dc2   primary      1/3 ready  serves"))
    }

    @Test func `a look at the service that is minutes old says so where it stands, whatever else was seen since`()
        throws
    {
        var view = self
        let old = TerminalFixture.start.advanced(byMilliseconds: -240_000)
        for (site, status) in [("dc2", Int64(200)), ("dc4", 503)] {
            let seen = SiteObservation(site: site, seen: .service(status: status, isServing: status == 200))
            try view.take(.siteObserved(SiteObserved(seen)), at: old)
        }
        try view.see("dc2", isInRecovery: false)
        let text = view.render(TerminalFixture.plain)
        #expect(text.contains(/dc2 +primary +1\/3 ready +served 5 min ago +60 s ago/), "\(text)")
        #expect(text.contains(/dc4 +unknown +not seen +no \(503\), 5 min ago/), "\(text)")
        #expect(!text.contains("serves"))
    }

    @Test func `a run that is carried out again says what it does, not why it was interrupted`() throws {
        var view = self
        let executor = Executor(identity: "f", host: "h", boot: "b", pid: 2, processStart: 2)
        try view.take(
            .runReleased(RunReleased(reason: .interrupted, executor: "e", summary: "interrupted by a person")))
        #expect(view.render(TerminalFixture.plain).contains(/ess-failover-1 +interrupted .*interrupted by a person/))
        try view.take(.runClaimed(RunClaimed(executor: executor)))
        #expect(!view.render(TerminalFixture.plain).contains("interrupted by"))
        let text = RunsView.render(
            view.projections.runs.newestFirst, now: now, style: TerminalFixture.style(columns: 200),
            doing: ["ess-failover-1": ["promote"]])
        #expect(text.hasSuffix("Fail ESS over from dc1 to dc2: promote"), "\(text)")
    }

    @Test func `a split brain comes first, in red, with both positions and who is right`() {
        let sides = [("dc1", Int64(1), UInt64(0x3000_0148)), ("dc2", 2, 0x3000_0848)].map {
            SplitBrain.Side(
                site: $0, timeline: $1, position: LogPosition(bytes: $2), systemIdentifier: "7",
                seenAt: now.advanced(byMilliseconds: -60_000))
        }
        var brain = SplitBrain(
            cluster: "main", sides: sides,
            right: .init(cluster: "main", site: "dc2", run: "ess-failover-1", at: now, timeline: 2), strangers: [])
        func text(_ style: TerminalStyle) -> String {
            StatusView.render(
                views: [], secrets: [], runs: [], head: .empty, now: now, style: style, splitBrains: [brain])
        }
        #expect(
            text(TerminalFixture.plain).hasPrefix(
                """
                SPLIT BRAIN: two sites take writes in the cluster main
                  dc1: timeline 1 at 0/30000148, seen 60 s ago
                  dc2: timeline 2 at 0/30000848, seen 60 s ago
                  dc2 is right: ess-failover-1 made it the primary on timeline 2
                  Fence it now: handover settle dc1

                """))
        #expect(text(TerminalFixture.style(hasColour: true)).hasPrefix("\u{1B}[31mSPLIT BRAIN"))
        brain.right = nil
        #expect(text(TerminalFixture.plain).contains("Nothing in the journal says which is right, so a person decides"))
        #expect(text(TerminalFixture.style(columns: 200)).contains("handover settle dc2 --serving dc1"))
    }

    @Test func `an empty journal says so`() {
        let text = StatusView.render(
            views: [], secrets: [], runs: [], head: .empty, now: now, style: TerminalFixture.plain)
        #expect(text == "Nothing has been seen of any site yet.\n\nNo run yet.\n\nJournal: empty")
    }

    @Test func `the list of runs is a table`() {
        #expect(
            RunsView.render(projections.runs.newestFirst, now: now, style: TerminalFixture.plain) == """
                RUN             STATE     STARTED   TOOK        WHAT
                ess-failover-1  going on  60 s ago  1 min 00 s  Fail ESS over from dc1 to dc2
                """)
        #expect(RunsView.render([], now: now, style: TerminalFixture.plain) == "No run yet.")
    }
}
