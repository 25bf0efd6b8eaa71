import FailoverModel

/// What `status` shows.
struct StatusPicture: Sendable {
    let head: JournalHead
    let sites: [SiteView]
    let secrets: [SecretProjection.Status]
    /// The newest check; nil where there was none.
    let check: CheckProjection.Status?
    /// Newest first.
    let runs: [ListedRun]
    private let past: Moment?

    /// The journal's picture, and the sites of the topology too, though nothing may have been seen of them.
    init(_ snapshot: JournalSnapshot, siteNames: [String], file: JournalFile) {
        head = snapshot.head
        past = snapshot.past
        sites = snapshot.projections.siteViews(also: siteNames)
        secrets = snapshot.projections.secrets.sorted
        check = snapshot.projections.checks.last
        let summaries = snapshot.projections.runs.newestFirst
        runs = past == nil ? summaries.map(file.listed) : summaries.map { ListedRun(summary: $0, liveness: nil) }
    }

    /// The picture as people read it.
    func text(_ invocation: Invocation, style: TerminalStyle) -> String {
        let typing: (([String]) -> String)? = past == nil ? { invocation.line($0) } : nil
        return StatusView.render(
            views: sites, secrets: secrets, runs: runs.map(\.summary), head: head, now: past ?? invocation.now,
            style: style, check: check, abandoned: runs.abandoned, typing: typing)
    }
}

extension [RunSummary] {
    /// The names of those that may still be rolled back: nothing is to be settled for them, it would take the old site out
    /// of service.
    var undecided: Set<String> { Set(lazy.filter { !$0.standing.isOver && !$0.isPastPivot }.map(\.id)) }
}
