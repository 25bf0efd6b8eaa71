package import FailoverModel
package import RunEngine
package import Systems

/// A command on a `FakeWorld`, as one process gives it: dead processes do nothing.
package struct FakeCommand: StepCommand {
    package let world: FakeWorld
    package let journal: MemoryJournal
    package let life: Life
    package let clock: SimulatedMachine
    package let executor: String
    package let behaviours: [String: FakeBehaviour]

    package init(
        world: FakeWorld, journal: MemoryJournal, life: Life, clock: SimulatedMachine, executor: String,
        behaviours: [String: FakeBehaviour]
    ) {
        self.world = world
        self.journal = journal
        self.life = life
        self.clock = clock
        self.executor = executor
        self.behaviours = behaviours
    }

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        try await look(context)
        let behaviour = behaviour(context)
        let facts: JSONValue = ["wasOn": .bool(world.isOn(context.step))]
        if behaviour.isObservable, world.isOn(context.step) { return Finding(.done, "it is on", facts: facts) }
        if behaviour.isObservable, Task.isCancelled { return Self.cutOff }
        if let acceptance = behaviour.acceptance, !context.accepted.contains(acceptance) {
            return Finding(.refused(rule: "fake-rule", acceptance: acceptance), "nobody answers for it", facts: facts)
        }
        if world.countLook("\(context.step)/\(executor)") <= behaviour.waits {
            return Finding(.waiting, "not ready yet", facts: facts)
        }
        return Finding(behaviour.isObservable ? .needed : .unobservable, "will turn it on", facts: facts)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try await act(context, direction: .forward)
    }

    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context)
        if !behaviour(context).isObservable { return Finding(.unobservable, "cannot be seen") }
        if world.isOn(context.step) { return Finding(.done, "it is on") }
        return Task.isCancelled ? Self.cutOff : Finding(.waiting, "not on yet")
    }

    /// As a driver says it that takes its own cancelled request for what the system answers.
    private static let cutOff = Finding(.waiting, "the request was cancelled")

    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        try await look(context)
        let wasOn = context.remembered?["wasOn"]?.flag ?? false
        return world.isOn(context.step) == wasOn
            ? Finding(.done, "it is as it was") : Finding(.needed, "will turn it back")
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try await act(context, direction: .back)
    }

    private func behaviour(_ context: StepContext) -> FakeBehaviour { behaviours[context.step] ?? FakeBehaviour() }

    private func look(_ context: StepContext) async throws(Fault) {
        await clock.sleep(milliseconds: behaviour(context).lookMilliseconds)
        if world.isAway(context.site) { throw Fault(.unreachable, "no route", at: context.site, next: "Wait") }
        if life.isDead { throw Fault(.uncertain, "dead", at: context.site, next: "") }
    }

    private func act(_ context: StepContext, direction: Direction) async throws(Fault) {
        do { try life.pass("before act \(context.step)") } catch {
            throw Fault(.uncertain, "dead", at: context.site, next: "")
        }
        let behaviour = behaviour(context)
        let number = world.countTry("\(context.step)/\(direction)")
        let kind = behaviour.tries[min(number, behaviour.tries.count) - 1]
        await clock.sleep(milliseconds: behaviour.takesMilliseconds)
        if life.isDead { throw Fault(.uncertain, "dead", at: context.site, next: "") }
        if world.isAway(context.site) { throw Fault(.unreachable, "no route", at: context.site, next: "Wait") }
        switch kind {
        case .fails: throw Fault(.unavailable, "not now", at: context.site, next: "Try again")
        case .losesRequest: throw Fault(.uncertain, "no answer", at: context.site, next: "Look")
        case .isLate:
            // The effect comes when the caller has long given up, as a queued request does.
            while !Task.isCancelled { await clock.sleep(milliseconds: 1000) }
            takeEffect(context, direction)
            throw Fault(.uncertain, "cancelled", at: context.site, next: "Look")
        case .works, .losesAnswer: takeEffect(context, direction)
        }
        do { try life.pass("after act \(context.step)") } catch {
            throw Fault(.uncertain, "dead", at: context.site, next: "")
        }
        if kind == .losesAnswer { throw Fault(.uncertain, "connection lost", at: context.site, next: "Look") }
    }

    private func takeEffect(_ context: StepContext, _ direction: Direction) {
        let wasOn = context.remembered?["wasOn"]?.flag ?? false
        world.turn(
            context.step, on: direction == .forward ? true : wasOn,
            act: FakeWorld.Act(
                step: context.step, direction: direction, journalLength: journal.entries.count, executor: executor))
    }
}
