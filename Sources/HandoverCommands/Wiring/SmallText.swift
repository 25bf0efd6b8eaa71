import Glibc

/// Files that are read whole.
enum SmallText {
    /// The largest file that is taken for input; a runbook is a few kilobytes.
    static let mostBytes = 4 << 20

    enum Failure: Error, Equatable {
        case missing, notReadable(String), isDirectory, tooLarge
    }

    /// `nil` where it cannot be read.
    static func read(_ path: String) -> String? { (try? bytes(of: path)).map { String(decoding: $0, as: UTF8.self) } }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func bytes(of path: String) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw errno == ENOENT || errno == ENOTDIR ? .missing : .notReadable(reason()) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw errno == EISDIR ? .isDirectory : .notReadable(reason())
            }
            bytes += buffer[..<count]
            if bytes.count > mostBytes { throw .tooLarge }
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
