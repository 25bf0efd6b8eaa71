import FailoverModel
import Synchronization

/// The head that was seen last.
final class LastHead: Sendable {
    private let head = Mutex<JournalHead?>(nil)

    /// False where it is the same.
    func replace(with new: JournalHead) -> Bool {
        head.withLock { head in
            defer { head = new }
            return head != new
        }
    }
}
