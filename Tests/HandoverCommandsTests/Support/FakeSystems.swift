import FailoverModel
import Synchronization
import Systems

/// Systems in memory: every step is a switch that its command turns on, and back.
final class FakeSystems: Sendable {
    private struct State {
        var on: Set<String> = []
        var acts: [String] = []
        var away: Set<String> = []
        var peers: [String: String] = [:]
        var broken: Set<String> = []
        var refused: [String: String?] = [:]
        var unseen: Set<String> = []
        var slow: [String: Int64] = [:]
        var facts: [String: JSONValue] = [:]
    }

    private let state = Mutex(State())

    /// Acts in their order: `promote`, `undo catch-up`.
    var acts: [String] { state.withLock(\.acts) }

    func setAway(_ site: String, _ isAway: Bool = true) {
        state.withLock { if isAway { $0.away.insert(site) } else { $0.away.remove(site) } }
    }
    /// The step can be done only while that other site answers too.
    func need(_ site: String, for step: String) { state.withLock { $0.peers[step] = site } }
    func setBroken(_ step: String, _ isBroken: Bool = true) {
        state.withLock { if isBroken { $0.broken.insert(step) } else { $0.broken.remove(step) } }
    }
    func setSlow(_ step: String, milliseconds: Int64) { state.withLock { $0.slow[step] = milliseconds } }
    fileprivate func span(_ step: String) -> Int64 { state.withLock { $0.slow[step] ?? 0 } }
    func refuse(_ step: String, acceptance: String?) { state.withLock { $0.refused[step] = .some(acceptance) } }
    /// What the step finds once it is done.
    func setFacts(_ facts: JSONValue, of step: String) { state.withLock { $0.facts[step] = facts } }
    /// What is on, as seen from outside.
    var on: Set<String> { state.withLock(\.on) }
    /// The step cannot be observed.
    func hide(_ step: String) { _ = state.withLock { $0.unseen.insert(step) } }

    /// These in place of every command that runbooks know.
    func commands(_ real: [String: any StepCommand]) -> [String: any StepCommand] {
        var commands: [String: any StepCommand] = real.mapValues { _ in FakeSwitch(systems: self) }
        commands[DrillCommandName.remove] = FakeRemoval(systems: self)
        return commands
    }

    fileprivate func look(_ context: StepContext) throws(Fault) -> Finding {
        let (isAway, isOn, refused, isUnseen) = state.withLock {
            (
                $0.away.contains(context.site), $0.on.contains(context.step), $0.refused[context.step],
                $0.unseen.contains(context.step)
            )
        }
        if isAway { throw Fault(.unreachable, "no route to it", at: context.site, next: "Wait until it is back") }
        let peer = state.withLock { state in state.peers[context.step].flatMap { state.away.contains($0) ? $0 : nil } }
        if let peer { throw Fault(.unreachable, "no route to it", at: "\(peer)/main", next: "Wait until it is back") }
        if isUnseen { return Finding(.unobservable, "it cannot be seen") }
        if isOn {
            let facts = state.withLock { $0.facts[context.step] } ?? [:]
            return Finding(.done, "it is on", facts: facts, observations: [seen(context)])
        }
        if let refused, !(refused.map(context.accepted.contains) ?? false) {
            return Finding(.refused(rule: "test-rule", acceptance: refused), "nobody answers for it")
        }
        return Finding(.needed, "will turn it on", facts: ["wasOn": false], observations: [seen(context)])
    }

    fileprivate func turn(_ context: StepContext, on isOn: Bool) throws(Fault) {
        let isBroken = state.withLock { state in
            if state.broken.contains(context.step) { return true }
            if isOn { state.on.insert(context.step) } else { state.on.remove(context.step) }
            state.acts.append(isOn ? context.step : "undo \(context.step)")
            return false
        }
        if isBroken { throw Fault(.rejected, "it does not work", at: context.site, next: "Mend it") }
    }

    /// A drill's removal leaves nothing on.
    fileprivate func removeAll(_ context: StepContext) throws(Fault) {
        let isBroken = state.withLock { state in
            if state.broken.contains(context.step) { return true }
            state.on = []
            state.acts.append(context.step)
            return false
        }
        if isBroken { throw Fault(.rejected, "it does not work", at: context.site, next: "Mend it") }
    }

    fileprivate func isOn(_ step: String) -> Bool { state.withLock { $0.on.contains(step) } }

    private func seen(_ context: StepContext) -> SiteObservation {
        SiteObservation(
            site: context.site,
            seen: .workloads(
                WorkloadsObservation(workloads: [
                    .init(kind: "StatefulSet", name: "synapse", wanted: 1, ready: 1, pods: 1)
                ])))
    }
}

private struct FakeSwitch: StepCommand {
    let systems: FakeSystems

    func examine(_ context: StepContext) async throws(Fault) -> Finding { try systems.look(context) }
    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try? await Task.sleep(for: .milliseconds(systems.span(context.step)))
        try systems.turn(context, on: true)
    }
    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        systems.isOn(context.step) ? Finding(.needed, "will turn it off") : Finding(.done, "it is off")
    }
    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) { try systems.turn(context, on: false) }
}

private struct FakeRemoval: StepCommand {
    let systems: FakeSystems

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        systems.on.isEmpty ? Finding(.done, "nothing is left") : Finding(.needed, "will remove all")
    }
    func act(_ context: StepContext, on finding: Finding) async throws(Fault) { try systems.removeAll(context) }
}
