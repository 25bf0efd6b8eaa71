import FailoverModel
import Testing

@testable import TimelineReports

@Suite struct ExportTests {
    static let berlin = LocalZone(name: "Europe/Berlin") { _ in 3600 }

    static func report(zone: LocalZone? = berlin) throws -> TimelineReport {
        try TimelineReport([RunTimeline(entries: Incident.all)], zone: zone)
    }

    static func both() throws -> TimelineReport {
        try TimelineReport(
            [RunTimeline(entries: Incident.settlement), RunTimeline(entries: Incident.all, stillOwed: [])], zone: berlin
        )
    }

    /// One key a line, so that a difference can be read.
    private static func lines(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
            .joined(separator: ",\n") + "\n"
    }

    @Test(arguments: ["incident", "both"])
    func `every export is its golden file`(name: String) throws {
        let report = try name == "both" ? Self.both() : Self.report()
        try GoldenFile.expect(report.markdown, equals: "\(name).md")
        try GoldenFile.expect(TimelinePage(report, version: "1.2.3").html, equals: "\(name).html")
        try GoldenFile.expect(Self.lines(report.json), equals: "\(name).json")
        try GoldenFile.expect(report.csv, equals: "\(name).csv")
        try GoldenFile.expect(Self.lines(report.trace(version: "1.2.3")), equals: "\(name).trace.json")
        try GoldenFile.expect(report.mermaid, equals: "\(name).mmd")
    }

    @Test func `every entry of the run is an item of the JSON, where it happened`() throws {
        let items = try #require(try RunTimeline(entries: Incident.all).json["entries"]?.elements)
        #expect(items.compactMap { $0["sequence"]?.integer }.sorted() == Incident.all.map(\.sequence))
        let inPlace = items.filter { $0["time"] == $0["recordedAt"] }
        #expect(inPlace.count == Incident.all.count - 4)
        #expect(inPlace.compactMap { $0["sequence"]?.integer } == Incident.all.map(\.sequence).dropLast(4))
        #expect(items.first?["source"] == "alertmanager")
        #expect(items.first?["elapsedMilliseconds"] == -95_000)
    }

    @Test func `no text from outside becomes Markdown or HTML`() throws {
        let markdown = try Self.report().markdown
        for forbidden in ["<script", "<b>", "\u{1B}", "\u{202E}", "line one\nline two"] {
            #expect(!markdown.contains(forbidden))
        }
        // Every row of a table has the columns of its header: an unescaped | would make one more.
        var columns: Int?
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                columns = nil
                continue
            }
            let count = line.replacing("\\|", with: "").filter { $0 == "|" }.count
            #expect(columns == nil || columns == count, "\(line)")
            columns = count
        }
    }

    @Test(arguments: [
        ("a|b", "a\\|b"), ("`x`", "\\`x\\`"), ("<i>&", "&lt;i&gt;&amp;"), ("a\nb", "a b"), ("[l](u)", "\\[l\\](u)"),
        ("\u{1B}[0m", "␛\\[0m"), ("\u{202E}", "&lt;U+202E&gt;"), ("$x$", "\\$x\\$"), ("ü 漢", "ü 漢"),
    ])
    func `text is escaped for Markdown`(text: String, escaped: String) {
        #expect(text.forMarkdown == escaped)
    }

    @Test func `a name is a code span only where it is plain`() {
        #expect("follow@dc3".asMarkdownName == "`follow@dc3`")
        #expect("a`|b".asMarkdownName == "a\\`\\|b")
        #expect("".asMarkdownName == "")
    }

    @Test(arguments: [
        (0, "0.0 s"), (12_345, "12.3 s"), (60_000, "1 min 00 s"), (3_600_000, "1 h 00 min"), (-1500, "−1.5 s"),
    ])
    func `durations are readable`(milliseconds: Int64, text: String) { #expect(milliseconds.asSeconds == text) }
}
