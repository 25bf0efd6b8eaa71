package import FailoverModel
import Synchronization

/// A world of switches, one a step, with a log of every act: what the oracle holds the journal against.
package final class FakeWorld: Sendable {
    package struct Act: Equatable, Sendable {
        package var step: String
        package var direction: Direction
        /// How many entries the journal had when the act took effect.
        package var journalLength: Int
        package var executor: String
    }

    private struct State {
        var isOn: [String: Bool] = [:]
        var acts: [Act] = []
        var tries: [String: Int] = [:]
        var looks: [String: Int] = [:]
        var away: Set<String> = []
    }

    private let state = Mutex(State())

    package init() {}

    package var acts: [Act] { state.withLock(\.acts) }
    /// The switches that are on: the world as it is, seen from outside.
    package var on: Set<String> { state.withLock { Set($0.isOn.filter(\.value).keys) } }

    package func isOn(_ step: String) -> Bool { state.withLock { $0.isOn[step] ?? false } }
    package func isAway(_ site: String) -> Bool { state.withLock { $0.away.contains(site) } }
    /// How the world is before the run.
    package func set(on step: String) { state.withLock { $0.isOn[step] = true } }
    package func set(_ site: String, away: Bool) {
        state.withLock { state in
            if away { state.away.insert(site) } else { state.away.remove(site) }
        }
    }

    func turn(_ step: String, on: Bool, act: Act) {
        state.withLock { state in
            state.isOn[step] = on
            state.acts.append(act)
        }
    }

    func countTry(_ key: String) -> Int {
        state.withLock { state in
            state.tries[key, default: 0] += 1
            return state.tries[key, default: 0]
        }
    }

    func countLook(_ key: String) -> Int {
        state.withLock { state in
            state.looks[key, default: 0] += 1
            return state.looks[key, default: 0]
        }
    }
}

/// How a fake step behaves.
package struct FakeBehaviour: Sendable {
    package enum Try: String, CaseIterable, Sendable {
        case works
        /// The system says no for the moment; nothing happens.
        case fails
        /// It happens, and the answer is lost.
        case losesAnswer
        /// It happens only after the deadline, whatever the caller does.
        case isLate
        /// Nothing happens, and the answer is lost.
        case losesRequest
    }

    /// One a try, the last one for all further tries.
    package var tries: [Try] = [.works]
    package var takesMilliseconds: Int64 = 10
    package var lookMilliseconds: Int64 = 1
    /// How many looks say `waiting` first.
    package var waits = 0
    /// What must be accepted by a named person first.
    package var acceptance: String?
    package var isObservable = true

    package init() {}
}

extension FakeBehaviour {
    package init(_ tries: [Try]) { self.tries = tries }
}
