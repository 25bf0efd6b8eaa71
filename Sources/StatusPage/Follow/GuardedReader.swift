import FailoverModel
import Glibc
import JournalStore

/// Reads one journal, and no other that somebody puts in its place.
///
/// A connection that is open notices nothing of that: over another file's pages it goes on with those that it has. So the
/// file is looked at before and after each use; where it has changed it is opened anew, and has to be the same journal with
/// the entry that was read last. A checkpoint changes it too, and costs no more than that.
struct GuardedReader {
    let path: String
    let identity: [UInt8]
    private var opened: (reader: JournalReader, mark: FileMark)?

    init(path: String, identity: [UInt8]) {
        self.path = path
        self.identity = identity
    }

    /// A reader of the journal that has `head`. Throws a `JournalError` where that does not lie there.
    mutating func reader(continuing head: JournalHead) throws -> JournalReader {
        guard let mark = FileMark(path) else {
            opened = nil
            throw JournalError.missing(path: path)
        }
        if let opened, opened.mark == mark { return opened.reader }
        opened = nil
        let reader = try JournalReader(path: path, identity: identity, continuing: head)
        opened = (reader, mark)
        return reader
    }

    /// Throws where what was read since may be another file's.
    mutating func confirm(continuing head: JournalHead) throws {
        if opened != nil { _ = try reader(continuing: head) }
    }
}

/// What shows that a file was replaced or written to by anybody: never opened here, which would drop SQLite's locks.
private struct FileMark: Equatable {
    private var main: [Int]
    /// Which file the log is. It is written to all the time.
    private var log: [Int]

    /// `nil` where there is no file.
    init?(_ path: String) {
        guard let main = Self.status(of: path) else { return nil }
        self.main = [
            Int(bitPattern: UInt(main.st_dev)), Int(bitPattern: UInt(main.st_ino)), main.st_size, main.st_mtim.tv_sec,
            main.st_mtim.tv_nsec, main.st_ctim.tv_sec, main.st_ctim.tv_nsec,
        ]
        log = Self.status(of: path + "-wal").map { [Int(bitPattern: UInt($0.st_ino))] } ?? []
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }
}
