import FailoverModel
import Glibc

/// Small files, read and written whole, with the mode they are to have from their first byte on.
enum SmallFile {
    /// The content, also of files in /proc that have no size; `nil` where it cannot be read.
    static func text(at path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? String(decoding: bytes, as: UTF8.self) : nil }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Replaces the file as a whole: nobody ever reads half of it.
    static func write(_ text: String, to path: String, mode: mode_t = 0o600, owner: Account? = nil) throws {
        let temporary = "\(path).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("cannot be written", path) }
        var isWritten = all(Array(text.utf8), to: descriptor) && fchmod(descriptor, mode) == 0
        if let owner { isWritten = fchown(descriptor, owner.user, owner.group) == 0 && isWritten }
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else { throw failure("cannot be written", path) }
    }

    /// Writes every byte to a descriptor; `false` where that failed.
    static func all(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func makeDirectory(_ path: String, mode: mode_t = 0o700, owner: Account? = nil) throws {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("cannot be made", path) }
        if let owner, chown(path, owner.user, owner.group) != 0 { throw failure("cannot be given away", path) }
    }

    /// The last `count` lines of a log, for an error text.
    static func lastLines(_ count: Int, of path: String) -> String {
        (text(at: path) ?? "").split(whereSeparator: \.isNewline).suffix(count).joined(separator: "; ")
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func failure(_ what: String, _ path: String) -> Fault {
        let reason = String(cString: strerror(errno))
        return Fault(
            .invalid, "it \(what): \(reason)", at: path,
            next: "Choose another --directory, or make room and give permission there")
    }
}
