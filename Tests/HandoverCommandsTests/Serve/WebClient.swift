import Foundation
import Glibc

/// Sends requests as they are given, byte for byte, so that a test can be a browser, a program or somebody with bad intent.
struct WebClient: Sendable {
    struct Answer: Sendable {
        var status = 0
        /// By lowercase name; of one that comes twice the last.
        var headers: [String: String] = [:]
        var body = ""
    }

    struct Failure: Error { var what: String }

    let port: UInt16

    /// A whole answer; `host` is what the `Host` header says.
    func ask(
        _ path: String, method: String = "GET", host: String? = nil, headers: [String: String] = [:],
        form: [String: String]? = nil
    ) async throws -> Answer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")", "Connection: close"]
        let body = form.map { fields in
            fields.map { "\(Self.encoded($0.key))=\(Self.encoded($0.value))" }.joined(separator: "&")
        }
        if let body {
            lines += ["Content-Type: application/x-www-form-urlencoded", "Content-Length: \(body.utf8.count)"]
        }
        lines += headers.map { "\($0.key): \($0.value)" }
        let text = try await exchange(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")) { _ in false }
        return try Self.answer(text)
    }

    /// What an event stream sends until `isEnough` says so of all of it; then the connection is closed.
    func events(
        _ path: String, headers: [String: String] = [:], until isEnough: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        let lines = ["GET \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + headers.map { "\($0.key): \($0.value)" }
        // A line's end is one character to Swift, whichever of the two it is.
        @Sendable func plain(_ text: String) -> String { text.replacingOccurrences(of: "\r\n", with: "\n") }
        return plain(
            try await exchange(lines.joined(separator: "\r\n") + "\r\n\r\n") { isEnough(plain($0)) })
    }

    /// The numbers of the entries in what a stream sent.
    static func sequences(_ text: String) -> [Int64] {
        let lines = text.split(separator: "\n")
        return zip(lines, lines.dropFirst()).compactMap { line, next in
            line.hasPrefix("id: ") && next == "event: entry" ? Int64(line.dropFirst(4)) : nil
        }
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private func exchange(_ text: String, until isEnough: @escaping @Sendable (String) -> Bool) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: many that wait would leave none to the server, which is in this process, too.
            Thread { continuation.resume(with: Result { try blockingExchange(text, isEnough) }) }.start()
        }
    }

    private func blockingExchange(_ text: String, _ isEnough: (String) -> Bool) throws -> String {
        let descriptor = try Self.send(text, to: port)
        defer { close(descriptor) }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waited, 1, 30_000) > 0 else { throw Failure(what: "no more came: \(received.count) bytes") }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { break }
            received += buffer[..<count]
            if isEnough(String(decoding: received, as: UTF8.self)) { break }
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// A client that sends a request and reads nothing.
    final class Lazy: Sendable {
        private let descriptor: Int32

        init(port: UInt16, path: String) throws {
            descriptor = try WebClient.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", to: port)
        }

        func end() { close(descriptor) }
    }

    static func send(_ text: String, to port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let bytes = Array(text.utf8)
        guard connected == 0, Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            close(descriptor)
            throw Failure(what: "not sent: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    private static func answer(_ text: String) throws -> Answer {
        guard let end = text.range(of: "\r\n\r\n") else { throw Failure(what: "no answer: \(text.prefix(200))") }
        var answer = Answer()
        for (index, line) in text[..<end.lowerBound].components(separatedBy: "\r\n").enumerated() {
            if index == 0 {
                answer.status = Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                answer.headers[line[..<colon].lowercased()] = value
            }
        }
        answer.body = String(text[end.upperBound...])
        if answer.headers["transfer-encoding"] == "chunked" { answer.body = dechunked(answer.body) }
        return answer
    }

    private static func dechunked(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        var whole: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0D) {
            let length = Int(String(decoding: rest[rest.startIndex..<end], as: UTF8.self), radix: 16) ?? 0
            rest = rest[(end + 2)...]
            if length == 0 || rest.count < length { break }
            whole += rest.prefix(length)
            rest = rest.dropFirst(length + 2)
        }
        return String(decoding: whole, as: UTF8.self)
    }
}
