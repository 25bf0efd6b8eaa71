import FailoverModel
import Foundation
import GRDB
import HandoverTestSupport
import JournalStore
import Testing

@Suite struct TimeTravelTests {
    /// Random events of some runs and sites, with clocks that go forward, stand still and go back.
    private static func fill(_ path: String, seed: UInt64, entries count: Int, keepingPastEvery distance: Int64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let writer = try JournalWriter(path: path)
        var head = try await writer.head()
        var time: Int64 = 1_795_000_000_000_000
        while head.sequence < count {
            let batch = (0..<random.number(1...9)).map { _ -> NewEntry in
                time += Int64(random.number(-3...9)) * 1_000_000
                return event(&random).entry(
                    run: "r-\(random.number(1...3))", time: Moment(microseconds: time), actor: "ada")
            }
            head = try await writer.append(batch, expecting: head)
            if random.chance(40) { try await writer.checkpoint(JournalProjections.self, keepingPastEvery: distance) }
        }
        try await writer.checkpoint(JournalProjections.self, keepingPastEvery: distance)
    }

    private static func event(_ random: inout SeededGenerator) -> Event {
        let site = "dc\(random.number(1...3))"
        let step = "s\(random.number(1...4))"
        switch random.number(0...9) {
        case 0:
            var server = EventSamples.postgres
            server.isInRecovery = random.chance(50)
            server.position = LogPosition(bytes: UInt64(random.number(1...1000)))
            return .siteObserved(SiteObserved(SiteObservation(site: site, cluster: "main", seen: .postgres(server))))
        case 1:
            return .siteObserved(
                SiteObserved(
                    SiteObservation(
                        site: site, cluster: "main", seen: .unreachable(system: "postgres", reason: "refused"))))
        case 2: return .stepDeferred(StepDeferred(step: step, site: site, title: "t", reason: "away"))
        case 3:
            return .debtSettled(DebtSettled(site: site, debt: Debt(run: "r-\(random.number(1...3))", step: step)))
        case 4:
            let verdict = SecretVerdict(name: step, verdict: random.chance(50) ? .inSync : .differs)
            return .secretsCompared(SecretsCompared(reference: "dc1", site: site, verdicts: [verdict]))
        case 5: return .checkCompleted(CheckCompleted(ok: Int64(random.number(0...40)), problems: []))
        case 6:
            return .runReleased(
                RunReleased(reason: random.chance(50) ? .completed : .failed, executor: "e", summary: "s"))
        case 7: return random.chance(30) ? .rollbackStarted(RollbackStarted()) : EventSamples.all[1]
        case 8: return .runStarted(RunStarted(plan: EventSamples.plan))
        default: return EventSamples.all[random.number(0...EventSamples.all.count - 1)]
        }
    }

    @Test(arguments: [UInt64(3), 11, 29])
    func `the state at every sequence is what an independent reading of the entries gives`(seed: UInt64) async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await Self.fill(path, seed: seed, entries: 400, keepingPastEvery: 37)
            let kept = try await DatabaseQueue(path: path).read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM projection WHERE name = 'past'")
            }
            #expect(kept ?? 0 >= 10)
            let reader = try JournalReader(path: path)
            let entries = try reader.entries(after: 0)
            #expect(try reader.keptFollowsEntries(JournalProjections.self))
            for sequence in 0...entries.count {
                let projections: JournalProjections = try reader.projection(through: Int64(sequence))
                #expect(
                    try TimeTravelOracle(projections) == TimeTravelOracle(entries.prefix(sequence)),
                    "seed \(seed), sequence \(sequence)")
            }
        }
    }

    @Test func `the entry of a moment is the last one made at or before it, however the clock jumped`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await Self.fill(path, seed: 5, entries: 400, keepingPastEvery: 23)
            let reader = try JournalReader(path: path)
            let entries = try reader.entries(after: 0)
            for entry in entries {
                for shift in [Int64(-1), 0, 1] {
                    let moment = Moment(microseconds: entry.time.microseconds + shift)
                    let wanted = entries.last { $0.time <= moment }?.sequence ?? 0
                    #expect(try reader.sequence(at: moment) == wanted)
                }
            }
        }
    }

    @Test(arguments: [
        "UPDATE projection SET body = CAST(replace(CAST(body AS TEXT), 'refused', 'peopled') AS BLOB) WHERE name = 'past'",
        "UPDATE projection SET body = CAST(replace(CAST(body AS TEXT), '\"earliest\":1', '\"earliest\":2') AS BLOB) "
            + "WHERE name = 'past-stretch'",
    ])
    func `what is kept of the past and is not the entries' is noticed, and rebuilt`(change: String) async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await Self.fill(path, seed: 8, entries: 300, keepingPastEvery: 50)
            try tamper(path, change)
            #expect(try !JournalReader(path: path).keptFollowsEntries(JournalProjections.self))
            let writer = try JournalWriter(path: path)
            try await writer.rebuild(JournalProjections.self)
            #expect(try JournalReader(path: path).keptFollowsEntries(JournalProjections.self))
        }
    }

    @Test func `what is kept of another history, or cannot be read, counts for nothing`() async throws {
        try await withFolder { folder in
            let path = folder + "/j.sqlite"
            try await Self.fill(path, seed: 13, entries: 300, keepingPastEvery: 50)
            let reader = try JournalReader(path: path)
            let entries = try reader.entries(after: 0)
            for change in [
                "body = X'78'", "body = CAST(replace(CAST(body AS TEXT), '\"hash\":[', '\"hash\":[7,') AS BLOB)",
            ] {
                try tamper(path, "UPDATE projection SET \(change) WHERE name LIKE 'past%'")
                for sequence in [49, 50, 51, 299] {
                    let projections: JournalProjections = try reader.projection(through: Int64(sequence))
                    #expect(try TimeTravelOracle(projections) == TimeTravelOracle(entries.prefix(sequence)))
                }
                #expect(
                    try reader.sequence(at: entries[20].time) == entries.last { $0.time <= entries[20].time }?.sequence)
            }
        }
    }
}
