import FailoverModel
import TimelineReports

/// In a look into the past: what has become another since.
struct ChangesPart {
    var changes: [StateChange]

    static let most = 200

    var part: PagePart {
        let rows = changes.prefix(Self.most).map { change in
            [
                PageTable.Cell("\(change.area.rawValue)"), PageTable.Cell(change.subject.cut(to: 100).forHTML),
                PageTable.Cell(change.what.cut(to: 160).forHTML), PageTable.Cell((change.before ?? "–").foldedForHTML),
                PageTable.Cell((change.after ?? "–").foldedForHTML),
            ]
        }
        let left = changes.count > Self.most ? "<p>\(changes.count - Self.most) more are left out here.</p>" : ""
        return PagePart(
            name: "changes", title: "What has changed since",
            content: changes.isEmpty
                ? "<p>Nothing.</p>"
                : PageTable(
                    caption: "What was other then", header: ["of", "which", "what", "then", "now"], rows: rows
                ).html + left)
    }
}
