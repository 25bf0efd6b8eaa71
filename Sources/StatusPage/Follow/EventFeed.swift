import Synchronization

/// The newest entries as frames, for any number of clients. A client has a place in it and no buffer of its own: one that
/// is slow falls behind, reads from the journal what is gone from here, and costs nobody anything.
final class EventFeed: Sendable {
    enum Taken: Sendable {
        /// In order, the next after the place that was asked for first; empty where there is none yet.
        case frames([EventFrame])
        /// The place is older than what is kept: the journal has to be asked.
        case older
    }

    private struct State {
        var frames: [EventFrame] = []
        var isOver = false
        var next = 0
        var waiting: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())
    private let most: Int

    /// Keeps so many frames at least, and twice as many at most.
    init(most: Int = 1024) { self.most = most }

    /// How many clients listen now.
    var clients: Int { state.withLock { $0.waiting.count } }
    var isOver: Bool { state.withLock(\.isOver) }

    func publish(_ frames: [EventFrame]) {
        let waiting = state.withLock { state in
            state.frames += frames
            if state.frames.count > most * 2 { state.frames.removeFirst(state.frames.count - most) }
            return Array(state.waiting.values)
        }
        for client in waiting { client.yield() }
    }

    func take(after sequence: Int64, upTo count: Int = 256) -> Taken {
        state.withLock { state in
            guard let first = state.frames.first else { return .older }
            if sequence < first.sequence - 1 { return .older }
            // Sequences have no gaps, so the place of the next one is known.
            let start = Int(clamping: sequence - first.sequence + 1)
            guard start < state.frames.count else { return .frames([]) }
            return .frames(Array(state.frames[start..<min(state.frames.count, start + count)]))
        }
    }

    /// A stream with a sign whenever something has come, and once at its beginning. It ends with the feed.
    func listen() -> (client: Int, signs: AsyncStream<Void>, sign: AsyncStream<Void>.Continuation) {
        let (signs, sign) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let client = state.withLock { state in
            state.next += 1
            if !state.isOver { state.waiting[state.next] = sign }
            return state.next
        }
        sign.yield()
        if isOver { sign.finish() }
        return (client, signs, sign)
    }

    func leave(_ client: Int) { _ = state.withLock { $0.waiting.removeValue(forKey: client) } }

    /// Lets every client go.
    func end() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for client in waiting { client.finish() }
    }
}
