import Synchronization

/// What the server counts of itself since its start.
final class PageCounters: Sendable {
    struct Values: Sendable {
        var requests = 0
        var refused = 0
        var eventsSent = 0
        var clientsDropped = 0
        var answers = 0
    }

    private let values = Mutex(Values())

    var now: Values { values.withLock(\.self) }
    func add(_ count: Int = 1, to part: any WritableKeyPath<Values, Int> & Sendable) {
        values.withLock { $0[keyPath: part] += count }
    }
}
