import FailoverModel
import TimelineReports

/// Everything on one page, the most urgent first.
struct OverviewPage {
    var frame: PageFrame
    var views: [SiteView]
    var open: [AttentionPart.OpenRun]
    /// The newest sentences of the newest run that is not over.
    var sentences: [(entry: Entry, sentence: String)]
    var next: (RunState) -> [String]
    /// What has changed since, in a picture of the past.
    var changes: [StateChange]?
    /// Why the journal cannot be read any further.
    var failure: FollowFailure?

    private var picture: PagePicture { frame.picture }
    private var text: PageText { frame.text }

    var html: String {
        let lag = picture.looks.lag.series()
        let wrong = Set(picture.projections.splitBrains(of: views).flatMap(\.wrong))
        let runs = picture.projections.runs.newestFirst
        let gone = Set(open.filter { $0.whyGone != nil }.map(\.state.id))
        let at = picture.past == nil ? "" : "?at=\(picture.head.sequence)"
        let attention = AttentionPart(
            picture: picture, views: views, open: open, viewer: frame.viewer, text: text, next: next)
        var parts = [
            attention.part, now, SitesPart(views: views, lag: lag, wrong: wrong, text: text).part,
            ReplicationPart(series: lag, text: text).part,
            OwedPart(debts: Array(picture.projections.owed.debts.values), text: text).part,
            SecretsPart(statuses: picture.projections.secrets.sorted, text: text).part,
            ChecksPart(last: picture.projections.checks.last, history: picture.looks.checks.checks, text: text).part,
            RunsPart(runs: picture.projections.runs.drills, gone: gone, text: text, at: at).part(
                name: "drills", title: "Drills", none: "No failover was rehearsed yet."),
            RunsPart(runs: runs.filter { $0.kind != .drill }, gone: gone, text: text, at: at).part(
                name: "runs", title: "Runs", none: "There is no run in the journal yet."),
        ]
        if let changes { parts.insert(ChangesPart(changes: changes).part, at: 2) }
        let broken = failure.map { why in
            "<p class=\"note bad\" role=alert><b>The journal cannot be read any further:</b> \(why.text.forHTML)</p>"
        }
        return frame.html(
            "<h1 class=unseen>How things stand</h1><div data-part=failure>\(broken ?? "")</div>"
                + parts.map(\.html).joined(), look: "overview")
    }

    private var now: PagePart {
        let shown = open.prefix(5).enumerated().map { index, run in
            RunNowPart(
                state: run.state, whyGone: run.whyGone, sentences: index == 0 ? sentences : [], text: text,
                isFollowed: index == 0
            ).html
        }
        let more = open.count > 5 ? "<p>\(plural(open.count - 5, "more run")) not over: see below.</p>" : ""
        return PagePart(
            name: "now", title: open.count > 1 ? "Runs in progress" : "Run in progress",
            content: shown.isEmpty ? "<p>None.</p>" : shown.joined() + more)
    }
}
