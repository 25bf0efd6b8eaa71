import Glibc
import Synchronization

/// Keeps what is typed from being shown while a picture is drawn in place: an echoed Enter would move it by a line.
///
/// A process killed with SIGKILL leaves it off; shells turn it on again after a job that died so.
final class TerminalEcho: Sendable {
    private let descriptor: Int32
    private let before = Mutex<tcflag_t?>(nil)

    /// `descriptor` is the keyboard's; where that is no terminal, or not ours because we run in the background, nothing
    /// is done.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { turnOn() }

    func turnOff() {
        before.withLock { before in
            var settings = termios()
            guard before == nil, tcgetpgrp(descriptor) == getpgrp(), tcgetattr(descriptor, &settings) == 0 else {
                return
            }
            before = settings.c_lflag
            settings.c_lflag &= ~tcflag_t(ECHO | ECHONL)
            tcsetattr(descriptor, TCSANOW, &settings)
        }
    }

    func turnOn() {
        before.withLock { before in
            var settings = termios()
            guard let flags = before, tcgetpgrp(descriptor) == getpgrp(), tcgetattr(descriptor, &settings) == 0 else {
                return
            }
            before = nil
            settings.c_lflag = flags
            tcsetattr(descriptor, TCSANOW, &settings)
        }
    }
}
