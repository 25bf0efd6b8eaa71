import FailoverModel
import Testing
import TimelineReports

@Suite struct RunTimelineTests {
    let timeline: RunTimeline

    init() throws { timeline = try RunTimeline(entries: Incident.all) }

    @Test func `who did what and how it ended is told`() {
        #expect(timeline.run == Incident.run)
        #expect(timeline.startedBy == "ada")
        #expect(timeline.standing == .completed)
        #expect(timeline.tenures.map(\.executor.pid) == [4711, 4802, 4999])
        #expect(timeline.decisions.map(\.actor) == ["ada", "grace", "grace", "ada"])
        #expect(timeline.notes.map(\.actor) == ["Bob <bob@example.org>", "grace"])
    }

    @Test func `a lost executor is an interruption with its gap and what was under way`() throws {
        let lost = try #require(timeline.interruptions.first)
        #expect(lost.isLoss)
        #expect(lost.underWay == ["promote"])
        #expect(lost.resumedBy == "grace")
        #expect(lost.resumed?.milliseconds(since: lost.began) == 34_000)
        #expect(timeline.interruptions.count == 2)
    }

    @Test func `work that a dead executor did closes its try as adopted`() throws {
        let promote = try #require(timeline.steps.first { $0.planned.id == "promote" })
        #expect(promote.attempts.map(\.outcome) == [.adopted])
        #expect(promote.attempts.first?.milliseconds == 34_400)
        #expect(promote.waitedMilliseconds == 21_300)
        #expect(promote.waits.first?.answeredBy == "grace")
    }

    @Test func `a retry is two tries, the first with its fault`() throws {
        let service = try #require(timeline.steps.first { $0.planned.id == "service" })
        #expect(service.attempts.map(\.outcome) == [.failed, .succeeded])
        #expect(service.attempts.first?.fault?.what == "the service answers 503")
        #expect(service.attempts.map(\.milliseconds) == [500, 300])
    }

    @Test func `durations count forward only when the clock goes back`() throws {
        let back = timeline.items.filter { $0.clockWentBackMilliseconds != nil }
        #expect(back.map(\.clockWentBackMilliseconds) == [3_600_000])
        #expect(back.map(\.type) == ["step.decided"])
        let elapsed = timeline.items.map(\.position)
        #expect(elapsed == elapsed.sorted())
        // 64.085 s to the note, 2 s to the doubt, none to the decision, 3.8 s to the service.
        #expect(timeline.recovery == .after(milliseconds: 65_885, step: "service"))
    }

    @Test func `the loss comes from the steps that compared and promoted`() throws {
        let loss = try #require(timeline.losses.first)
        #expect(timeline.losses.count == 1)
        #expect(loss.estimate?.bytes == 2120)
        #expect(loss.forkPosition == "0/3000148")
        #expect((loss.oldTimeline, loss.newTimeline) == (1, 2))
        #expect(loss.isPromoted)
    }

    @Test func `a loss that nobody estimated is unknown and never 0`() throws {
        let entries = Incident.all.filter { entry in
            guard case .stepSucceeded(let payload) = try? Event(entry) else { return true }
            return payload.step != "fast-forward"
        }
        let timeline = try RunTimeline(entries: entries)
        #expect(timeline.losses.map(\.estimate) == [nil])
        #expect(timeline.markdown().contains("| dc2 main | unknown | unknown | unknown |"))
        #expect(timeline.json["losses"]?.elements?.first?["bytes"] == .null)
    }

    @Test func `what is owed is told until the journal says it is paid`() throws {
        #expect(timeline.debts.map(\.step) == ["fence"])
        #expect(timeline.debts.map(\.isPaid) == [false])
        #expect(try RunTimeline(entries: Incident.all, stillOwed: []).debts.map(\.isPaid) == [true])
    }

    @Test func `only changes of role are told`() {
        #expect(timeline.roleChanges.map(\.to) == ["unreachable", "standby on timeline 1", "primary on timeline 2"])
        #expect(timeline.roleChanges.last?.from == "standby on timeline 1")
    }

    @Test func `a timeline can be made at every entry of a run`() throws {
        for count in 1...Incident.all.count {
            let timeline = try RunTimeline(entries: Array(Incident.all.prefix(count)))
            #expect(timeline.items.count == count)
            #expect(!timeline.markdown().isEmpty)
        }
    }

    @Test func `there is no recovery time before the service answered`() throws {
        let before = try RunTimeline(entries: Array(Incident.all.prefix(12)))
        #expect(before.recovery == .none("service has not succeeded (not begun)"))
    }

    @Test func `entries that are not one run from its start are refused with the sequence`() {
        #expect(throws: TimelineFailure.self) { try RunTimeline(entries: []) }
        #expect(throws: TimelineFailure("the run does not begin with run.started", sequence: 42)) {
            try RunTimeline(entries: Array(Incident.all.dropFirst()))
        }
        var entries = Incident.all
        entries.swapAt(3, 4)
        #expect(throws: TimelineFailure("the entries are not those of one run in order", sequence: 45)) {
            try RunTimeline(entries: entries)
        }
    }
}
