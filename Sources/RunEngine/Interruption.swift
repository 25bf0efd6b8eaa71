import Synchronization

/// A person's wish that the run stop: first asked for, then, after a grace or a second signal, urgent.
package final class Interruption: Sendable {
    /// How strongly a person wants to stop.
    package enum Level: Int, Comparable, Sendable {
        case none
        /// Nothing new is begun; what only looks or waits is given up; what acts gets a grace to finish.
        case asked
        /// What acts is parked: its outcome is journalled as unknown.
        case urgent

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    private struct State {
        var level = Level.none
        var nextWaiter = 0
        var waiters: [Int: (level: Level, continuation: CheckedContinuation<Void, Never>)] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package var level: Level { state.withLock(\.level) }
    package var isAsked: Bool { level >= .asked }
    package var isUrgent: Bool { level >= .urgent }

    /// The first call asks, any later one urges. Called from a signal's dispatch source.
    package func ask() { raise(to: isAsked ? .urgent : .asked) }

    func urge() { raise(to: .urgent) }

    /// Returns once the level is reached, or when the task is cancelled.
    func wait(for level: Level) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.level >= level || Task.isCancelled { return true }
                    state.waiters[number] = (level, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
    }

    private func raise(to level: Level) {
        let woken = state.withLock { state in
            state.level = max(state.level, level)
            let reached = state.waiters.filter { $0.value.level <= state.level }
            for number in reached.keys { state.waiters[number] = nil }
            return reached.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}
