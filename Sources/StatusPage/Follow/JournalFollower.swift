import FailoverModel
import Foundation
import Glibc
import JournalStore
import Synchronization

/// Follows the journal that other processes write, once for all clients: keeps the states at its head in memory, and tells
/// the feed of every entry.
///
/// It has a thread of its own, which sleeps until the kernel says that the journal's files changed. An entry is there for
/// the browser some milliseconds after it is durable.
final class JournalFollower: Sendable {
    /// The states after the newest entry that was read.
    struct State: Sendable {
        var head: JournalHead
        var projections: JournalProjections
        var looks: RecentLooks
        /// Why entries cannot be read any further; `nil`: all is well.
        var failure: String?
        /// When the journal was last looked at, on the clock that only goes forward.
        var lookedAt: ContinuousClock.Instant
        /// Goes up when the file was replaced by another one, which makes all that was shown before void.
        var generation = 0
    }

    let path: String
    let feed = EventFeed()
    private let state: Mutex<State>
    /// The ends of a pipe that wakes the thread so that it ends.
    private let stopping: (read: Int32, write: Int32)
    /// While nothing is told, the journal is looked at all the same, so that a notice that was lost costs no more than that.
    private static let idleMilliseconds: Int32 = 1000

    /// Reads the states at the head. Throws where the journal cannot be read; nothing is followed before `start`.
    init(path: String) throws {
        self.path = path
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw Fault(.unavailable, String(cString: strerror(errno)), at: path, next: "End what has many files open")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        stopping = (ends[0], ends[1])
        let reader = try JournalReader(path: path)
        state = Mutex(try Self.begin(reader))
    }

    deinit {
        close(stopping.read)
        close(stopping.write)
    }

    var now: State { state.withLock(\.self) }

    /// Follows until `stop`.
    func start() {
        let thread = Thread { [self] in follow() }
        thread.name = "journal follower"
        thread.stackSize = 2 << 20
        thread.start()
    }

    /// Ends the thread and lets every client of the feed go.
    func stop() {
        feed.end()
        _ = Glibc.write(stopping.write, "x", 1)
    }

    private static func begin(_ reader: JournalReader) throws -> State {
        let (projections, head) = try reader.projection(JournalProjections.self)
        return State(
            head: head, projections: projections, looks: try RecentLooks.before(head.sequence, in: reader),
            lookedAt: .now)
    }

    // MARK: The thread

    private func follow() {
        var reader: JournalReader?
        var identity = Self.identity(of: path)
        let notices = FolderNotices(path: path)
        defer { notices.close() }
        // How often a change of the log is looked after once more: the entry can be read only after its sync.
        var again = 0
        while !feed.isOver {
            if reader == nil { reader = try? JournalReader(path: path) }
            let isNew = look(reader)
            if isNew { again = 0 }
            let wait: Int32 = again > 0 ? 4 : Self.idleMilliseconds
            again = max(0, again - 1)
            let isChanged = notices.wait(milliseconds: wait, or: stopping.read)
            if isChanged { again = 6 }
            let found = Self.identity(of: path)
            if let found, found != identity {
                identity = found
                reader = beginAnew()
            }
        }
    }

    /// Takes in what has come since the last look. Whether there was something.
    private func look(_ reader: JournalReader?) -> Bool {
        guard Self.identity(of: path) != nil else {
            state.withLock { $0.failure = "the journal \(path) is gone" }
            return false
        }
        guard let reader else {
            state.withLock { $0.failure = "the journal \(path) cannot be opened any more" }
            return false
        }
        var draft = now
        let before = draft.head.sequence
        var frames: [EventFrame] = []
        do {
            try reader.entries(after: before, most: 1000) { bytes, hash in
                let entry = Entry(bytes, hash: hash)
                let event = try Event(entry)
                try draft.projections.apply(bytes)
                try draft.looks.take(bytes)
                draft.head = JournalHead(sequence: entry.sequence, hash: entry.hash)
                frames.append(EventFrame(entry, event: event))
            }
            draft.failure = nil
        } catch {
            draft.failure = "\(error)"
        }
        draft.lookedAt = .now
        state.withLock { $0 = draft }
        if !frames.isEmpty { feed.publish(frames) }
        return !frames.isEmpty
    }

    /// Somebody put another file in the journal's place: what is known is of no use any more.
    private func beginAnew() -> JournalReader? {
        guard let reader = try? JournalReader(path: path), let begun = try? Self.begin(reader) else { return nil }
        state.withLock { state in
            let generation = state.generation + 1
            state = begun
            state.generation = generation
        }
        feed.reset()
        feed.publish([])
        return reader
    }

    /// Which file it is; `nil` where there is none.
    private static func identity(of path: String) -> [UInt64]? {
        var status = stat()
        return lstat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }
}
