import Crypto
import FailoverModel
import Glibc
import JournalStore

/// Up to where a hook was told of the journal, in a small file beside it (`handover.sqlite.notified-NAME`), held by one
/// process at a time.
///
/// Written after a message was taken, so that a process killed in between sends it again, with the same key. Without a sync:
/// after a power loss it may be behind, which means the same.
final class NoticeCursor {
    struct Position: Equatable, Sendable {
        /// The journal's identity, so that another journal's file is not taken for this one's.
        var journal: [UInt8]
        var head: JournalHead

        var text: String { "\(journal.hexadecimal) \(head.text)" }

        init(journal: [UInt8], head: JournalHead) {
            self.journal = journal
            self.head = head
        }

        init?(text: String) {
            let parts = text.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let journal = [UInt8](hexadecimal: parts[0]), let head = JournalHead(text: parts[1])
            else { return nil }
            self.init(journal: journal, head: head)
        }
    }

    /// A line fits a disk's sector, so that no reader ever sees half of one.
    private static let lineBytes = 256
    private let path: String
    private let descriptor: Int32

    /// `nil` where another process tells this hook right now.
    init?(journal: String, hook: String) throws(Fault) {
        path = Self.path(journal: journal, hook: hook)
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.fault("it cannot be opened", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let fault = Self.fault("it cannot be locked", path)
            close(descriptor)
            if isHeld { return nil }
            throw fault
        }
    }

    deinit { close(descriptor) }

    /// `nil` where nothing was told yet: the file has just been made. Throws where it holds anything but a position: what the
    /// hook knows is then not known here, so neither may anything be sent again nor anything be left out.
    func read() throws(Fault) -> Position? {
        var bytes = [UInt8](repeating: 0, count: Self.lineBytes)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else { throw Self.fault("it cannot be read", path) }
        if count == 0 { return nil }
        let line = String(decoding: bytes.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
        guard let position = Position(text: line) else {
            throw Fault(
                .invalid, "the file does not say up to where this hook was told", at: path,
                next:
                    "Nothing is sent to it meanwhile. See what it was told last, and write the line JOURNAL SEQUENCE:HASH of that "
                    + "entry into \(path) (handover journal export has all three); or remove the file, and it is told only of "
                    + "what comes then")
        }
        return position
    }

    func write(_ position: Position) throws(Fault) {
        // What a longer line leaves behind comes after the line feed, where nobody reads.
        let line = Array("\(position.text)\n".utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count else {
            throw Self.fault("it cannot be written", path)
        }
    }

    /// A hook's name may hold anything, a path must not.
    static func path(journal: String, hook: String) -> String {
        let name = hook.utf8.map { byte -> String in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(Unicode.Scalar(byte))
            default: "%" + [byte].hexadecimal
            }
        }
        let whole = name.joined()
        guard whole.utf8.count > 120 else { return "\(journal).notified-\(whole)" }
        let digest = [UInt8](SHA256.hash(data: Array(hook.utf8))).prefix(8)
        return "\(journal).notified-\(whole.prefix(100))-\(Array(digest).hexadecimal)"
    }

    private static func fault(_ what: String, _ path: String) -> Fault {
        Fault(
            .invalid, "\(what): \(String(cString: strerror(errno)))", at: path,
            next: "Make it writable: it keeps up to where a hook was told")
    }
}
