import FailoverModel
import Systems

/// What `check` shows to people: how each group of checks stands at each site, then what is not in order, with what to do, the
/// worst last, where the eye is when the command has ended, and the sum. With `showsAll` a line a check.
enum CheckView {
    /// - Parameter sites: in the order of the topology.
    static func render(
        _ report: CheckReport, sites: [String], style: TerminalStyle, showsAll: Bool = false
    ) -> String {
        var lines = showsAll ? list(report, style) : overview(report, sites, style)
        for verdict in [CheckVerdict.warning, .unknown, .failing] {
            for problem in problems(report.results.filter { $0.verdict == verdict }) {
                lines += [""] + self.lines(of: problem, style)
            }
        }
        return (lines + ["", sum(report, style)]).joined(separator: "\n")
    }

    /// What one check says of several sites, where the same is to be done about it.
    private static func problems(_ results: [CheckResult]) -> [[CheckResult]] {
        var problems: [[CheckResult]] = []
        for result in results {
            if let index = problems.firstIndex(where: { $0[0].id == result.id && $0[0].fix == result.fix }) {
                problems[index].append(result)
            } else {
                problems.append([result])
            }
        }
        return problems
    }

    private static func lines(of problem: [CheckResult], _ style: TerminalStyle) -> [String] {
        let first = problem[0]
        let sites = unique(problem.map(\.site)).joined(separator: ", ")
        let heading = style.paint(first.verdict.rawValue, colour(first.verdict))
        let texts = unique(problem.map(\.seen)).map { ("seen", $0) } + [("why", first.why), ("do", first.fix)]
        return ["\(heading) \("\(first.id) at \(sites)".shownSafely)"]
            + texts.filter { !$0.1.isEmpty }.flatMap { label, text in
                text.shownSafely.wrapped(to: style.size.columns - 8).enumerated().map {
                    "  \(($0 == 0 ? label : "").fitted(to: 4))  \($1)"
                }
            }
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

    /// A row for each group of checks (`postgres`, `nodes`).
    private static func overview(_ report: CheckReport, _ all: [String], _ style: TerminalStyle) -> [String] {
        let sites = all.filter { site in report.results.contains { $0.site == site } }
        var table = TerminalTable(["CHECKS"] + sites)
        for group in unique(report.results.map(\.group)) {
            let own = report.results.filter { $0.group == group }
            table.add([.init(group)] + sites.map { site in total(own.filter { $0.site == site }) })
        }
        return table.lines(style, indent: "")
    }

    /// `12 ok`, or the worst with how many are in order: `failing, 10/12 ok`.
    private static func total(_ results: [CheckResult]) -> TerminalTable.Cell {
        let good = results.count { $0.verdict == .ok }
        guard let worst = results.map(\.verdict).min(by: { rank($0) < rank($1) }) else { return "-" }
        return worst == .ok
            ? .init("\(good) ok", .green) : .init("\(worst.rawValue), \(good)/\(results.count) ok", colour(worst))
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private static func sum(_ report: CheckReport, _ style: TerminalStyle) -> String {
        let parts = CheckVerdict.allCases.compactMap { verdict -> String? in
            let count = report.count(verdict)
            guard count > 0 else { return nil }
            return "\(count) \(verdict.rawValue)" + (verdict == .warning && count > 1 ? "s" : "")
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
