import Hummingbird
import NIOCore
import Synchronization

/// How long a client's stream may be silent before it is told that all is well, and how long it may take nothing before it is
/// dropped. It comes back with its place, and has lost nothing.
package struct EventPatience: Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64 = 10_000) { self.milliseconds = milliseconds }
}

/// One client's events: from the place where it is, through the journal where that lies far back, to whatever comes.
struct EventStream: Sendable {
    let follower: JournalFollower
    let archive: EventArchive
    let counters: PageCounters
    let channel: any Channel
    /// The last entry that the client has.
    let start: Int64
    let patience: EventPatience

    private static let batch = 256

    @concurrent func send(to writer: inout any ResponseBodyWriter) async throws {
        let (client, signs, sign) = follower.feed.listen()
        defer { follower.feed.leave(client) }
        // A client that goes away while nothing happens must end its stream, not only at the next entry.
        try await channel.setOption(ChannelOptions.allowRemoteHalfClosure, value: false).get()
        channel.closeFuture.whenComplete { _ in sign.finish() }
        let progress = Progress(patience)
        let watch = channel.eventLoop.scheduleRepeatedTask(
            initialDelay: .milliseconds(patience.milliseconds / 2), delay: .milliseconds(patience.milliseconds / 2)
        ) { [channel, counters] _ in
            if progress.isStuck {
                counters.add(to: \.clientsDropped)
                channel.close(mode: .all, promise: nil)
            } else if progress.isQuiet {
                sign.yield()
            }
        }
        defer { watch.cancel() }
        var place = start
        var failure: FollowFailure?
        // The place alone: who is cut off before the first event comes back to it.
        try await write(": follows\nretry: 1000\nid: \(place)\n\n", to: &writer, progress)
        for await _ in signs {
            var isAny = false
            let found = follower.now.failure
            if found != failure {
                try await write(FollowFailure.event(found), to: &writer, progress)
                (failure, isAny) = (found, true)
            }
            while true {
                let frames = try await take(after: place)
                guard let last = frames.last else { break }
                try await write(frames.map(\.text).joined(), to: &writer, progress)
                counters.add(frames.count, to: \.eventsSent)
                place = last.sequence
                isAny = true
            }
            if !isAny, progress.isQuiet { try await write(": still here\n\n", to: &writer, progress) }
        }
    }

    private func take(after place: Int64) async throws -> [EventFrame] {
        switch follower.feed.take(after: place, upTo: Self.batch) {
        case .frames(let frames): return frames
        case .older:
            do { return try await archive.frames(after: place, most: Self.batch) } catch {
                // It waits here until the journal can be read again, where that is known; whoever came back would wait, too.
                guard follower.now.failure != nil else { throw error }
                return []
            }
        }
    }

    @concurrent private func write(
        _ text: String, to writer: inout any ResponseBodyWriter, _ progress: Progress
    ) async throws {
        progress.begin()
        try await writer.write(ByteBuffer(string: text))
        progress.end()
    }

    /// Since when a write waits, and when the last one was done.
    private final class Progress: Sendable {
        private let state = Mutex<(since: ContinuousClock.Instant?, last: ContinuousClock.Instant)>((nil, .now))
        private let patience: Duration

        init(_ patience: EventPatience) { self.patience = .milliseconds(patience.milliseconds) }

        func begin() { state.withLock { $0.since = .now } }
        func end() { state.withLock { $0 = (nil, .now) } }

        var isStuck: Bool {
            state.withLock { $0.since.map { $0 < .now - patience } ?? false }
        }
        var isQuiet: Bool {
            state.withLock { $0.since == nil && $0.last < .now - patience }
        }
    }
}
