import FailoverModel
import RunEngine
import Synchronization
import Testing

@testable import HandoverCommands

/// Collects what would go to the terminal.
final class Written: Sendable {
    private let text = Mutex("")
    func add(_ more: String) { text.withLock { $0 += more } }
    var all: String { text.withLock(\.self) }
}

@Suite struct RunDisplayTests {
    @Test func `in a pipe every event is one plain line`() throws {
        let written = Written()
        let display = RunDisplay(
            style: { .pipe }, now: { TerminalFixture.start.advanced(byMilliseconds: 24_000) }, write: written.add)
        let fixture = try TerminalFixture.promoting()
        for (event, entry) in fixture.sent { display.appended(event, entry: entry, state: fixture.state) }
        display.noticed(step: "promote", "is still in recovery")
        display.noticed(step: "promote", "is still in recovery")
        display.end()
        #expect(
            written.all == """
                03:13:07Z    +0.0s                ada starts: Fail ESS over from dc1 to dc2
                03:13:07Z    +0.0s                process 4711 on ops1 carries the run out
                03:13:08Z    +1.0s  fence    dc1  owed to dc1: connection refused
                03:13:08Z    +1.1s  promote  dc2  asks: Is dc1 down?
                03:13:28Z   +21.1s  promote  dc2  grace says yes and answers for dc1-is-down
                03:13:28Z   +21.1s  promote  dc2  doing: dc2 main will be promoted
                03:13:31Z   +24.0s  promote  dc2  waits: is still in recovery

                """)
    }

    @Test func `on a terminal the last picture stays and the cursor comes back`() throws {
        let written = Written()
        let fixture = try TerminalFixture.promoting()
        let display = RunDisplay(
            style: { TerminalFixture.style() }, keyboard: -1, now: { fixture.now }, write: written.add)
        for (event, entry) in fixture.sent { display.appended(event, entry: entry, state: fixture.state) }
        display.end()
        display.end()
        let text = written.all
        #expect(text.hasPrefix(ScreenRegion.hideCursor))
        #expect(text.hasSuffix("\n" + ScreenRegion.showCursor))
        #expect(text.contains("⠋ doing     promote  dc2"))
    }

    @Test func `a wait whose sentence changes every moment gives a line every five seconds`() throws {
        var lines = RunLines()
        let fixture = try TerminalFixture.promoting()
        let told = (0..<100).compactMap { look in
            lines.line(
                notice: "behind by \(1000 - look) bytes", step: "promote", state: fixture.state,
                now: fixture.now.advanced(byMilliseconds: Int64(look) * 200))
        }
        #expect(told.count == 4)
        #expect(told.last?.hasSuffix("promote  dc2  waits for 15.0 s: behind by 925 bytes") == true, "\(told)")
    }

    @Test func `a terminal that cannot move its cursor gets plain lines`() throws {
        let written = Written()
        let fixture = try TerminalFixture.promoting()
        var style = TerminalFixture.style()
        style.isDumb = true
        let display = RunDisplay(style: { [style] in style }, keyboard: -1, now: { fixture.now }, write: written.add)
        for (event, entry) in fixture.sent { display.appended(event, entry: entry, state: fixture.state) }
        display.end()
        display.pause(false)
        #expect(!written.all.contains("\u{1B}") && written.all.hasSuffix("doing: dc2 main will be promoted\n"))
    }

    @Test func `stopped and gone on with, the cursor was given back and the picture begins anew`() throws {
        let written = Written()
        let fixture = try TerminalFixture.promoting()
        let display = RunDisplay(
            style: { TerminalFixture.style() }, keyboard: -1, now: { fixture.now }, write: written.add)
        if let (event, entry) = fixture.sent.last { display.appended(event, entry: entry, state: fixture.state) }
        display.pause(true)
        display.pause(false)
        display.remark("draw once")
        display.lendTerminal()
        let before = written.all
        #expect(before.hasSuffix("draw once\n") || before.hasSuffix(ScreenRegion.showCursor))
        display.end()
        let after = String(written.all.dropFirst(before.count))
        #expect(after.hasPrefix(ScreenRegion.hideCursor + "\r") && after.hasSuffix(ScreenRegion.showCursor))
        #expect(!after.contains("A\r"), "nothing above is drawn over: \(after.debugDescription)")
    }

    @Test func `no line fills a row, so that none is taken for a longer one when the window is made wider`() throws {
        let written = Written()
        let fixture = try TerminalFixture.promoting()
        let display = RunDisplay(
            style: { TerminalFixture.style(columns: 30) }, keyboard: -1, now: { fixture.now }, write: written.add)
        for (event, entry) in fixture.sent { display.appended(event, entry: entry, state: fixture.state) }
        display.end()
        let lines = written.all.split(separator: "\n").map {
            $0.replacing(ScreenRegion.hideCursor, with: "").replacing("\r", with: "").replacing("\u{1B}[K", with: "")
        }
        #expect(lines.count > 5)
        for line in lines.dropLast() { #expect(String(line).cells <= 29, "\(line)") }
    }

    @Test func `few pictures a second, few bytes, and fewer where the terminal is slow`() {
        var budget = DrawBudget()
        #expect(budget.mayDraw(at: 0))
        budget.drew(bytes: 10, at: 0, took: 0)
        #expect(!budget.mayDraw(at: 199) && budget.mayDraw(at: 200))
        budget.drew(bytes: 3000, at: 200, took: 0)
        #expect(!budget.mayDraw(at: 1699) && budget.mayDraw(at: 1700))
        budget.drew(bytes: 10, at: 1700, took: 500)
        #expect(!budget.mayDraw(at: 3699) && budget.mayDraw(at: 3700))
        budget.drew(bytes: 1_000_000, at: 4000, took: 60_000)
        #expect(budget.mayDraw(at: 9000), "never so seldom that it looks dead")
        var (sent, now) = (0, Int64(0))
        budget = DrawBudget()
        while now < 60_000 {
            if budget.mayDraw(at: now) {
                budget.drew(bytes: 800, at: now, took: 0)
                sent += 800
            }
            now += 50
        }
        #expect(sent <= 60 * 2000 + 800)
    }

    @Test func `nothing is drawn while a question is asked, and after it the picture begins below`() throws {
        let written = Written()
        var fixture = try TerminalFixture.promoting()
        let now = fixture.now
        let display = RunDisplay(style: { TerminalFixture.style() }, keyboard: -1, now: { now }, write: written.add)
        if let (event, entry) = fixture.sent.last { display.appended(event, entry: entry, state: fixture.state) }
        display.pause(true)
        let before = written.all
        #expect(before.hasSuffix(ScreenRegion.showCursor))
        try fixture.add(TerminalFixture.succeeded("promote", "promoted"))
        if let (event, entry) = fixture.sent.last { display.appended(event, entry: entry, state: fixture.state) }
        #expect(written.all == before)
        display.pause(false)
        display.end()
        let after = written.all.dropFirst(before.count)
        #expect(after.contains("promoted"))
        #expect(!after.contains("\u{1B}[8A"))
    }

    @Test func `only lines that changed are sent again`() {
        var region = ScreenRegion()
        #expect(region.draw(["a", "b"], columns: 80) == "\ra\u{1B}[K\n\rb\u{1B}[K\n")
        #expect(region.draw(["a", "b"], columns: 80) == "")
        #expect(region.draw(["a", "c"], columns: 80) == "\u{1B}[2A\r\n\rc\u{1B}[K\n")
        #expect(region.draw(["a"], columns: 80) == "\u{1B}[2A\r\n\u{1B}[J")
    }

    @Test func `after a resize the rows that wrapped lines take are counted`() {
        var region = ScreenRegion()
        _ = region.draw([String(repeating: "x", count: 70), "y"], columns: 80)
        #expect(region.draw(["x", "y"], columns: 30) == "\u{1B}[4A\r\u{1B}[J\rx\u{1B}[K\n\ry\u{1B}[K\n")
        #expect(region.draw(["x", "z"], columns: 90) == "\u{1B}[2A\r\u{1B}[J\rx\u{1B}[K\n\rz\u{1B}[K\n")
        #expect(region.draw(["x", "a"], columns: 90) == "\u{1B}[2A\r\n\ra\u{1B}[K\n")
        #expect("\u{1B}[31mab\u{1B}[0m".visibleCells == 2)
    }
}
