import Dispatch
import Glibc

/// One plain HTTP GET to a port of this machine, for asking an ingress how it is.
enum LoopbackHTTP {
    struct Answer: Sendable {
        var status: Int
        var body: String
    }

    /// `nil` where nothing answers in time.
    static func get(_ path: String, port: Int, within limit: Duration = .seconds(3)) async -> Answer? {
        await withCheckedContinuation { continuation in
            // The socket blocks, so it has a thread of its own; its time limits bound the wait.
            DispatchQueue.global().async { continuation.resume(returning: ask(path, port, until: .now + limit)) }
        }
    }

    private static func ask(_ path: String, _ port: Int, until deadline: ContinuousClock.Instant) -> Answer? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n"
        guard FreePorts.withLoopback(port, { connect(descriptor, $0, $1) == 0 }),
            SmallFile.all(Array(request.utf8), to: descriptor)
        else { return nil }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            let (seconds, attoseconds) = left.components
            var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000) + 1)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return count == 0 ? answer(String(decoding: bytes, as: UTF8.self)) : nil }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func answer(_ text: String) -> Answer? {
        let words = text.prefix { !$0.isNewline }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
            let head = text.firstRange(of: "\r\n\r\n")
        else { return nil }
        return Answer(status: status, body: String(text[head.upperBound...]))
    }
}
