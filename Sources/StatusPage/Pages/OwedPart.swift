import FailoverModel
import TimelineReports

/// What is owed to which site, since when and why.
struct OwedPart {
    var debts: [OwedProjection.Owed]
    var text: PageText

    var part: PagePart {
        let rows = debts.sorted { ($0.site, $0.since, $0.debt.step) < ($1.site, $1.since, $1.debt.step) }.prefix(200)
            .map { owed in
                [
                    .name(owed.site), PageTable.Cell(owed.title.cut(to: 200).forHTML),
                    PageTable.Cell(owed.reason.foldedForHTML), PageTable.Cell(text.ago(owed.since), "n"),
                    .name(owed.debt.run, link: PageAddress.run(owed.debt.run)),
                ]
            }
        return PagePart(
            name: "owed", title: "What is owed",
            content: debts.isEmpty
                ? "<p>Nothing.</p>"
                : PageTable(
                    caption: "Steps that were not done because a site was away",
                    header: ["site", "what", "because", "since", "run"], rows: Array(rows)
                ).html)
    }
}
