import FailoverModel
import HandoverTestSupport
import Testing

@Suite struct ProjectionTests {
    private func folded(_ events: [(String, Event)]) throws -> JournalProjections {
        var projections = JournalProjections()
        for (index, (run, event)) in events.enumerated() {
            let new = event.entry(run: run, time: Moment(microseconds: Int64(index) * 1_000_000), actor: "ada")
            let entry = Entry(
                sequence: Int64(index) + 1, run: run, time: new.time, actor: new.actor, type: new.type,
                version: new.version, payload: new.payload, hash: [])
            try entry.withBytes { try projections.apply($0) }
        }
        return projections
    }

    private func observed(_ site: String, _ seen: SiteObservation.Seen, cluster: String? = "main") -> (String, Event) {
        ("", .siteObserved(SiteObserved(SiteObservation(site: site, cluster: cluster, seen: seen))))
    }

    private var primary: PostgresObservation {
        var server = EventSamples.postgres
        server.isInRecovery = false
        server.synchronousStandbyNames = ""
        return server
    }

    @Test func `a site is what was last seen of its database`() throws {
        var fenced = primary
        fenced.isReadOnlyByDefault = true
        fenced.synchronousStandbyNames = "\"handover-fence\""
        let projections = try folded([
            observed("dc1", .postgres(primary)), observed("dc2", .postgres(EventSamples.postgres)),
            observed("dc3", .unreachable(system: "postgres", reason: "refused")), observed("dc4", .postgres(fenced)),
        ])
        let roles = projections.siteViews(also: ["dc5"]).map { "\($0.site) \($0.role.rawValue)" }
        #expect(roles == ["dc1 primary", "dc2 standby", "dc3 unreachable", "dc4 fenced", "dc5 unknown"])
    }

    @Test func `a database that went away keeps its last good look beside`() throws {
        let projections = try folded([
            observed("dc1", .postgres(primary)), observed("dc1", .unreachable(system: "postgres", reason: "gone")),
        ])
        let view = try #require(projections.siteViews().first)
        #expect(view.role == .unreachable)
        #expect(view.databases.first?.observation?.position == primary.position)
        #expect(projections.lastDatabaseLooks["dc1/main"]?.observation.position == primary.position)
    }

    @Test func `two databases of different roles make a site unknown`() throws {
        let projections = try folded([
            observed("dc1", .postgres(primary), cluster: "synapse"),
            observed("dc1", .postgres(EventSamples.postgres), cluster: "mas"),
        ])
        #expect(projections.siteViews().first?.role == .unknown)
        #expect(projections.siteViews().first?.databases.map(\.cluster) == ["mas", "synapse"])
    }

    @Test func `what is deferred is owed until it is settled or the run is rolled back`() throws {
        let started = ("r-1", Event.runStarted(RunStarted(plan: EventSamples.plan)))
        let deferred = (
            "r-1", Event.stepDeferred(StepDeferred(step: "promote@dc2", site: "dc2", title: "Promote", reason: "away"))
        )
        let settled = ("s-3", Event.debtSettled(DebtSettled(site: "dc2", debt: Debt(run: "r-1", step: "promote@dc2"))))
        #expect(try folded([started, deferred]).owed.owed(to: "dc2").count == 1)
        #expect(try folded([started, deferred, settled]).owed.debts.isEmpty)
        #expect(try folded([started, deferred, ("r-1", .rollbackStarted(RollbackStarted()))]).owed.debts.isEmpty)
    }

    @Test func `secrets have the last verdict and remember when they were last in sync`() throws {
        func compared(_ verdict: SecretVerdict.Verdict) -> (String, Event) {
            (
                "",
                .secretsCompared(
                    SecretsCompared(
                        reference: "dc1", site: "dc2",
                        verdicts: [SecretVerdict(name: "ess-generated", verdict: verdict)]))
            )
        }
        let status = try #require(try folded([compared(.inSync), compared(.differs)]).secrets.sorted.first)
        #expect(status.verdict == .differs)
        #expect(status.observedAt == Moment(microseconds: 1_000_000))
        #expect(status.lastInSyncAt == Moment(microseconds: 0))
    }

    @Test func `of two sites that were compared both ways the newer comparison counts, whichever way it was`() throws {
        func compared(_ site: String, with reference: String, _ verdict: SecretVerdict.Verdict) -> (String, Event) {
            let verdicts = [SecretVerdict(name: "ess-generated", verdict: verdict)]
            return ("", .secretsCompared(SecretsCompared(reference: reference, site: site, verdicts: verdicts)))
        }
        func shown(_ events: [(String, Event)]) throws -> [String] {
            try folded(events).secrets.sorted.map { "\($0.site) \($0.reference) \($0.verdict.rawValue)" }
        }
        let (there, back) = (compared("dc2", with: "dc1", .unknown), compared("dc1", with: "dc2", .inSync))
        #expect(try shown([there, back]) == ["dc1 dc2 inSync"])
        #expect(try shown([back, there]) == ["dc2 dc1 unknown"])
        // Another pair is another matter.
        #expect(try shown([there, compared("dc1", with: "dc3", .inSync)]) == ["dc1 dc3 inSync", "dc2 dc1 unknown"])
    }

    @Test func `finished runs beyond the newest two hundred are let go, open ones never`() throws {
        var events: [(String, Event)] = [("open", .runStarted(RunStarted(plan: EventSamples.plan)))]
        for number in 1...250 {
            events.append(("r-\(number)", .runStarted(RunStarted(plan: EventSamples.plan))))
            events.append(("r-\(number)", .runReleased(RunReleased(reason: .completed, executor: "e", summary: ""))))
        }
        let runs = try folded(events).runs.summaries
        #expect(runs.count == RunsProjection.finishedKept + 1)
        #expect(runs["open"] != nil && runs["r-250"] != nil && runs["r-50"] == nil)
    }
}
