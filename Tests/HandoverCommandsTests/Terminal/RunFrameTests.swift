import FailoverModel
import HandoverTestSupport
import Testing

@testable import HandoverCommands

@Suite struct RunFrameTests {
    private func frame(_ fixture: TerminalFixture, columns: Int = 80, rows: Int = 24) -> RunFrame {
        RunFrame(
            state: fixture.state, now: fixture.now.advanced(byMilliseconds: 3100),
            style: TerminalFixture.style(columns: columns, rows: rows))
    }

    @Test func `a step under way shows what it waits for and how long it usually takes`() throws {
        var frame = frame(try .promoting())
        frame.notices = ["promote": StepNotice("is still in recovery", since: frame.now)]
        frame.usual = ["promote": 4000, "service": 900]
        #expect(
            frame.lines() == [
                "Fail ESS over from dc1 to dc2  ess-failover-1",
                "⠋ going on  24.2 s  1 of 3 steps",
                "",
                "  Disable dc1  0.0 s",
                "    → owed      fence    dc1  0.0 s      connection refused",
                "  Activate dc2",
                "    ⠋ doing     promote  dc2  23.1 s     usually 4.0 s · is still in recovery",
                "    · not yet   service  dc2             usually 0.9 s",
            ])
    }

    @Test func `a question stands below in full, unless it is being asked there`() throws {
        var fixture = TerminalFixture()
        try fixture.add(TerminalFixture.claim)
        try fixture.add(TerminalFixture.deferred)
        try fixture.add(TerminalFixture.asked)
        var frame = frame(fixture)
        #expect(frame.lines().suffix(2) == ["", "  promote asks: Is dc1 down?"])
        frame.isAsking = true
        #expect(!frame.lines().contains("  promote asks: Is dc1 down?"))
    }

    @Test func `a fault that stopped the run is told in full with what to do`() throws {
        var fixture = try TerminalFixture.promoting()
        let fault = Fault(
            .uncertain, "no answer within 120.0 s", at: "dc2 main", next: "Resume: it will be looked at first")
        try fixture.add(.stepFailed(StepFailed(step: "promote", isKnown: false, fault: fault)))
        #expect(
            frame(fixture).lines().last == "  promote: no answer within 120.0 s. Resume: it will be looked at first.")
    }

    @Test(arguments: [(80, 24), (60, 24), (40, 10), (20, 6), (200, 4)])
    func `no picture is wider or taller than the terminal`(columns: Int, rows: Int) throws {
        let fixture = try TerminalFixture.promoting()
        var frame = frame(fixture, columns: columns, rows: rows)
        frame.notices = ["promote": StepNotice(String(repeating: "waits and ", count: 50), since: fixture.now)]
        frame.more = "handover show ess-failover-1"
        frame.usual = ["promote": 1]
        let lines = frame.lines()
        #expect(lines.count <= max(3, rows - 1))
        for line in lines { #expect(line.cells <= columns, "\(line)") }
    }

    @Test func `a hundred steps fit, and what goes on is among what is shown`() throws {
        var plan = TerminalFixture.plan
        plan.steps += (0..<100).map {
            PlannedStep(id: "extra-\($0)", phase: "activate", title: "Extra", command: "a.b", site: "dc2")
        }
        var fixture = TerminalFixture(plan: plan)
        try fixture.add(TerminalFixture.claim)
        try fixture.add(TerminalFixture.intended("extra-77", "will be done"))
        let lines = frame(fixture).lines()
        #expect(lines.count <= 23)
        #expect(lines.contains { $0.contains("extra-77") })
        #expect(lines.last == "  … and 102 more steps")
    }

    @Test func `what is waited for stands below in full, with where the databases are`() throws {
        let fixture = try TerminalFixture.promoting()
        var frame = frame(fixture)
        var notice = StepNotice("", since: fixture.now)
        for second in 0...3 {
            notice.take(
                "behind dc1/main: dc2/main by some bytes and this is a long sentence", seen: Self.servers(second),
                at: fixture.now.advanced(byMilliseconds: Int64(second) * 1000))
        }
        frame.notices = ["promote": notice]
        frame.usual = ["promote": 4000]
        frame.usualRun = 65_000
        #expect(frame.lines()[1] == "⠋ going on  24.2 s, usually 1 min 05 s  1 of 3 steps")
        #expect(
            frame.lines().suffix(5) == [
                "", "  promote waits for 3.1 s: behind dc1/main: dc2/main by some bytes and this is a",
                "  long sentence", "    dc1/main at 0/1312D00",
                "    dc2/main at 0/F42400: 4.0 MB to go, 2.0 MB a second, about 2.0 s left",
            ])
        frame.notices["promote"]?.since = frame.now
        #expect(!frame.lines().contains { $0.contains("waits for") }, "what has only begun to wait is no news")
    }

    /// dc1 stands still at 20 MB; dc2 comes nearer by 2 MB a second.
    private static func servers(_ second: Int) -> [SiteObservation] {
        [("dc1", 20_000_000), ("dc2", UInt64(10_000_000 + 2_000_000 * second))].map { site, bytes in
            var server = EventSamples.postgres
            server.position = LogPosition(bytes: bytes)
            return SiteObservation(site: site, cluster: "main", seen: .postgres(server))
        }
    }

    @Test func `what hangs is told with what to do, and what only takes its time is not`() throws {
        let fixture = try TerminalFixture.promoting()
        func below(after milliseconds: Int64, usual: Int64?, more: String? = "handover show ess-failover-1") -> String {
            var frame = frame(fixture)
            frame.now = fixture.now.advanced(byMilliseconds: milliseconds)
            frame.usual = usual.map { ["promote": $0] } ?? [:]
            frame.more = more
            return frame.lines().drop { !$0.isEmpty }.dropFirst().drop { !$0.isEmpty }.map {
                $0.trimmingPrefix { $0 == " " }
            }.joined(separator: " ")
        }
        #expect(below(after: 9000, usual: 1000).isEmpty)
        #expect(below(after: 29_000, usual: nil).isEmpty)
        #expect(below(after: 29_000, usual: 20_000).isEmpty)
        let advice =
            "To see more, in another terminal: handover show ess-failover-1. Ctrl-C stops in good order, and what "
            + "is done stays; handover resume goes on from there."
        #expect(below(after: 12_000, usual: 4000) == " promote takes longer than usual, which is 4.0 s. \(advice)")
        #expect(below(after: 31_000, usual: nil) == " promote has been at it for 31.0 s. \(advice)")
        #expect(
            below(after: 50_000, usual: 40_000)
                == " promote has 10.0 s left of its 1 min 00 s; then it is tried again, or the run stops and can be "
                + "resumed. \(advice)")
        #expect(below(after: 50_000, usual: 1, more: nil).isEmpty, "a replay hangs for nobody")
    }

    @Test func `hostile text stays text`() throws {
        var fixture = try TerminalFixture.promoting()
        try fixture.add(TerminalFixture.succeeded("promote", "\u{1B}]0;owned\u{07}\u{1B}[2J\u{202E}done\nnext"))
        let text = frame(fixture).lines().joined(separator: "\n")
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
        #expect(text.contains("␛]0;owned␇␛[2J<U+202E>done next"))
    }
}
