@preconcurrency import Dispatch
import Glibc

/// Lets a process that draws on a terminal be stopped (Ctrl-Z) and go on again with the terminal in order.
final class SuspendSignals: Sendable {
    private let sources: [any DispatchSourceSignal]
    private static let queue = DispatchQueue(label: "handover.suspension")

    /// `before` is called before the process stops, `after` when it goes on; both on a queue of their own.
    init(before: @escaping @Sendable () -> Void, after: @escaping @Sendable () -> Void) {
        signal(SIGTSTP, SIG_IGN)
        let stop = DispatchSource.makeSignalSource(signal: SIGTSTP, queue: Self.queue)
        stop.setEventHandler {
            before()
            kill(getpid(), SIGSTOP)
        }
        let goOn = DispatchSource.makeSignalSource(signal: SIGCONT, queue: Self.queue)
        goOn.setEventHandler { after() }
        sources = [stop, goOn]
        for source in sources { source.resume() }
    }

    func end() {
        for source in sources { source.cancel() }
        signal(SIGTSTP, SIG_DFL)
    }
}
