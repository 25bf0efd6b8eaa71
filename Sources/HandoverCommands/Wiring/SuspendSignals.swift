@preconcurrency import Dispatch
import Glibc

/// Lets a process that draws on a terminal be stopped (Ctrl-Z) with the terminal in order.
final class SuspendSignals: Sendable {
    private let source: any DispatchSourceSignal
    private static let queue = DispatchQueue(label: "handover.suspension")

    /// `before` is called before the process stops, on a queue of its own.
    init(before: @escaping @Sendable () -> Void) {
        signal(SIGTSTP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: Self.queue)
        source.setEventHandler {
            before()
            kill(getpid(), SIGSTOP)
        }
        source.resume()
    }

    func end() {
        source.cancel()
        signal(SIGTSTP, SIG_DFL)
    }
}
