import Glibc

/// Wakes a thread that waits in `poll`, from any other thread, once and for good: how a cancelled task reaches libpq.
///
/// `@unchecked Sendable`: the two descriptors never change after `init`, and `write` on a pipe is safe from any thread.
/// They are closed in `deinit`, when nobody can hold the signal any more.
final class WakeSignal: @unchecked Sendable {
    /// Readable once `fire` was called; -1 where the process has no descriptors left, and then nothing wakes early.
    let descriptor: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let isOpen = pipe(&ends) == 0
        for end in ends where isOpen {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        descriptor = isOpen ? ends[0] : -1
        writeEnd = isOpen ? ends[1] : -1
    }

    deinit {
        if descriptor >= 0 {
            Glibc.close(descriptor)
            Glibc.close(writeEnd)
        }
    }

    func fire() {
        guard writeEnd >= 0 else { return }
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }
}
