import FailoverModel
import HandoverTestSupport
import RunEngine

/// Holds the journal against the world by reading entries one by one; it does not use the fold under test.
struct Oracle {
    /// The reason for which simulated persons give a run up.
    static let givenUp = "seeded"

    let entries: [Entry]
    let acts: [FakeWorld.Act]

    init(_ simulated: SimulatedRun) {
        entries = simulated.journal.entries
        acts = simulated.world.acts
    }

    var violations: [String] { sequences + intentsFirst + nothingAfterSuccess + oneHolder + accepted }

    /// Steps whose effect was brought about more than once in the same direction.
    var repeatedEffects: [String] {
        Dictionary(grouping: acts) { "\($0.step) \($0.direction)" }.filter { $0.value.count > 1 }.keys.sorted()
    }

    private var sequences: [String] {
        entries.map(\.sequence) == Array(1...Int64(entries.count)) ? [] : ["sequences have gaps"]
    }

    private func events(before length: Int, step: String) -> [Event] {
        entries.prefix(length).compactMap { try? Event($0) }.filter { $0.step == step }
    }

    /// Before every effect there is a durable intent of that step in that direction.
    private var intentsFirst: [String] {
        acts.compactMap { act in
            let intent = events(before: act.journalLength, step: act.step).last { event in
                if case .stepIntended(let payload) = event { return payload.direction == act.direction }
                return false
            }
            return intent == nil ? "\(act.step) acted \(act.direction) without an intent" : nil
        }
    }

    /// Once a step has succeeded in one direction, nothing is done to it in that direction before it went the other way.
    private var nothingAfterSuccess: [String] {
        acts.compactMap { act in
            for event in events(before: act.journalLength, step: act.step).reversed() {
                switch event {
                case .stepIntended(let payload): if payload.direction == act.direction { return nil }
                case .stepSucceeded(let payload):
                    if payload.direction == act.direction {
                        return "\(act.step) acted \(act.direction) after its success"
                    }
                default: continue
                }
            }
            return nil
        }
    }

    /// Between a claim and the next only the claim's holder intends and concludes.
    private var oneHolder: [String] {
        var holder = ""
        var found: [String] = []
        for entry in entries {
            guard let event = try? Event(entry) else {
                found.append("entry \(entry.sequence) cannot be read")
                continue
            }
            switch event {
            case .runClaimed(let payload): holder = payload.executor.identity
            case .stepIntended, .stepSucceeded, .stepFailed, .stepRefused, .stepDeferred, .stepDoubted, .runReleased:
                // What a person leaves at the old site by giving the run up is that person's entry.
                if case .stepDeferred(let payload) = event, payload.isByGivingUp { continue }
                if entry.actor != holder {
                    found.append("entry \(entry.sequence) by \(entry.actor), held by \(holder)")
                }
            default: continue
            }
        }
        return found
    }

    /// What needs a named person's responsibility has it in the journal before the effect, wherever in the run it was taken.
    private var accepted: [String] {
        acts.compactMap { act in
            guard act.direction == .forward, let claim = RandomScenario.claim(of: act.step) else { return nil }
            let isAccepted = entries.prefix(act.journalLength).contains { entry in
                if case .stepApproved(let payload) = try? Event(entry) {
                    payload.accepts.contains(claim)
                } else {
                    false
                }
            }
            return isAccepted ? nil : "\(act.step) acted without anybody's responsibility"
        }
    }
}
