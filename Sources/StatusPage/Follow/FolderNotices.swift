import Glibc

/// Waits for something to change in the journal's folder (`inotify(7)`), so that following it costs nothing while nothing
/// happens. The journal itself is never opened here: closing a descriptor of it would drop SQLite's locks.
///
/// An entry shows twice: the log (`-wal`) is written before the entry can be read, the witness (`.head`) after.
struct FolderNotices {
    /// `nil` where the kernel gives none (a limit, a file system without notices): then the folder is looked at often.
    private let descriptor: Int32?
    private let name: [UInt8]

    /// `path`: the journal's file.
    init(path: String) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        name = Array((slash.map { path[path.index(after: $0)...] } ?? path[...]).utf8)
        // The flags have the values of O_NONBLOCK and O_CLOEXEC.
        let opened = inotify_init1(O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else {
            descriptor = nil
            return
        }
        let wanted = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE)
        guard inotify_add_watch(opened, folder, wanted) >= 0 else {
            Glibc.close(opened)
            descriptor = nil
            return
        }
        descriptor = opened
    }

    /// The longest wait that loses nothing: without notices the journal has to be looked at again and again.
    func limit(_ milliseconds: Int32) -> Int32 { descriptor == nil ? min(milliseconds, 20) : milliseconds }

    /// Waits until the journal's files may have changed, `other` can be read, or the time is over. Whether they changed.
    func wait(milliseconds: Int32, or other: Int32) -> Bool {
        var waited = [pollfd(fd: other, events: Int16(POLLIN), revents: 0)]
        if let descriptor { waited.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&waited, nfds_t(waited.count), limit(milliseconds))
        guard let descriptor, waited.last?.revents != 0 else { return false }
        return drain(descriptor)
    }

    func close() { if let descriptor { Glibc.close(descriptor) } }

    /// Takes what is there; whether some of it is about the journal.
    private func drain(_ descriptor: Int32) -> Bool {
        var isOurs = false
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return isOurs }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                // struct inotify_event: wd, mask, cookie, len, then len bytes of name.
                while offset + 16 <= count {
                    let mask = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
                    let end = min(offset + 16 + length, count)
                    if mask & UInt32(IN_Q_OVERFLOW) != 0 || bytes[(offset + 16)..<end].starts(with: name) {
                        isOurs = true
                    }
                    offset = end
                }
            }
        }
    }
}
