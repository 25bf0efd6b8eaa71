import FailoverModel
import Glibc

/// The journal's file as the file system and SQLite see it, before anything is read from it.
enum JournalFile {
    /// Makes the file (0600) and its folder (0700) where they are missing, and refuses what is not a journal.
    static func prepareForWriting(_ path: String) throws(JournalError) {
        switch try kind(of: path) {
        case .journal: return
        case .empty:
            try refuseToBeginAnew(path)
            guard chmod(path, 0o600) == 0 else { throw .unusable(path: path, what: reason(errno)) }
        case .missing:
            try refuseToBeginAnew(path)
            try makeFolder(of: path)
            do { try makeEmpty(path) } catch {
                // Where another process was faster, its file is looked at like any other.
                guard access(path, F_OK) == 0 else { throw error }
                try prepareForWriting(path)
            }
        }
    }

    static func prepareForReading(_ path: String) throws(JournalError) {
        switch try kind(of: path) {
        case .journal: return
        case .empty, .missing: throw .missing(path: path)
        }
    }

    /// Makes an empty file that only its owner can read, whatever the umask; fails where there is one.
    static func makeEmpty(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable(path: path, what: reason(errno)) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw .unusable(path: path, what: reason(errno)) }
    }

    /// Brings a finished file to the disk. Never for a journal that is open: closing the descriptor drops SQLite's locks on it.
    static func sync(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unusable(path: path, what: reason(errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unusable(path: path, what: reason(errno)) }
    }

    /// Whether a `-wal` with content lies beside the file.
    static func hasLog(_ path: String) -> Bool {
        var status = stat()
        return lstat(path + "-wal", &status) == 0 && status.st_size > 0
    }

    /// The path as SQLite takes it for a file's name: never a URI, and never `:memory:`.
    static func plainName(_ path: String) -> String { path.hasPrefix("/") ? path : "./\(path)" }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private enum Kind { case journal, empty, missing }

    private static func kind(of path: String) throws(JournalError) -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return .missing }
            throw .unusable(path: path, what: reason(errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: throw .foreign(path: path, what: "it is a symbolic link, and links are not followed")
        default: throw .foreign(path: path, what: "it is not a file")
        }
        // With a log beside it, the file's own first page may be older than the journal: the connection is asked then.
        if hasLog(path) { return .journal }
        return status.st_size == 0 ? .empty : try kind(ofContent: path)
    }

    private static func kind(ofContent path: String) throws(JournalError) -> Kind {
        let page: FirstPage
        do { page = try FirstPage(of: path) } catch {
            switch error {
            case .notADatabase: throw .foreign(path: path, what: "it is not an SQLite file")
            case .damaged(let what):
                throw .damaged(path: path, sequence: nil, what: "SQLite finds the file damaged: \(what)")
            case .unreadable(let what): throw .unusable(path: path, what: "it cannot be read: \(what)")
            }
        }
        // Somebody was stopped between making the file and its tables.
        if page.applicationID == 0, page.version == 0, page.objects == 0 { return .empty }
        try JournalFormat.check(applicationID: page.applicationID, version: page.version, path: path)
        return .journal
    }

    /// A journal that is gone while its witness remembers entries is lost, and must not be begun anew without a word.
    private static func refuseToBeginAnew(_ path: String) throws(JournalError) {
        if let promised = HeadWitness(journal: path).read(), promised.sequence > 0 {
            throw .behind(path: path, head: 0, promised: promised.sequence)
        }
    }

    private static func makeFolder(of path: String) throws(JournalError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        if access(folder, F_OK) == 0 { return }
        try makeFolder(of: folder)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw .unusable(path: path, what: "the folder \(folder) cannot be made: \(reason(errno))")
        }
    }
}
