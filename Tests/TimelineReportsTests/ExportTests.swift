import FailoverModel
import Testing

@testable import TimelineReports

@Suite struct ExportTests {
    @Test func `the Markdown is the golden file`() throws {
        try GoldenFile.expect(try RunTimeline(entries: Incident.all).markdown, equals: "incident.md")
    }

    @Test func `the JSON is the golden file, keys sorted`() throws {
        var writer = JSONWriter()
        writer.value(try RunTimeline(entries: Incident.all).json)
        // One key a line, so that a difference can be read.
        let text = String(decoding: writer.bytes, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
            .joined(separator: ",\n")
        try GoldenFile.expect(text + "\n", equals: "incident.json")
    }

    @Test func `every entry of the run is an item of the JSON`() throws {
        let items = try #require(try RunTimeline(entries: Incident.all).json["entries"]?.elements)
        #expect(items.map { $0["sequence"]?.integer } == Incident.all.map(\.sequence))
        #expect(items.map { $0["type"]?.text } == Incident.all.map(\.type))
        #expect(items.map { $0["time"]?.text } == Incident.all.map(\.time.description))
    }

    @Test func `no text from outside becomes Markdown or HTML`() throws {
        let markdown = try RunTimeline(entries: Incident.all).markdown
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
