import FailoverModel

/// What `status` shows.
struct StatusPicture: Sendable {
    let head: JournalHead
    let sites: [SiteView]
    let secrets: [SecretProjection.Status]
    /// Newest first.
    let runs: [ListedRun]
    /// What a person types next: runs to resume, sites to settle.
    let next: [String]

    /// The journal's picture, and the sites of the topology too, though nothing may have been seen of them.
    init(_ snapshot: JournalSnapshot, siteNames: [String], file: JournalFile, invocation: Invocation) {
        head = snapshot.head
        sites = snapshot.projections.siteViews(also: siteNames)
        secrets = snapshot.projections.secrets.sorted
        runs = snapshot.projections.runs.newestFirst.map(file.listed)
        let open = runs.filter { !$0.summary.standing.isOver && ($0.summary.standing != .running || $0.isAbandoned) }
        next =
            open.map { invocation.line("resume", $0.summary.id) }
            + sites.filter { !$0.owed.isEmpty }.map { invocation.line("settle", $0.site) }
    }

    /// The picture as people read it.
    func text(_ invocation: Invocation, style: TerminalStyle) -> String {
        StatusView.render(
            views: sites, secrets: secrets, runs: runs.map(\.summary), head: head, now: invocation.now,
            style: style, abandoned: runs.abandoned, typing: invocation.line)
    }
}
