import Dispatch
import Glibc
import Synchronization

/// A terminal from which lines are read without blocking any thread; reading ends when the task is cancelled.
final class TerminalDevice: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isAtEnd = false
        var reader: CheckedContinuation<String?, Never>?
    }

    private static let longest = 4096
    private let descriptor: Int32
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "handover.terminal-device")

    /// `nil` where there is no terminal. Keys typed before now are thrown away: they were not meant as an answer.
    init?(path: String) {
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard isatty(descriptor) == 1 else {
            close(descriptor)
            return nil
        }
        tcflush(descriptor, TCIFLUSH)
        watch()
    }

    deinit { close(descriptor) }

    /// The next line; `nil` at the end of input (Ctrl-D) or when the task is cancelled.
    func line() async -> String? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.reader = continuation }
                if Task.isCancelled { end() } else { deliver() }
            }
        } onCancel: {
            end()
        }
    }

    /// Looks for typed bytes every 50 ms until the end; for a person's typing that is soon enough.
    private func watch() {
        queue.asyncAfter(deadline: .now() + .milliseconds(50)) { [weak self] in
            guard let self, !state.withLock(\.isAtEnd) else { return }
            take()
            deliver()
            watch()
        }
    }

    private func take() {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
            state.withLock { state in
                state.bytes.append(contentsOf: buffer[..<count])
                if state.bytes.count > Self.longest { state.isAtEnd = true }
            }
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
            state.withLock { $0.isAtEnd = true }
        }
    }

    private func end() {
        state.withLock { $0.isAtEnd = true }
        deliver()
    }

    private func deliver() {
        let ready = state.withLock { state -> (CheckedContinuation<String?, Never>, String?)? in
            guard let reader = state.reader else { return nil }
            if let index = state.bytes.firstIndex(of: 0x0A) {
                let line = String(decoding: state.bytes[..<index], as: UTF8.self)
                state.bytes.removeFirst(index + 1)
                state.reader = nil
                return (reader, line)
            }
            guard state.isAtEnd else { return nil }
            state.reader = nil
            return (reader, nil)
        }
        if let (reader, line) = ready { reader.resume(returning: line) }
    }
}
