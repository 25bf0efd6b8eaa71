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
        var failure: FollowFailure?
        /// When the journal was last looked at, on the clock that only goes forward.
        var lookedAt: ContinuousClock.Instant
    }

    let path: String
    /// The journal's own 16 bytes, by which another one in its place is known.
    let identity: [UInt8]
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
        identity = try reader.identity()
        let (projections, head) = try reader.projection(JournalProjections.self)
        state = Mutex(
            State(
                head: head, projections: projections, looks: try RecentLooks.before(head.sequence, in: reader),
                lookedAt: .now))
    }

    deinit {
        close(stopping.read)
        close(stopping.write)
    }

    /// By which a page knows that it is of this journal.
    var name: String { Array(identity.prefix(8)).hexadecimal }

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

    // MARK: The thread

    private func follow() {
        var journal = GuardedReader(path: path, identity: identity)
        let notices = FolderNotices(path: path)
        defer { notices.close() }
        // How often a change of the log is looked after once more: the entry can be read only after its sync.
        var again = 0
        while !feed.isOver {
            if look(&journal) { again = 0 }
            let wait: Int32 = again > 0 ? 4 : Self.idleMilliseconds
            again = max(0, again - 1)
            if notices.wait(milliseconds: wait, or: stopping.read) { again = 6 }
        }
    }

    /// Takes in what has come since the last look. Whether there was something. Nothing is taken that does not follow the
    /// entry before it in the chain, so that entries of two journals are never mixed.
    private func look(_ journal: inout GuardedReader) -> Bool {
        var draft = now
        let before = draft.failure
        var frames: [EventFrame] = []
        do {
            let head = draft.head
            try journal.reader(continuing: head).entries(following: head, most: 1000) { bytes, hash in
                let entry = Entry(bytes, hash: hash)
                let event = try Event(entry)
                try draft.projections.apply(bytes)
                try draft.looks.take(bytes)
                draft.head = JournalHead(sequence: entry.sequence, hash: entry.hash)
                frames.append(EventFrame(entry, event: event))
            }
            draft.failure = nil
        } catch {
            draft.failure = FollowFailure(error)
        }
        draft.lookedAt = .now
        state.withLock { $0 = draft }
        if !frames.isEmpty || draft.failure != before { feed.publish(frames) }
        return !frames.isEmpty
    }
}
