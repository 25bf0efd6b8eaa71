import Crypto
import FailoverModel
import Foundation

/// The timeline as one HTML page that needs nothing else: no network, no script, and it prints.
package struct TimelinePage {
    let report: TimelineReport
    let version: String

    package init(_ report: TimelineReport, version: String) {
        self.report = report
        self.version = version
    }

    package var html: String {
        let first = report.runs[0]
        let title = first.title + (report.runs.count > 1 ? ", and what followed" : "")
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(title.cut(to: 120).forHTML) · \(report.runs.map(\.run).joined(separator: ", ").cut(to: 80).forHTML)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <a class=skip href="#chronology">Go to the chronology</a>
            <main>
            \(report.runs.count > 1 ? overview(title) : "")\(runs)
            \(ChronologyList(report: report).html)
            </main>
            <footer>Written by handover \(version.forHTML) from the journal, entries \(entries). Times are UTC\(local). \
            Durations count forward: where a clock went back, no time is taken to have passed.</footer>
            </body>
            </html>

            """
    }

    private var runs: String {
        report.runs.enumerated().map { index, run in
            RunPart(run: run, number: index, isAlone: report.runs.count == 1, zone: report.zone).html
        }.joined(separator: "\n")
    }

    private var entries: String {
        let sequences = report.runs.flatMap { [$0.started.sequence, $0.last.sequence] }
        return "\(sequences.min() ?? 0) to \(sequences.max() ?? 0)"
    }

    private var local: String { report.zone.map { ", and those of \($0.name.forHTML) beside them" } ?? "" }

    /// All runs on one axis, with the time between them broken.
    private func overview(_ title: String) -> String {
        let spans = zip(report.runs, report.offsets).map { run, offset in
            offset..<(offset + max(1, run.milliseconds * 1000))
        }
        let whole = spans.reduce(0..<1) { $0.lowerBound..<max($0.upperBound, $1.upperBound) }
        let scale = TimeScale(from: 0, to: whole.upperBound, quiet: Spans([whole]).subtracting(Spans(spans)))
        let rows = zip(report.runs.indices, spans).map { index, span in
            let run = report.runs[index]
            let x = scale.position(span.lowerBound)
            let width = max(0.4, scale.position(span.upperBound) - x)
            let breaks = scale.breaks.map { gap in
                "<rect class=break x=\"\(scale.position(gap.from).asPercent)\" width=\"\(TimeScale.breakWidth.asPercent)\" "
                    + "height=18 />"
            }.joined()
            return "<div class=row><span class=name><a href=\"#run-\(index)\">\(run.run.cut(to: 80).forHTML)</a></span>"
                + "<span class=\"state \(run.standing.look)\">\(run.standing.words)</span><span class=took>"
                + "\(run.milliseconds.asSeconds)</span><svg aria-hidden=true height=18>\(breaks)<rect class=done "
                + "x=\"\(x.asPercent)\" width=\"\(width.asPercent)\"><title>\(span.lowerBound.asOffset)</title></rect></svg></div>"
        }
        return
            "<header><h1>\(title.cut(to: 300).forHTML)</h1><p>\(report.runs.count) runs, told one after the other; the "
            + "chronology at the end has all of them.</p></header><section aria-label=\"All runs\"><div class=gantt>"
            + rows.joined() + "</div></section>"
    }

    /// Nothing may be loaded and nothing run; the one style is named by its digest.
    package static let policy =
        "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"

    private static let digest = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
}
