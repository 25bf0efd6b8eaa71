import NIOConcurrencyHelpers

/// The changes that a watch follows, and the way to end them from outside.
struct WatchChanges: Sendable {
    let stream: AsyncStream<WatchEvent>
    let stop: @Sendable () -> Void
}

/// The readers of a cluster's changes. A reader that goes away, or is stopped, is forgotten at once.
final class ClusterWatchers: Sendable {
    private struct State {
        var continuations: [Int: AsyncStream<WatchEvent>.Continuation] = [:]
        var next = 0
    }

    private let state = NIOLockedValueBox(State())

    /// A reader of every change from now on.
    func add() -> WatchChanges {
        let (stream, continuation) = AsyncStream.makeStream(of: WatchEvent.self)
        let number = state.withLockedValue { state in
            state.next += 1
            state.continuations[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLockedValue { _ = $0.continuations.removeValue(forKey: number) }
        }
        return WatchChanges(stream: stream, stop: { continuation.finish() })
    }

    func tell(_ event: WatchEvent) {
        // Outside the lock: a yield may end a reader, and its end takes the lock.
        let readers = state.withLockedValue { Array($0.continuations.values) }
        for reader in readers { reader.yield(event) }
    }

    /// How many readers there are now.
    var count: Int { state.withLockedValue { $0.continuations.count } }
}
