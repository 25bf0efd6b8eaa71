import FailoverModel
import JournalStore

/// The entries that the feed does not have any more, from the journal. One reader for all clients that are far back: one for
/// each would take more descriptors than a process may have.
actor EventArchive {
    private let follower: JournalFollower
    private var journal: GuardedReader
    private let thread = RenderThread()

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(follower: JournalFollower) {
        self.follower = follower
        journal = GuardedReader(path: follower.path, identity: follower.identity)
    }

    /// In order, the next after a place first; empty where there is none yet.
    func frames(after place: Int64, most: Int) throws -> [EventFrame] {
        let head = follower.now.head
        guard place < head.sequence else { return [] }
        var frames: [EventFrame] = []
        try journal.reader(continuing: head).entries(after: place, most: Int64(most)) { bytes, hash in
            let entry = Entry(bytes, hash: hash)
            frames.append(EventFrame(entry, event: try Event(entry)))
        }
        try journal.confirm(continuing: head)
        return frames
    }
}
