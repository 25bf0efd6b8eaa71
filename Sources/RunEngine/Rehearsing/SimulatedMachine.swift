package import FailoverModel
import Synchronization

/// A machine with one thread, a virtual clock and a seeded scheduler: the same seed gives the same interleaving of all
/// tasks and the same times, and an hour of waiting takes no time.
///
/// Time moves only when no task can run. Work started by `run` stays on it: child tasks and default actors follow the
/// executor preference.
package final class SimulatedMachine: TaskExecutor, EngineClock {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var sleepers: [Int: Sleeper] = [:]
        var nextSleeper = 0
        var monotonic: Int64 = 0
        var wallOffset: Int64
        var random: SeededGenerator
    }

    private struct Sleeper: Sendable {
        var due: Int64
        var continuation: CheckedContinuation<Void, Never>
    }

    package struct Deadlock: Error {}

    private let state: Mutex<State>

    package init(seed: UInt64, startingAt moment: Moment = Moment(microseconds: 1_800_000_000_000_000)) {
        state = Mutex(State(wallOffset: moment.microseconds, random: SeededGenerator(seed: seed)))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs `body` and everything it starts to the end on the calling thread.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = OutcomeBox<Value>()
        Task(executorPreference: self) {
            do { box.set(.success(try await body())) } catch { box.set(.failure(error)) }
        }
        while true {
            if let job = nextJob() {
                job.runSynchronously(on: asUnownedTaskExecutor())
            } else if let result = box.value {
                return try result.get()
            } else if !wakeNext() {
                throw Deadlock()
            }
        }
    }

    package func now() -> Moment {
        state.withLock { Moment(microseconds: $0.wallOffset + $0.monotonic * 1000) }
    }

    package func monotonicMilliseconds() -> Int64 { state.withLock(\.monotonic) }

    /// Sets the wall clock forward or back; deadlines must not notice.
    package func jump(milliseconds: Int64) { state.withLock { $0.wallOffset += milliseconds * 1000 } }

    package func sleep(milliseconds: Int64) async {
        let number = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.sleepers[number] = Sleeper(
                        due: state.monotonic + max(0, milliseconds), continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.continuation.resume()
        }
    }

    private func nextJob() -> UnownedJob? {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            return state.jobs.remove(at: Int(state.random.next() % UInt64(state.jobs.count)))
        }
    }

    private func wakeNext() -> Bool {
        let sleeper = state.withLock { state -> Sleeper? in
            guard let next = state.sleepers.min(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) }) else {
                return nil
            }
            state.monotonic = max(state.monotonic, next.value.due)
            return state.sleepers.removeValue(forKey: next.key)
        }
        sleeper?.continuation.resume()
        return sleeper != nil
    }
}

private final class OutcomeBox<Value: Sendable>: Sendable {
    private let stored = Mutex<Result<Value, any Error>?>(nil)
    var value: Result<Value, any Error>? { stored.withLock(\.self) }
    func set(_ result: Result<Value, any Error>) { stored.withLock { $0 = result } }
}
