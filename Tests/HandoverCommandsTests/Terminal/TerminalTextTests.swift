import FailoverModel
import Testing

@testable import HandoverCommands

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字漢", 5, "漢字…"), ("漢字漢", 4, "漢…"), ("", 0, ""), ("a", 0, ""),
        ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"),
    ])
    func `text is cut to columns with an ellipsis`(text: String, columns: Int, cut: String) {
        #expect(text.truncated(to: columns) == cut)
        #expect(text.truncated(to: columns).cells <= columns)
    }

    @Test func `text is broken at spaces, and a long word in pieces`() {
        #expect("one two three".wrapped(to: 7) == ["one two", "three"])
        #expect("abcdefgh ij".wrapped(to: 3) == ["abc", "def", "gh", "ij"])
        #expect("".wrapped(to: 5) == [""])
    }

    @Test(arguments: [(-5, "0.0 s"), (999, "0.9 s"), (61_000, "1 min 01 s"), (7_500_000, "2 h 05 min")])
    func `spans are readable and never negative`(milliseconds: Int64, text: String) {
        #expect(SpanText.of(milliseconds) == text)
    }

    @Test(arguments: [(0, "0 bytes"), (1, "1 byte"), (2120, "2.1 kB"), (16_777_216, "16.7 MB")])
    func `sizes are readable`(count: Int64, text: String) { #expect(SpanText.bytes(count) == text) }

    @Test func `colour needs a terminal that wants it`() {
        let environments: [[String: String]] = [
            ["TERM": "xterm"], ["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb"],
        ]
        for environment in environments {
            // A file is no terminal, whatever the environment says.
            #expect(!TerminalStyle(descriptor: -1, environment: { environment[$0] }).hasColour)
        }
        #expect(TerminalFixture.style().paint("x", .red) == "x")
        #expect(TerminalFixture.style(hasColour: true).paint("x", .red) == "\u{1B}[31mx\u{1B}[0m")
    }

    @Test func `a table keeps to the width and shows hostile text as text`() {
        var table = TerminalTable(["A", "B"])
        table.add([.init("x\u{1B}[2J"), .init(String(repeating: "long ", count: 40))])
        let lines = table.lines(TerminalFixture.style(columns: 30))
        #expect(lines == ["  A      B", "  x␛[2J  long long long long …"])
        #expect(lines.allSatisfy { $0.cells <= 30 })
        #expect(!lines.joined().contains("\u{1B}"))
    }
}
