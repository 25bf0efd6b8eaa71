import FailoverModel
import Systems

/// What `check` shows to people: a line a check, then what is not in order, with what to do, and the sum.
enum CheckView {
    static func render(_ report: CheckReport, style: TerminalStyle) -> String {
        var table = TerminalTable(["CHECK", "SITE", "VERDICT", "SEEN"])
        for result in report.results {
            table.add([
                .init(result.id), .init(result.site), .init(result.verdict.rawValue, colour(result.verdict)),
                .init(result.seen),
            ])
        }
        var lines = table.lines(style, indent: "")
        for result in report.results.filter({ $0.verdict != .ok }).sorted(by: { rank($0) < rank($1) }) {
            lines += [
                "",
                style.paint(result.verdict.rawValue, colour(result.verdict))
                    + " \(result.id) at \(result.site)".shownSafely,
            ]
            for (label, text) in [("seen", result.seen), ("why", result.why), ("do", result.fix)] where !text.isEmpty {
                let words = text.shownSafely.wrapped(to: style.size.columns - 8)
                lines += words.enumerated().map { "  \(($0 == 0 ? label : "").fitted(to: 4))  \($1)" }
            }
        }
        return (lines + ["", sum(report, style)]).joined(separator: "\n")
    }

    private static func sum(_ report: CheckReport, _ style: TerminalStyle) -> String {
        let parts = CheckVerdict.allCases.compactMap { verdict in
            let count = report.count(verdict)
            return count == 0 ? nil : "\(count) \(verdict.rawValue)"
        }
        let isSound = report.count(.failing) + report.count(.unknown) == 0
        return style.paint(
            isSound ? "A failover would find what it needs" : "A failover would not find all it needs",
            isSound ? .green : .red)
            + ": \(parts.joined(separator: ", "))"
    }

    private static func rank(_ result: CheckResult) -> Int {
        switch result.verdict {
        case .failing: 0
        case .unknown: 1
        case .warning: 2
        case .ok: 3
        }
    }

    private static func colour(_ verdict: CheckVerdict) -> TerminalStyle.Colour {
        switch verdict {
        case .ok: .green
        case .warning, .unknown: .yellow
        case .failing: .red
        }
    }
}
