import Foundation
import Glibc
import Synchronization

/// Stands between a driver and its real server, hands everything on, and breaks what comes back as it is told to.
final class BreakingProxy: Sendable {
    enum Fault: Sendable {
        case none
        /// The answer to a change breaks off after so many bytes, the change being made.
        case cutsChange(after: Int)
        /// The answer to a change does not come, the change being made.
        case holdsChange
        /// Every answer breaks off after so many bytes.
        case cutsAll(after: Int)
        /// Every request gets this in an answer's place, and the server does not hear of it.
        case answers(String)
    }

    private let listener: Listener
    private let upstream: UInt16
    private let state = Mutex((fault: Fault.none, changes: 0))

    var port: UInt16 { listener.port }
    /// How many changes went to the server.
    var changes: Int { state.withLock { $0.changes } }

    init(to upstream: UInt16) throws {
        listener = try Listener()
        self.upstream = upstream
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener.descriptor, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [self] in
                    carry(connection)
                    close(connection)
                }
            }
        }
    }

    func set(_ fault: Fault) { state.withLock { $0.fault = fault } }
    func shut() { listener.shut() }

    private func carry(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(server) }
        guard Self.connect(server, upstream) else { return }
        var isChange = false
        while true {
            var ends = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ends, 2, 60_000) > 0 else { return }
            if ends[0].revents != 0 {
                let bytes = Listener.receive(65_536, 0, client)
                guard !bytes.isEmpty else { return }
                isChange = Self.isChange(bytes) ?? isChange
                if Self.isChange(bytes) == true { state.withLock { $0.changes += 1 } }
                if case .answers(let text) = state.withLock({ $0.fault }) { return Self.send(Array(text.utf8), client) }
                Self.send(bytes, server)
            }
            if ends[1].revents != 0 {
                let bytes = Listener.receive(65_536, 0, server)
                guard !bytes.isEmpty else { return }
                switch state.withLock({ $0.fault }) {
                case .cutsChange(let count) where isChange: return Self.send(Array(bytes.prefix(count)), client)
                case .cutsAll(let count): return Self.send(Array(bytes.prefix(count)), client)
                case .holdsChange where isChange: continue
                case .none, .cutsChange, .holdsChange, .answers: Self.send(bytes, client)
                }
            }
        }
    }

    /// `nil` for what goes on from an earlier part. An update of the DNS has the operation 5; HTTP names its method.
    private static func isChange(_ bytes: [UInt8]) -> Bool? {
        let start = String(decoding: bytes.prefix(6), as: UTF8.self)
        if start.hasPrefix("POST ") || start.hasPrefix("PATCH ") { return true }
        if start.hasPrefix("GET ") { return false }
        guard bytes.count > 12, Int(bytes[0]) << 8 | Int(bytes[1]) <= bytes.count - 2 else { return nil }
        return bytes[4] & 0x78 == 0x28
    }

    private static func send(_ bytes: [UInt8], _ socket: Int32) {
        _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func connect(_ socket: Int32, _ port: UInt16) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port.bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// True once.
final class Once: Sendable {
    private let isSpent = Mutex(false)

    var isFirst: Bool {
        isSpent.withLock { spent in
            defer { spent = true }
            return !spent
        }
    }
}
