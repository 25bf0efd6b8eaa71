import FailoverModel
import Testing

@testable import TimelineReports

/// Text that a person or a system gave stays text, in every format.
@Suite struct HostileTextTests {
    static let texts = [
        "<script>alert(1)</script>", "</style><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)", "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\u{1B}[31mred\u{07}\u{00}",
        "\u{202E}gpj.exe\u{2066}", "line\r\nbreak\u{2028}again", "a:b;c#d,e%%f\n    section x", "```\n# heading\n```",
        "<!-- --> ]]> &amp; &#x3c;", String(repeating: "0123456789", count: 1000),
    ]

    /// A run in which a text stands wherever text from outside can stand.
    static func report(_ text: String) throws -> TimelineReport {
        var incident = Incident()
        incident.add(.noteAdded(NoteAdded(text: text)), by: text)
        incident.add(
            .outsideEventRecorded(
                OutsideEventRecorded(at: Incident.start, source: text, author: text, text: text, digest: "x")))
        var entries = incident.entries
        let plan = Plan(
            runbook: text, title: text, from: text, to: text, others: [], phases: [PlanPhase(id: "p", title: text)],
            steps: [PlannedStep(id: text, phase: "p", title: text, command: text, site: text, cluster: text)])
        let fault = Fault(.rejected, text, at: text, next: text)
        let events: [Event] = [
            .runStarted(RunStarted(plan: plan)),
            .runClaimed(
                RunClaimed(executor: Executor(identity: text, host: text, boot: text, pid: 1, processStart: 1))),
            .approvalRequested(ApprovalRequested(step: text, question: text)),
            .stepApproved(StepApproved(step: text, reason: text)),
            .stepIntended(StepIntended(step: text, attempt: 1, facts: .object([:]), sentence: text)),
            .stepFailed(StepFailed(step: text, isKnown: true, fault: fault)),
            .runReleased(RunReleased(reason: .failed, executor: text, summary: text)),
        ]
        let other = events.enumerated().map { index, event in
            let new = event.entry(
                run: text, time: Moment(microseconds: 1_795_500_000_000_000 + Int64(index) * 1_000_000), actor: text)
            return Entry(
                sequence: 500 + Int64(index), run: text, time: new.time, actor: text, type: new.type,
                version: new.version, payload: new.payload, hash: [])
        }
        entries.removeAll { $0.sequence >= 500 }
        return try TimelineReport([RunTimeline(entries: entries), RunTimeline(entries: other)])
    }

    @Test(arguments: texts)
    func `it becomes no markup, no formula, no section and no line of its own`(text: String) throws {
        let report = try Self.report(text)
        let html = TimelinePage(report, version: "1").html
        for forbidden in [
            "<script", "<img", "onerror=alert(1)>", "' onmouse", "\u{1B}", "\u{202E}", "\u{0000}", "\u{2066}",
        ] {
            #expect(!html.contains(forbidden))
        }
        let markdown = report.markdown
        for forbidden in ["<script", "<img", "\u{1B}", "\u{202E}", "\n# heading", "```"] {
            #expect(!markdown.contains(forbidden))
        }
        for line in report.mermaid.split(separator: "\n") {
            let known = ["gantt", "    title ", "    dateFormat x", "    axisFormat ", "    section ", "    · "]
            #expect(known.contains { line.hasPrefix($0) }, "\(line)")
            #expect(!line.contains("%%"), "\(line)")
            let isBar = line.wholeMatch(of: /\s{4}· [^:;#,%]* :(done|active|crit), \d+, \d+/) != nil
            #expect(isBar || !line.hasPrefix("    · "), "\(line)")
        }
        for row in report.csv.split(separator: "\r\n") {
            for cell in row.dropFirst().dropLast().split(separator: "\",\"", omittingEmptySubsequences: false) {
                #expect(cell.first.map { !"=+-@".contains($0) } ?? true || Int64(cell) != nil, "\(cell)")
            }
        }
    }

    @Test func `nothing of a long text is left out`() throws {
        let text = (0..<2000).map { "w\($0) " }.joined()
        let html = TimelinePage(try Self.report(text), version: "1").html
        #expect(html.contains("w1999 "))
        #expect(text.foldedForHTML.contains("(\(text.count) characters)"))
    }

    @Test func `a page lets nothing run, and nothing be loaded`() throws {
        let html = TimelinePage(try ExportTests.report(), version: "1").html
        #expect(html.contains("default-src 'none'; style-src 'sha256-"))
        for outside in ["src=", "<link", "<script", " style=", "@import", "url(", "http:", "https:"] {
            // The incident's own texts name an address and an image, as text.
            let found = html.ranges(of: outside).filter { range in
                let before = html[html.index(range.lowerBound, offsetBy: -40)..<range.lowerBound]
                return !before.contains("HYPERLINK") && !before.contains("&lt;img")
            }
            #expect(found.isEmpty, "\(outside)")
        }
    }
}
