import FailoverModel
import TimelineReports

/// How far each standby was behind over time: a line for the eye, and the same as a table.
struct ReplicationPart {
    var series: [LagHistory.Series]
    var text: PageText

    private static let (width, height) = (240.0, 40.0)

    var part: PagePart {
        let rows = series.map { series in
            [
                PageTable.Cell("\(series.site.forHTML) <span class=dim>\(series.cluster.forHTML)</span>"),
                now(series),
                PageTable.Cell(series.most.map(PageText.lag) ?? "not known", "n"),
                PageTable.Cell(series.newest?.milliseconds.map { "\($0.asSeconds) before the look" } ?? "", "n"),
                PageTable.Cell(series.newest.map { text.ago($0.at) } ?? ""),
                PageTable.Cell(spark(series), "spark-cell"),
            ]
        }
        let table = PageTable(
            caption: "How far the standbys are behind",
            header: ["standby", "lag", "most in 24 h", "last transaction", "looked at", "over time"], rows: rows
        )
        let none = "<p>No standby has been seen. <code>handover watch</code> keeps looking.</p>"
        return PagePart(
            name: "replication", title: "Replication",
            content: series.isEmpty ? none : table.html + series.map(figures).joined())
    }

    private func now(_ series: LagHistory.Series) -> PageTable.Cell {
        guard let newest = series.newest else { return PageTable.Cell("not known") }
        guard let bytes = newest.bytes else { return PageTable.Cell("<span class=warn>\(newest.why.forHTML)</span>") }
        let look = bytes >= 1 << 30 ? "bad" : bytes >= 16 << 20 ? "warn" : "good"
        return PageTable.Cell("<b class=\(look)>\(PageText.lag(bytes))</b>", "n")
    }

    /// Left is the oldest look, right the newest; where nothing is known the line is broken.
    private func spark(_ series: LagHistory.Series) -> String {
        let known = series.points.filter { $0.bytes != nil }
        guard let first = known.first?.at, let last = known.last?.at, last > first else {
            return "<span class=dim>not yet</span>"
        }
        let most = Double(max(series.most ?? 0, 1))
        var lines: [[String]] = [[]]
        for point in series.points where point.at >= first && point.at <= last {
            guard let bytes = point.bytes else {
                lines.append([])
                continue
            }
            let x = Double(point.at.milliseconds(since: first)) / Double(max(1, last.milliseconds(since: first)))
            let y = 1 - Double(bytes) / most
            lines[lines.count - 1].append("\((x * Self.width).tenth),\((y * (Self.height - 4) + 2).tenth)")
        }
        let drawn = lines.filter { !$0.isEmpty }.map { "<polyline points=\"\($0.joined(separator: " "))\"/>" }
        return
            "<svg class=spark viewBox=\"0 0 240 40\" preserveAspectRatio=none aria-hidden=true>\(drawn.joined())</svg>"
    }

    private func figures(_ series: LagHistory.Series) -> String {
        let rows = series.points.suffix(24).reversed().map { point in
            [
                PageTable.Cell(text.time(point.at)),
                PageTable.Cell(point.bytes.map(PageText.lag) ?? point.why.forHTML, "n"),
                PageTable.Cell(point.milliseconds.map(\.asSeconds) ?? "", "n"),
            ]
        }
        let name = [series.site, series.cluster].filter { !$0.isEmpty }.joined(separator: " ").forHTML
        return
            "<details class=figures-of id=\"lag-\(series.site.forHTML)-\(series.cluster.forHTML)\"><summary>Lag of \(name) in figures"
            + "</summary>"
            + PageTable(
                caption: "Lag of \(name), newest first", header: ["looked at", "lag", "last transaction before"],
                rows: rows
            ).html + "</details>"
    }
}

extension Double {
    fileprivate var tenth: String {
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
