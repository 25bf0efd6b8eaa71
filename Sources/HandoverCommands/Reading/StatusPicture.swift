import FailoverModel

/// What `status` shows.
struct StatusPicture: Sendable {
    let head: JournalHead
    let sites: [SiteView]
    let secrets: [SecretProjection.Status]
    /// The newest check; nil where there was none.
    let check: CheckProjection.Status?
    /// Databases that should not take writes and do, as last seen.
    let splitBrains: [SplitBrain]
    /// The newest run that moved the service, against what was promised; `nil` where nothing was.
    let measured: (run: String, objectives: MeasuredObjectives)?
    /// By the site that was tried.
    let drills: [String: DrillProjection.Status]
    /// Newest first.
    let runs: [ListedRun]
    /// The steps that runs under way are at, by run.
    private let doing: [String: [String]]
    private let past: Moment?

    /// The journal's picture, and the sites of the topology too, though nothing may have been seen of them.
    init(_ snapshot: JournalSnapshot, siteNames: [String], file: JournalFile) {
        head = snapshot.head
        past = snapshot.past
        sites = snapshot.projections.siteViews(also: siteNames)
        splitBrains = snapshot.projections.splitBrains(of: sites)
        secrets = snapshot.projections.secrets.sorted
        check = snapshot.projections.checks.last
        drills = snapshot.projections.drills.statuses
        let summaries = snapshot.projections.runs.newestFirst
        measured = past == nil ? Self.measured(summaries, file) : nil
        runs = past == nil ? summaries.map(file.listed) : summaries.map { ListedRun(summary: $0, liveness: nil) }
        doing = past == nil ? RunsCommand.doing(runs, file) : [:]
    }

    private static func measured(
        _ summaries: [RunSummary], _ file: JournalFile
    ) -> (run: String, objectives: MeasuredObjectives)? {
        guard let run = summaries.first(where: { $0.isPastPivot && $0.kind == .runbook }),
            let state = try? file.state(of: run.id),
            let objectives = state.measuredObjectives(now: state.endedAt ?? state.lastAt)
        else { return nil }
        return (run.id, objectives)
    }

    /// The picture as people read it.
    func text(_ invocation: Invocation, style: TerminalStyle) -> String {
        let typing: (([String]) -> String)? = past == nil ? { invocation.line($0) } : nil
        return StatusView.render(
            views: sites, secrets: secrets, runs: runs.map(\.summary), head: head, now: past ?? invocation.now,
            style: style, check: check, abandoned: runs.abandoned, splitBrains: splitBrains, measured: measured,
            drills: drills, doing: doing, typing: typing)
    }
}

extension [RunSummary] {
    /// The names of those that may still be rolled back: nothing is to be settled for them, it would take the old site out
    /// of service.
    var undecided: Set<String> { Set(lazy.filter { !$0.standing.isOver && !$0.isPastPivot }.map(\.id)) }
}
