import FailoverModel
import TimelineReports

/// Runs as a list, newest first; drills have one of their own.
struct RunsPart {
    var runs: [RunSummary]
    var gone: Set<String>
    var text: PageText
    /// Whether the newest entry or a point of the past is shown: links lead to the same.
    var at: String

    static let most = 40

    func part(name: String, title: String, none: String) -> PagePart {
        PagePart(name: name, title: title, content: runs.isEmpty ? "<p>\(none)</p>" : table(title) + left)
    }

    private func table(_ title: String) -> String {
        let rows = runs.prefix(Self.most).map { run in
            // What a run said when somebody let go of it is over once it is carried out again.
            let said = run.standing == .running ? "" : run.summary
            return [
                PageTable.Cell.name(run.id, link: PageAddress.run(run.id) + at),
                PageTable.Cell(
                    gone.contains(run.id)
                        ? "<b class=warn>nobody carries it out</b>"
                        : "<b class=\(run.standing.look)>\(run.standing.words)</b>"),
                PageTable.Cell(
                    "\(run.title.cut(to: 160).forHTML)<br><span class=dim>\(said.cut(to: 160).forHTML)</span>"),
                PageTable.Cell(text.time(run.startedAt), "n"),
                PageTable.Cell(
                    run.endedAt.map { max(0, $0.milliseconds(since: run.startedAt)).asSeconds } ?? "not over", "n"),
                .name(run.startedBy),
            ]
        }
        return PageTable(caption: title, header: ["run", "state", "what", "begun", "took", "by"], rows: rows).html
    }

    private var left: String {
        runs.count <= Self.most ? "" : "<p>\(runs.count - Self.most) older ones: <a href=/api/runs>as JSON</a></p>"
    }
}
