import FailoverModel
import TimelineReports

/// Whether a failover would find what it needs, and how the checks before went.
struct ChecksPart {
    var last: CheckProjection.Status?
    var history: [CheckHistory.Check]
    var text: PageText

    var part: PagePart {
        PagePart(name: "checks", title: "Checks", content: last.map { newest($0) + earlier } ?? Self.none)
    }

    private static let none =
        "<p>Nothing has been checked yet. <code>handover check</code> does, <code>handover watch</code> again and again.</p>"

    private func newest(_ check: CheckProjection.Status) -> String {
        let bad = check.problems.count { $0.verdict == .failing || $0.verdict == .unknown }
        let words = bad == 0 ? "✓ A failover would find what it needs" : "✗ A failover would not find all it needs"
        let others = CheckVerdict.allCases.filter { $0 != .ok }.compactMap { verdict -> String? in
            let count = check.problems.count { $0.verdict == verdict }
            return count == 0 ? nil : ", \(count) \(verdict.rawValue)"
        }
        let before = bad > 0 ? check.lastSoundAt.map { "; last in order \(text.ago($0))" } ?? "" : ""
        let sum =
            "<p><b class=\(bad == 0 ? "good" : "bad")>\(words)</b>, checked \(text.ago(check.at)): \(check.ok) ok"
            + others.joined() + before + "</p>"
        let order: [CheckVerdict] = [.failing, .unknown, .warning, .ok]
        let problems = check.problems.sorted { one, other in
            (order.firstIndex(of: one.verdict) ?? 0, one.id, one.site)
                < (order.firstIndex(of: other.verdict) ?? 0, other.id, other.site)
        }
        guard !problems.isEmpty else { return sum }
        let rows = problems.prefix(100).map { problem in
            [
                PageTable.Cell("<code>\(problem.id.cut(to: 80).forHTML)</code>"), .name(problem.site),
                PageTable.Cell(
                    "<b class=\(problem.verdict.look)>\(problem.verdict.mark) \(problem.verdict.rawValue)</b>", "k"),
                PageTable.Cell(problem.seen.foldedForHTML),
            ]
        }
        return sum
            + PageTable(
                caption: "What was not in order at the last check", header: ["check", "site", "verdict", "seen"],
                rows: rows
            ).html
    }

    private var earlier: String {
        guard history.count > 1 else { return "" }
        let rows = history.suffix(30).reversed().map { check in
            [
                PageTable.Cell("<a href=\"/?at=\(check.sequence)\">\(text.time(check.at))</a>", "n"),
                .name(check.actor), PageTable.Cell("\(check.ok)", "n"),
                PageTable.Cell("\(check.count(.warning))", "n"),
                PageTable.Cell(count(check, .failing), "n"), PageTable.Cell(count(check, .unknown), "n"),
            ]
        }
        return "<details id=earlier-checks><summary>The \(history.suffix(30).count) newest checks</summary>"
            + PageTable(
                caption: "Checks, newest first", header: ["checked", "by", "ok", "warning", "failing", "unknown"],
                rows: rows
            ).html + "</details>"
    }

    private func count(_ check: CheckHistory.Check, _ verdict: CheckVerdict) -> String {
        let count = check.count(verdict)
        return count == 0 ? "0" : "<b class=\(verdict.look)>\(count)</b>"
    }
}

extension CheckVerdict {
    var look: String {
        switch self {
        case .ok: "good"
        case .warning, .unknown: "warn"
        case .failing: "bad"
        }
    }

    var mark: String {
        switch self {
        case .ok: "✓"
        case .warning: "!"
        case .unknown: "?"
        case .failing: "✗"
        }
    }
}
