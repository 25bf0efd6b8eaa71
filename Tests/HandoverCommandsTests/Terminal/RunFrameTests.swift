import FailoverModel
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
        frame.notices = ["promote": "is still in recovery"]
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
        var frame = frame(try .promoting(), columns: columns, rows: rows)
        frame.notices = ["promote": String(repeating: "waits and ", count: 50)]
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

    @Test func `hostile text stays text`() throws {
        var fixture = try TerminalFixture.promoting()
        try fixture.add(TerminalFixture.succeeded("promote", "\u{1B}]0;owned\u{07}\u{1B}[2J\u{202E}done\nnext"))
        let text = frame(fixture).lines().joined(separator: "\n")
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
        #expect(text.contains("␛]0;owned␇␛[2J<U+202E>done next"))
    }
}
