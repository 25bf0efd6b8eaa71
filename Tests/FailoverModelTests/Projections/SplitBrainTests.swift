import FailoverModel
import HandoverTestSupport
import Testing

/// Who takes writes, and who is right: from looks and from the journal's promotions alone.
@Suite struct SplitBrainTests {
    private var projections = JournalProjections()
    private var sequence: Int64 = 0

    private mutating func take(_ event: Event, run: String = "r-1") throws {
        sequence += 1
        let new = event.entry(run: run, time: Moment(microseconds: sequence * 1_000_000), actor: "ada")
        let entry = Entry(new, sequence: sequence)
        try entry.withBytes { try projections.apply($0) }
    }

    private mutating func promote(_ site: String, timeline: Int64, run: String = "r-1", direction: Direction = .forward)
        throws
    {
        var plan = EventSamples.plan
        plan.to = site
        try take(.runStarted(RunStarted(plan: plan)), run: run)
        try take(
            .stepSucceeded(
                StepSucceeded(
                    step: "promote@dc2", direction: direction, how: .acted, isPivot: true,
                    facts: [
                        "command": "postgres.promote", "site": .string(site), "cluster": "main",
                        "systemIdentifier": "7", "oldTimeline": .integer(timeline - 1),
                        "newTimeline": .integer(timeline),
                        "forkPosition": "0/3000148",
                    ], sentence: "promoted")), run: run)
    }

    private func look(
        _ site: String, timeline: Int64, isInRecovery: Bool = false, identifier: String = "7", isFenced: Bool = false
    ) -> SplitBrain.Look {
        var server = EventSamples.postgres
        server.isInRecovery = isInRecovery
        server.timeline = timeline
        server.systemIdentifier = identifier
        server.isReadOnlyByDefault = isFenced
        server.synchronousStandbyNames = isFenced ? PostgresObservation.fenceStandbyName : ""
        return SplitBrain.Look(site: site, cluster: "main", server: server)
    }

    @Test mutating func `the last completed promotion says who is right`() throws {
        try promote("dc2", timeline: 2)
        let brain = try #require(
            SplitBrain.find(in: [look("dc1", timeline: 1), look("dc2", timeline: 2)], serving: projections.serving)
                .first)
        #expect(brain.isSplit && brain.right?.site == "dc2" && brain.wrong == ["dc1"] && brain.strangers == [])
        #expect(
            brain.sentence
                == "dc1 at 16/B374D848 on timeline 1 and dc2 at 16/B374D848 on timeline 2 take writes in the cluster main"
        )
        #expect(brain.judgement == "dc2 is right: r-1 made it the primary on timeline 2")
        try promote("dc3", timeline: 2, run: "r-2")
        #expect(projections.serving.site == "dc3")
        // Two promotions from one fork have the same number: only the journal tells them apart.
        let later = try #require(
            SplitBrain.find(in: [look("dc2", timeline: 2), look("dc3", timeline: 2)], serving: projections.serving)
                .first)
        #expect(later.wrong == ["dc2"])
    }

    @Test mutating func `without a promotion in the journal, or where it is none of the sides, a person decides`()
        throws
    {
        let looks = [look("dc1", timeline: 1), look("dc2", timeline: 2)]
        let unknown = try #require(SplitBrain.find(in: looks, serving: projections.serving).first)
        #expect(unknown.isSplit && unknown.right == nil && unknown.wrong == [])
        try promote("dc3", timeline: 2)
        #expect(SplitBrain.find(in: looks, serving: projections.serving).first?.right == nil)
        // dc2 answers, but on an older timeline than that of its promotion: it is not what was promoted.
        try promote("dc2", timeline: 3, run: "r-2")
        #expect(SplitBrain.find(in: looks, serving: projections.serving).first?.right == nil)
        // What was undone or never seen done is no promotion.
        var other = Self()
        try other.promote("dc2", timeline: 2, direction: .back)
        #expect(other.projections.serving.site == nil)
    }

    @Test mutating func `a fenced primary, a standby and a single primary are no split brain`() throws {
        try promote("dc2", timeline: 2)
        let two = look("dc2", timeline: 2)
        for other in [
            look("dc1", timeline: 1, isFenced: true), look("dc1", timeline: 2, isInRecovery: true),
            look("dc1", timeline: 2, isInRecovery: true, identifier: "8"),
        ] {
            #expect(SplitBrain.find(in: [other, two], serving: projections.serving) == [])
        }
    }

    @Test mutating func `a database made anew is a stranger and never taken for the cluster's`() throws {
        let fresh = look("dc1", timeline: 1, identifier: "8")
        let others = [look("dc2", timeline: 1, isInRecovery: true), look("dc3", timeline: 1, isInRecovery: true)]
        let alone = try #require(SplitBrain.find(in: [fresh] + others, serving: projections.serving).first)
        #expect(!alone.isSplit && alone.strangers == ["dc1"] && alone.sentence.contains("system identifier 8"))
        try promote("dc2", timeline: 2)
        let beside = try #require(
            SplitBrain.find(in: [fresh, look("dc2", timeline: 2)], serving: projections.serving).first)
        #expect(!beside.isSplit && beside.strangers == ["dc1"] && beside.right?.site == "dc2")
    }

    @Test mutating func `what was last seen is what status shows, and who stopped answering is not counted`() throws {
        try promote("dc2", timeline: 2)
        for (site, timeline) in [("dc1", Int64(1)), ("dc2", 2)] {
            let server = look(site, timeline: timeline).server
            try take(.siteObserved(SiteObserved(SiteObservation(site: site, cluster: "main", seen: .postgres(server)))))
        }
        #expect(projections.splitBrains(of: projections.siteViews()).map(\.wrong) == [["dc1"]])
        let rebuilt = try JournalProjections(records: projections.takeChanges())
        #expect(rebuilt.splitBrains(of: rebuilt.siteViews()).map(\.wrong) == [["dc1"]])
        try take(
            .siteObserved(
                SiteObserved(
                    SiteObservation(
                        site: "dc1", cluster: "main", seen: .unreachable(system: "postgres", reason: "gone")))))
        #expect(projections.splitBrains(of: projections.siteViews()) == [])
    }

    @Test mutating func `a person's word about the pivot counts as a promotion`() throws {
        try take(.runStarted(RunStarted(plan: EventSamples.plan)))
        try take(.stepDecided(StepDecided(step: "promote@dc2", isDone: true)))
        #expect(projections.serving.promotion(of: "main")?.site == "dc2")
        #expect(projections.runs.summaries["r-1"]?.isPastPivot == true)
    }
}
