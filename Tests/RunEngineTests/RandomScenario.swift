import FailoverModel
import Glibc
import HandoverTestSupport
import RunEngine

var environmentSeed: UInt64? {
    getenv("HANDOVER_SEED").flatMap { UInt64(String(cString: $0)) }
}

/// One random run from beginning to end.
struct RandomScenario {
    struct Outcome {
        var violations: [String]
        var isOver: Bool
        var kills: Int
    }

    private(set) var random: SeededGenerator
    let simulated: SimulatedRun
    private var kills = 0
    /// Steps that a person declared done, or left as they are: the world need not agree.
    private var spokenFor: Set<String> = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let steps = Self.randomSteps(&random)
        var behaviours: [String: FakeBehaviour] = [:]
        for step in steps { behaviours[step.id] = Self.randomBehaviour(step, &random) }
        simulated = SimulatedRun(seed: seed, plan: SimulatedRun.plan(steps), behaviours: behaviours)
    }

    private static func randomSteps(_ random: inout SeededGenerator) -> [PlannedStep] {
        let count = random.number(2...8)
        let pivot = random.chance(70) ? random.number(0...count - 1) : -1
        var steps: [PlannedStep] = []
        for index in 0..<count {
            let isRisky = random.chance(10)
            let needs = steps.map(\.id).filter { _ in random.chance(index == pivot ? 100 : 35) }
            steps.append(
                .fake(
                    "\(isRisky ? "risky" : "step")\(index)", site: random.pick(["dc1", "dc2", "dc3"]) ?? "dc1",
                    needs: needs,
                    deadline: Int64(random.number(2...40)) * 1000, attempts: Int64(random.number(1...4)),
                    whenUnreachable: random.chance(30) && index != pivot ? .defer : .fail,
                    approval: random.chance(15) ? "May I?" : nil, isPivot: index == pivot))
        }
        return steps
    }

    /// What somebody has to answer for before the step acts; steps share two claims between them.
    static func claim(of step: String) -> String? {
        guard step.hasPrefix("risky"), let digit = step.last?.wholeNumberValue else { return nil }
        return digit.isMultiple(of: 2) ? "even-risk" : "odd-risk"
    }

    private static func randomBehaviour(_ step: PlannedStep, _ random: inout SeededGenerator) -> FakeBehaviour {
        var behaviour = FakeBehaviour()
        if random.chance(50) {
            behaviour.tries = (0..<random.number(1...3)).map { _ in random.pick(FakeBehaviour.Try.allCases) ?? .works }
            behaviour.tries.append(.works)
        }
        behaviour.takesMilliseconds = Int64(random.number(0...3000))
        behaviour.waits = random.chance(20) ? random.number(1...5) : 0
        behaviour.isObservable = step.isPivot || !random.chance(10)
        behaviour.acceptance = Self.claim(of: step.id)
        return behaviour
    }

    mutating func play() -> Outcome {
        do {
            let run = try simulated.start()
            for session in 1...60 {
                if try state(run).standing.isOver { break }
                disturb()
                try move(run, session)
                try operate(run, calm: session > 20)
            }
            let state = try state(run)
            return Outcome(violations: try violations(state), isOver: state.standing.isOver, kills: kills)
        } catch {
            return Outcome(violations: ["\(error)"], isOver: false, kills: kills)
        }
    }

    private func state(_ run: String) throws -> RunState {
        try RunState.folding(simulated.journal.entries.filter { $0.run == run }, run: run)
    }

    private mutating func disturb() {
        if random.chance(20) { simulated.machine.jump(milliseconds: Int64(random.number(-3_600_000...86_400_000))) }
        for site in ["dc1", "dc2", "dc3"] { simulated.world.set(site, away: random.chance(8)) }
    }

    private mutating func life() -> Life {
        guard random.chance(45) else { return Life() }
        return Life(killAt: random.number(1...30))
    }

    private mutating func goOn(_ run: String, _ session: Int) throws {
        let first = life()
        let second = random.chance(15) ? life() : nil
        let interruption = Interruption()
        let interruptAfter = random.chance(10) ? Int64(random.number(1...20_000)) : nil
        let approver: any Approver = random.chance(40) ? YesInAdvance() : NobodyToAsk()
        let simulated = simulated
        try simulated.machine.run {
            await withTaskGroup(of: Void.self) { group in
                for (life, name) in [(first, "exec\(session)a"), (second, "exec\(session)b")] {
                    guard let life else { continue }
                    group.addTask {
                        let executor = simulated.executor(
                            name, life: life, approver: approver, interruption: interruption)
                        _ = try? await executor.goOn(run: run)
                    }
                }
                if let interruptAfter {
                    await simulated.machine.sleep(milliseconds: interruptAfter)
                    interruption.ask()
                }
            }
        }
        bury([first, second])
    }

    /// Mostly on, sometimes back, and round again while that lasts; rarely a person gives the run up.
    private mutating func move(_ run: String, _ session: Int) throws {
        if random.chance(1) { return try giveUp(run) }
        if session == 40 || random.chance(3) { return try goBack(run, session) }
        if session < 40, try state(run).direction == .back, random.chance(40) { return try turnRound(run, session) }
        try goOn(run, session)
    }

    private mutating func turnRound(_ run: String, _ session: Int) throws {
        let life = life()
        let simulated = simulated
        _ = try simulated.machine.run {
            try? await simulated.executor("exec\(session)f", life: life).goForward(run: run, reason: "seeded")
        }
        bury([life])
    }

    private mutating func giveUp(_ run: String) throws {
        let simulated = simulated
        _ = try simulated.machine.run {
            try? await simulated.acts().abandon(
                run: run, reason: Oracle.givenUp, registry: simulated.registry, takeOver: false)
        }
    }

    private mutating func goBack(_ run: String, _ session: Int) throws {
        let life = life()
        let simulated = simulated
        _ = try simulated.machine.run {
            try? await simulated.executor("exec\(session)r", life: life).rollBack(run: run, reason: "seeded")
        }
        bury([life])
    }

    private mutating func bury(_ lives: [Life?]) {
        for case let life? in lives {
            if life.isDead { kills += 1 }
            life.kill()
        }
    }

    /// What a person does between two sessions. `calm`: mends whatever is stuck, so that runs come to an end.
    private mutating func operate(_ run: String, calm: Bool) throws {
        let state = try state(run)
        if state.standing.isOver { return }
        for step in state.plan.steps {
            let record = state.record(step.id)
            let world = simulated.world.isOn(step.id)
            let acts = simulated.acts()
            switch record.standing {
            case .asked, .denied:
                let isYes = calm || random.chance(70)
                try person {
                    try await isYes
                        ? acts.approve(run: run, step: step.id, reason: nil)
                        : acts.deny(run: run, step: step.id, reason: nil)
                }
            case .refused where record.refusal?.acceptance != nil:
                if calm || random.chance(60) {
                    try person { try await acts.approve(run: run, step: step.id, reason: "mine") }
                }
            case .doubted, .undoDoubted:
                let isDone = record.standing == .doubted ? world : !world
                try person { try await acts.decide(run: run, step: step.id, isDone: isDone, reason: nil) }
            case .failed, .unknown, .undoFailed, .undoUnknown:
                guard !step.isPivot, random.chance(calm ? 50 : 5) else { continue }
                spokenFor.insert(step.id)
                try person { try await acts.skip(run: run, step: step.id, reason: "seeded") }
            case .pending, .approved, .acting, .succeeded, .refused, .deferred, .skipped, .undoing, .undone,
                .undoRefused,
                .left:
                continue
            }
        }
    }

    private func person(_ act: @escaping @Sendable () async throws -> RunState) throws {
        _ = try simulated.machine.run { try? await act() }
    }

    private func violations(_ state: RunState) throws -> [String] {
        var found = Oracle(simulated).violations
        found += world(state)
        found += try projections()
        found += try debts(state)
        return found
    }

    /// Given up past the pivot, a run owes the old site whatever it did not do there; before it, it owes nothing.
    private func debts(_ state: RunState) throws -> [String] {
        guard state.standing == .abandoned else { return [] }
        var projections = JournalProjections()
        for entry in simulated.journal.entries { try entry.withBytes { try projections.apply($0) } }
        let owed = Set(projections.owed.debts.values.map(\.debt.step))
        let isPastPivot = state.direction == .forward && !state.stepsPastPivot.isEmpty
        if !isPastPivot { return owed.isEmpty ? [] : ["given up before the pivot, and owes \(owed.sorted())"] }
        return state.plan.steps.filter { $0.site == state.plan.from && $0.whenUnreachable == .defer }.compactMap {
            step in
            switch state.record(step.id).standing {
            case .succeeded, .skipped, .asked, .denied, .doubted: nil
            default: owed.contains(step.id) ? nil : "\(step.id) was not done at the old site and is not owed"
            }
        }
    }

    /// At the end the world is as the outcome says, for every step nobody spoke for.
    private func world(_ state: RunState) -> [String] {
        state.plan.steps.filter { !spokenFor.contains($0.id) }.compactMap { step in
            let isOn = simulated.world.isOn(step.id)
            switch (state.standing, state.record(step.id).standing) {
            case (.completed, .succeeded): return isOn ? nil : "\(step.id) succeeded and is off"
            case (.rolledBack, .undone), (.rolledBack, .pending):
                return isOn ? "\(step.id) was rolled back and is on" : nil
            default: return nil
            }
        }
    }

    /// A projection taken up in the middle equals one folded from the first entry, to the byte.
    private func projections() throws -> [String] {
        let entries = simulated.journal.entries
        var whole = JournalProjections()
        var half = JournalProjections()
        for entry in entries { try entry.withBytes { try whole.apply($0) } }
        for entry in entries.prefix(entries.count / 2) { try entry.withBytes { try half.apply($0) } }
        var records = Dictionary(uniqueKeysWithValues: half.takeChanges().map { ("\($0.name) \($0.key)", $0) })
        var resumed = try JournalProjections(records: Array(records.values))
        for entry in entries.dropFirst(entries.count / 2) { try entry.withBytes { try resumed.apply($0) } }
        for record in resumed.takeChanges() { records["\(record.name) \(record.key)"] = record }
        let kept = Set(records.values.filter { $0.body != nil })
        return kept == Set(whole.takeChanges().filter { $0.body != nil })
            ? [] : ["a projection taken up in the middle differs"]
    }
}
