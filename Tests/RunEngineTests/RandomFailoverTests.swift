import FailoverModel
import HandoverTestSupport
import RunEngine
import Testing

/// Random runbooks, faults, crashes, duplicate executors, clock jumps and operators, held against what must always hold.
///
/// A failure prints its seed; `HANDOVER_SEED=4711 swift test --filter RandomFailoverTests` runs that one alone.
@Suite struct RandomFailoverTests {
    static let seeds: [UInt64] = {
        if let chosen = environmentSeed { return [chosen] }
        return Array(1...2000)
    }()

    @Test func `2,000 seeds of runbooks, faults and operators hold what must always hold`() {
        var finished = 0
        var kills = 0
        for seed in Self.seeds {
            var scenario = RandomScenario(seed: seed)
            let outcome = scenario.play()
            #expect(outcome.violations == [], "seed \(seed)")
            if outcome.isOver { finished += 1 }
            kills += outcome.kills
        }
        // The scenarios must exercise something: most runs come to an end, and many executors die on the way.
        if Self.seeds.count > 100 {
            #expect(finished > Self.seeds.count * 9 / 10)
            #expect(kills > Self.seeds.count / 2)
        }
    }

    @Test func `a seed reproduces its journal to the byte`() {
        for seed in [UInt64(7), 99, 1234] {
            var first = RandomScenario(seed: seed)
            var second = RandomScenario(seed: seed)
            _ = first.play()
            _ = second.play()
            #expect(first.simulated.journal.entries == second.simulated.journal.entries, "seed \(seed)")
        }
    }
}
