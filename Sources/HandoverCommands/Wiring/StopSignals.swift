import Dispatch
import Glibc
import RunEngine

/// Turns SIGINT, SIGTERM and SIGHUP into a wish to stop; the second one urges.
///
/// Holds the signals from its making until `end`, when they do again what they did before. One that is ignored stays
/// so: under `nohup` a run outlives its terminal.
final class StopSignals {
    private static let numbers = [SIGINT, SIGTERM, SIGHUP]
    private let sources: [any DispatchSourceSignal]
    private let before: [(number: Int32, action: sigaction)]
    private static let queue = DispatchQueue(label: "handover.signals")

    /// `heard` is called after each signal, on a queue of its own.
    init(_ interruption: Interruption, heard: @escaping @Sendable (_ isSecond: Bool) -> Void) {
        let queue = Self.queue
        before = Self.numbers.compactMap { number in
            var action = sigaction()
            sigaction(number, nil, &action)
            return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1 ? nil : (number, action)
        }
        sources = before.map { number, _ in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isSecond = interruption.isAsked
                interruption.ask()
                heard(isSecond)
            }
            source.resume()
            return source
        }
    }

    func end() {
        for source in sources { source.cancel() }
        for (number, action) in before {
            var action = action
            sigaction(number, &action, nil)
        }
    }
}
