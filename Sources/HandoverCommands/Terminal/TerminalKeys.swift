import Glibc
import Synchronization

/// A terminal's keys one by one, without an Enter; the terminal is given back as it was found.
final class TerminalKeys: Sendable {
    private let descriptor: Int32
    private let before: Mutex<termios?>

    /// `nil` where there is no terminal, or it belongs to another job.
    init?(path: String) {
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var settings = termios()
        guard tcgetpgrp(descriptor) == getpgrp(), tcgetattr(descriptor, &settings) == 0 else {
            close(descriptor)
            return nil
        }
        before = Mutex(settings)
        // Ctrl-C stays a signal.
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(descriptor, TCSAFLUSH, &settings)
    }

    deinit {
        end()
        close(descriptor)
    }

    /// What was typed since the last call.
    func typed() -> [Character] {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(String(decoding: buffer[..<count], as: UTF8.self)) : []
    }

    func end() {
        before.withLock { before in
            guard var settings = before else { return }
            before = nil
            tcsetattr(descriptor, TCSANOW, &settings)
        }
    }
}
