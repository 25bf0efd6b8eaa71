import Dispatch
import Glibc
import Synchronization

/// Reads a line from standard input on a thread of its own, so that waiting for a person holds up nothing else.
enum TypedLine {
    private static let queue = DispatchQueue(label: "handover.typed-line")

    /// `nil` at the end of input, or when the task is cancelled.
    static func read() async -> String? {
        let isCancelled = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: readBlocking(isCancelled)) }
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    private static func readBlocking(_ isCancelled: Flag) -> String? {
        var line: [UInt8] = []
        while !isCancelled.isSet {
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            var byte: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count == 0 { return line.isEmpty ? nil : String(decoding: line, as: UTF8.self) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                return nil
            }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
