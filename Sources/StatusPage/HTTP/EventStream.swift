import FailoverModel
import Hummingbird
import JournalStore
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
        let generation = follower.now.generation
        var place = start
        var reader: JournalReader?
        // The place alone: who is cut off before the first event comes back to it.
        try await write(": follows\nretry: 1000\nid: \(place)\n\n", to: &writer, progress)
        for await _ in signs {
            if follower.now.generation != generation {
                try await write("event: reload\ndata: {}\n\n", to: &writer, progress)
                return
            }
            var isAny = false
            while true {
                let frames = try take(after: place, &reader)
                guard let last = frames.last else { break }
                try await write(frames.map(\.text).joined(), to: &writer, progress)
                counters.add(frames.count, to: \.eventsSent)
                place = last.sequence
                isAny = true
            }
            if !isAny, progress.isQuiet { try await write(": still here\n\n", to: &writer, progress) }
        }
    }

    private func take(after place: Int64, _ reader: inout JournalReader?) throws -> [EventFrame] {
        switch follower.feed.take(after: place, upTo: Self.batch) {
        case .frames(let frames):
            reader = nil
            return frames
        case .older:
            guard place < follower.now.head.sequence else { return [] }
            let opened = try reader ?? JournalReader(path: follower.path)
            reader = opened
            var frames: [EventFrame] = []
            try opened.entries(after: place, most: Int64(Self.batch)) { bytes, hash in
                let entry = Entry(bytes, hash: hash)
                frames.append(EventFrame(entry, event: try Event(entry)))
            }
            return frames
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
