import GRDB
import Glibc

/// The journal's file as the file system and SQLite see it, before anything is read from it.
enum JournalFile {
    /// Makes the file (0600) and its folder (0700) where they are missing, and refuses what is not a journal.
    static func prepareForWriting(_ path: String) throws(JournalError) {
        switch try kind(of: path) {
        case .journal: return
        case .empty: break
        case .missing:
            try makeFolder(of: path)
            do { try makeEmpty(path) } catch {
                // Where another process was faster, its file is looked at like any other.
                guard access(path, F_OK) == 0 else { throw error }
                try prepareForWriting(path)
            }
        }
    }

    /// Makes an empty file that only its owner can read; fails where there is one.
    static func makeEmpty(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable(path: path, what: reason(errno)) }
        fchmod(descriptor, 0o600)
        close(descriptor)
    }

    static func prepareForReading(_ path: String) throws(JournalError) {
        switch try kind(of: path) {
        case .journal: return
        case .empty, .missing: throw .missing(path: path)
        }
    }

    /// Whether a `-wal` with content lies beside the file.
    static func hasLog(_ path: String) -> Bool {
        var status = stat()
        return lstat(path + "-wal", &status) == 0 && status.st_size > 0
    }

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
        if status.st_size == 0 { return hasLog(path) ? .journal : .empty }
        let header = try header(of: path)
        guard header.starts(with: "SQLite format 3\u{0}".utf8), header.count == 100 else {
            throw .foreign(path: path, what: "it is not an SQLite file")
        }
        // With a log beside it, the header in the file may be older than the journal: SQLite is asked then.
        if hasLog(path) { return .journal }
        guard number(header, 68) == UInt32(bitPattern: JournalFormat.applicationID) else {
            throw .foreign(path: path, what: "it is another program's SQLite file")
        }
        let format = Int(number(header, 60))
        guard format <= JournalFormat.version else { throw .newerFormat(path: path, format: format) }
        return .journal
    }

    private static func header(of path: String) throws(JournalError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unusable(path: path, what: reason(errno)) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(descriptor, &bytes, 100)
        guard count >= 0 else { throw .unusable(path: path, what: reason(errno)) }
        return Array(bytes.prefix(count))
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
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
