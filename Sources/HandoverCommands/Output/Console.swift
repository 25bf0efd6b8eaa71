import Glibc
import Synchronization

/// Where the program writes and whom it can ask: results on standard output, everything else on standard error.
package struct Console: Sendable {
    package var output: @Sendable (String) -> Void
    package var error: @Sendable (String) -> Void
    package var isOutputTerminal: Bool
    package var isErrorTerminal: Bool
    /// Shows a prompt and reads the line that a person types after it; `nil` at the end of input, when the task is
    /// cancelled, and where there is no terminal.
    package var ask: @Sendable (_ prompt: String) async -> String?
    /// Why some of the output did not arrive; `nil` where all did, or nobody reads it any more.
    package var outputFault: @Sendable () -> String?
    /// Whether a person can be asked: they type, and see the question.
    package var isInteractive: Bool

    package init(
        output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void,
        isOutputTerminal: Bool = false, isErrorTerminal: Bool = false, isInteractive: Bool = false,
        ask: @escaping @Sendable (_ prompt: String) async -> String? = { _ in nil },
        outputFault: @escaping @Sendable () -> String? = { nil }
    ) {
        self.output = output
        self.error = error
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
        self.isInteractive = isInteractive
        self.ask = ask
        self.outputFault = outputFault
    }

    /// The process's own.
    package static var standard: Console {
        let lost = LostOutput()
        return Console(
            output: { lost.note(Self.write($0, to: STDOUT_FILENO)) },
            error: { _ = Self.write($0, to: STDERR_FILENO) },
            isOutputTerminal: isatty(STDOUT_FILENO) == 1, isErrorTerminal: isatty(STDERR_FILENO) == 1,
            isInteractive: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
            ask: asking(terminal: "/dev/tty") { _ = Self.write($0, to: STDERR_FILENO) }, outputFault: { lost.fault })
    }

    /// Reads the terminal itself, not standard input, so that a script's input is never taken for a person's word; what
    /// was typed before the prompt does not count.
    static func asking(
        terminal path: String, show: @escaping @Sendable (String) -> Void
    ) -> @Sendable (_ prompt: String) async -> String? {
        { prompt in
            guard let device = TerminalDevice(path: path) else { return nil }
            show(prompt)
            return await device.line()
        }
    }

    /// Writes all of it, or gives up: silently where nobody reads any more, else with the error's number.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno == EPIPE || errno == EBADF ? nil : errno
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return nil
        }
    }
}

/// Remembers the first error of writing the output.
private final class LostOutput: Sendable {
    private let number = Atomic<Int32>(0)

    func note(_ error: Int32?) {
        if let error { _ = number.compareExchange(expected: 0, desired: error, ordering: .relaxed) }
    }

    var fault: String? {
        let error = number.load(ordering: .relaxed)
        return error == 0 ? nil : String(cString: strerror(error))
    }
}
