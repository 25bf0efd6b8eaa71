import FailoverModel
import TimelineReports

/// The secrets of all sites: a row a secret, a column a site. No value is ever here.
struct SecretsPart {
    var statuses: [SecretProjection.Status]
    var text: PageText

    var part: PagePart {
        let sites = Set(statuses.map(\.site)).sorted()
        let names = Set(statuses.map(\.name)).sorted()
        let good = statuses.count { $0.verdict == .inSync }
        let rows = names.map { name in
            [PageTable.Cell("<code>\(name.cut(to: 80).forHTML)</code>")]
                + sites.map { site in cell(statuses.first { $0.name == name && $0.site == site }) }
        }
        let sum = "<p>\(good) of \(statuses.count) in sync</p>"
        return PagePart(
            name: "secrets", title: "Secrets",
            content: statuses.isEmpty
                ? "<p>Not compared yet. <code>handover secrets status</code> does, without showing a value.</p>"
                : sum + PageTable(caption: "Secrets by site", header: ["secret"] + sites, rows: rows).html)
    }

    private func cell(_ status: SecretProjection.Status?) -> PageTable.Cell {
        guard let status else { return PageTable.Cell("<span class=dim>–</span>") }
        let (look, words) = status.verdict.shown
        return PageTable.Cell(
            "<b class=\(look)>\(words)</b> <span class=dim>with \(status.reference.forHTML), \(text.ago(status.observedAt))</span>"
        )
    }
}

extension SecretVerdict.Verdict {
    fileprivate var shown: (String, String) {
        switch self {
        case .inSync: ("good", "✓ in sync")
        case .differs: ("bad", "✗ differs")
        case .missing: ("bad", "✗ missing")
        case .extra: ("warn", "! only here")
        case .wrongLabel: ("warn", "! wrong label")
        case .wrongType: ("warn", "! wrong type")
        case .unknown: ("warn", "? not known")
        }
    }
}
