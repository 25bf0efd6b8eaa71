import FailoverModel
import Testing

@testable import TimelineReports

@Suite struct MergedTimeTests {
    let timeline: RunTimeline

    init() throws { timeline = try RunTimeline(entries: Incident.all) }

    private func item(_ text: String) throws -> RunTimeline.Item {
        try #require(timeline.items.first { $0.sentence.contains(text) })
    }

    @Test func `what has a time of its own stands where it happened, and says when it was written down`() throws {
        let call = try item("first call")
        #expect(call.position == 12_000_000)
        #expect(call.happenedAt == Incident.start.advanced(byMilliseconds: 12_000))
        let index = try #require(timeline.items.firstIndex(of: call))
        let (before, after) = (timeline.items[index - 1], timeline.items[index + 1])
        #expect(before.point.time <= call.time && call.time < after.point.time)
        // Recorded over two hours later by a clock that was an hour back in between.
        #expect(try #require(call.lateMilliseconds) > 3_600_000)
        #expect(try item("PostgresDown").position == -95_000_000)
    }

    @Test func `an event in an hour that the clock showed twice is marked as uncertain`() throws {
        #expect(try item("PostgresDown").isPlaceUncertain)
        let early = Incident.all.filter { $0.sequence < 57 || $0.type == "outside-event.recorded" }
        let sound = try RunTimeline(entries: early)
        #expect(sound.items.contains { $0.kind == .outside })
        #expect(sound.items.filter(\.isPlaceUncertain).isEmpty)
    }

    @Test func `a silence that nothing explains is told, one that something explains is not`() {
        #expect(timeline.silences.map(\.milliseconds) == [7_200_000])
        #expect(timeline.silences.map(\.steps) == [[]])
        // 34 s of a lost executor, a minute in which nobody held the run, 21 s of waiting: all explained.
        #expect(timeline.oddities.count { $0.contains("set forward") } == 1)
        #expect(timeline.oddities.count { $0.contains("went back") } == 1)
    }

    @Test func `writing notes after the end makes the run no longer`() {
        let end = timeline.ended
        #expect(end.map { timeline.milliseconds == $0.milliseconds(since: timeline.started) } == true)
        #expect(timeline.last.sequence > end?.sequence ?? 0)
    }

    @Test func `several runs are one story in the order of their time`() throws {
        let report = try ExportTests.both()
        #expect(report.runs.map(\.run) == [Incident.run, "settle-dc1-101"])
        #expect(report.items.count == Incident.all.count + Incident.settlement.count)
        #expect(report.items.map(\.position) == report.items.map(\.position).sorted())
        #expect(report.runs[0].debts.map(\.isPaid) == [true])
        #expect(throws: TimelineFailure.self) { try TimelineReport([]) }
    }
}
