import FailoverModel
import HandoverTestSupport
import JournalStore

/// A journal as years of watching and a run now and then leave it: two looks at a system for every event of a run.
enum GrownJournal {
    static func make(in folder: TemporaryFolder, entries: Int) async throws -> String {
        let path = folder.path + "/grown-\(entries).sqlite"
        let writer = try JournalWriter(path: path)
        var head = JournalHead.empty
        while head.sequence < entries {
            var batch: [NewEntry] = []
            while batch.count < 10_000, Int(head.sequence) + batch.count < entries {
                batch += run(number: Int(head.sequence) + batch.count).prefix(
                    entries - Int(head.sequence) - batch.count)
            }
            head = try await writer.append(batch, expecting: head)
        }
        try await writer.checkpoint(JournalProjections.self)
        return path
    }

    /// One event of the mix.
    static func event(_ number: Int) -> Event {
        let step = EventSamples.step.id
        switch number % 6 {
        case 0:
            return .stepIntended(
                StepIntended(
                    step: step, attempt: 1, isPivot: true, facts: ["position": "16/B374D848", "timeline": 1],
                    sentence: "dc2 is a standby on timeline 1 and will be promoted"))
        case 3:
            return .stepSucceeded(
                StepSucceeded(
                    step: step, how: .acted, isPivot: true, facts: ["timeline": 2],
                    sentence: "dc2 is primary on timeline 2"))
        case 1:
            return .siteObserved(
                SiteObserved(SiteObservation(site: "dc2", cluster: "main", seen: .postgres(EventSamples.postgres))))
        case 4: return .siteObserved(SiteObserved(EventSamples.observations[0]))
        case 2:
            return .siteObserved(
                SiteObserved(SiteObservation(site: "dc3", cluster: "main", seen: .postgres(EventSamples.postgres))))
        default: return .siteObserved(SiteObserved(EventSamples.observations[1]))
        }
    }

    /// A run of 200 events: begun, claimed, 197 of the mix, released.
    private static func run(number: Int) -> [NewEntry] {
        let run = "ess-failover-\(number + 1)"
        let executor = Executor(identity: "f00d", host: "ops1", boot: "b", pid: 1, processStart: 1)
        let events: [Event] =
            [.runStarted(RunStarted(plan: EventSamples.plan)), .runClaimed(RunClaimed(executor: executor))]
            + (0..<197).map(event)
            + [.runReleased(RunReleased(reason: .completed, executor: "f00d", summary: "every step is done"))]
        return events.enumerated().map { index, event in
            event.entry(
                run: run, time: Moment(microseconds: 1_700_000_000_000_000 + Int64(number + index) * 1_000_000),
                actor: "ada")
        }
    }
}
