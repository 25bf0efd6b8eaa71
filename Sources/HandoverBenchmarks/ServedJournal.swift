import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport

/// `handover serve` on a journal, for as long as a body takes.
enum ServedJournal {
    /// `body` gets the port.
    static func with<Value>(_ journal: String, _ body: (UInt16) async throws -> Value) async throws -> Value {
        let port = UInt16.random(in: 20_000...29_000)
        let page = try ChildProgram.start(
            Measured.handover, ["serve", "--listen", "127.0.0.1:\(port)", "--journal", journal])
        do {
            try await answers(port)
            let value = try await body(port)
            page.send(SIGTERM)
            _ = await page.end()
            return value
        } catch {
            page.send(SIGTERM)
            let ending = await page.end()
            throw Measured.Failure(what: "\(error); the page said: \(ending.errors)")
        }
    }

    private static func answers(_ port: UInt16) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while (try? LineSocket(port: port)) == nil {
            guard ContinuousClock.now < end else { throw Measured.Failure(what: "nothing answers on port \(port)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A connection to this machine that is read line by line, and blocks.
final class LineSocket {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw Measured.Failure(what: "port \(port): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func get(_ path: String) throws {
        let bytes = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Measured.Failure(what: "not sent")
        }
    }

    /// The next line without its end; `nil` where the connection is closed.
    func line() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            var more = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &more, more.count, 0)
            if count <= 0 { return nil }
            buffer += more[..<count]
        }
    }
}
