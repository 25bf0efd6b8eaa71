import Dispatch
import Glibc
import Synchronization

/// Whether SIGTERM or SIGINT came in; they no longer end the process by themselves while this exists.
///
/// `@unchecked Sendable`: the sources never change after `init`, and are cancelled in `deinit`, when nobody else can
/// hold this any more; everything else is behind the mutex.
final class EndSignal: @unchecked Sendable {
    private static let numbers = [SIGTERM, SIGINT]
    private let state = Mutex(State())
    private let sources: [any DispatchSourceSignal]
    /// What the signals did before, and do again afterwards.
    private let earlier: [(number: Int32, handler: (@convention(c) (Int32) -> Void)?)]

    private struct State {
        var isSet = false
        var onEnd: (@Sendable () -> Void)?
    }

    init() {
        sources = Self.numbers.map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        earlier = Self.numbers.map { ($0, signal($0, SIG_IGN)) }
        for source in sources {
            source.setEventHandler { [weak self] in self?.set() }
            source.resume()
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for (number, handler) in earlier { signal(number, handler) }
    }

    var isSet: Bool { state.withLock { $0.isSet } }

    /// Called once when the signal comes, or now where it has come already.
    func notify(_ body: @escaping @Sendable () -> Void) {
        let isSet = state.withLock { state in
            state.onEnd = body
            return state.isSet
        }
        if isSet { body() }
    }

    private func set() {
        let body = state.withLock { state in
            let isFirst = !state.isSet
            state.isSet = true
            return isFirst ? state.onEnd : nil
        }
        body?()
    }
}

/// Runs `body` and cancels it where the person interrupts; it then cleans up after itself and throws.
func cancellingOnInterrupt<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let end = EndSignal()
    let task = Task { try await body() }
    end.notify { task.cancel() }
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
