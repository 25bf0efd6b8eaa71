import FailoverModel
import Systems

/// What `check` shows to people: how each group of checks stands at each site, then what is not in order, with what to do, and the
/// sum. With `showsAll` a line a check.
enum CheckView {
    static func render(_ report: CheckReport, style: TerminalStyle, showsAll: Bool = false) -> String {
        var lines = showsAll ? list(report, style) : overview(report, style)
        for result in report.results.filter({ $0.verdict != .ok }).sorted(by: { rank($0.verdict) < rank($1.verdict) }) {
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

    private static func list(_ report: CheckReport, _ style: TerminalStyle) -> [String] {
        var table = TerminalTable(["CHECK", "SITE", "VERDICT", "SEEN"])
        for result in report.results {
            table.add([
                .init(result.id), .init(result.site), .init(result.verdict.rawValue, colour(result.verdict)),
                .init(result.seen),
            ])
        }
        return table.lines(style, indent: "")
    }

    /// A row for each group of checks (`postgres`, `nodes`), and below it one for each of its checks that is not ok somewhere.
    private static func overview(_ report: CheckReport, _ style: TerminalStyle) -> [String] {
        let sites = unique(report.results.map(\.site))
        var table = TerminalTable(["CHECKS"] + sites)
        for group in unique(report.results.map(\.group)) {
            let own = report.results.filter { $0.group == group }
            table.add([.init(group)] + sites.map { site in total(own.filter { $0.site == site }) })
            for id in unique(own.filter { $0.verdict != .ok }.map(\.id)) {
                table.add([.init("  \(id.dropFirst(group.count + 1))")] + sites.map { cell(own, id, $0) })
            }
        }
        return table.lines(style, indent: "")
    }

    private static func total(_ results: [CheckResult]) -> TerminalTable.Cell {
        let good = results.count { $0.verdict == .ok }
        if results.isEmpty { return "-" }
        return good == results.count
            ? .init("\(good) ok", .green)
            : .init(
                "\(good) of \(results.count) ok", results.map(\.verdict).max { rank($0) > rank($1) }.flatMap(colour))
    }

    private static func cell(_ results: [CheckResult], _ id: String, _ site: String) -> TerminalTable.Cell {
        let verdict = results.filter { $0.id == id && $0.site == site }.map(\.verdict).min { rank($0) < rank($1) }
        guard let verdict, verdict != .ok else { return .init(verdict == nil ? "" : "ok", .dim) }
        return .init(verdict.rawValue, colour(verdict))
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
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

    private static func rank(_ verdict: CheckVerdict) -> Int {
        switch verdict {
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

extension CheckResult {
    /// `postgres` of `postgres.checksums`.
    fileprivate var group: String { String(id.prefix { $0 != "." }) }
}
