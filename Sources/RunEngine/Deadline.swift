import FailoverModel
import Systems

/// How a call with a deadline ended.
enum Timed<Value: Sendable>: Sendable {
    case ended(Result<Value, Fault>)
    case timedOut
    /// A person wanted to stop.
    case interrupted
}

/// Runs `operation` and cancels it after `milliseconds`, or once a person's wish to stop reaches `level`.
/// Systems answer a cancellation promptly, so this returns soon after; what `operation` still brings then is kept where
/// `standsLate` says so.
func withDeadline<Value: Sendable>(
    milliseconds: Int64, clock: any EngineClock, interruption: Interruption = Interruption(),
    level: Interruption.Level = .asked, standsLate: @Sendable (Value) -> Bool = { _ in true },
    _ operation: @escaping @Sendable () async throws(Fault) -> Value
) async -> Timed<Value> {
    await withTaskGroup(of: Timed<Value>.self) { group in
        group.addTask {
            do throws(Fault) { return .ended(.success(try await operation())) } catch { return .ended(.failure(error)) }
        }
        group.addTask {
            await clock.sleep(milliseconds: max(0, milliseconds))
            return .timedOut
        }
        group.addTask {
            await interruption.wait(for: level)
            return .interrupted
        }
        let first = await group.next() ?? .timedOut
        group.cancelAll()
        for await late in group {
            if case .ended(.success(let value)) = late, standsLate(value) { return late }
        }
        return first
    }
}

extension Finding {
    /// Whether it counts although its look was cut off. What is done was seen to be so, and what cannot be observed was not
    /// looked at; anything else may be only what the look made of being cut off.
    var standsLate: Bool {
        switch verdict {
        case .done, .unobservable: true
        case .needed, .waiting, .refused: false
        }
    }
}
