import FailoverModel
import Glibc

/// A TCP connection that is waited for with `poll`, a deadline and a signal that ends the wait.
///
/// It keeps its thread for as long as the deadline says, which is why it never runs on a cooperative thread.
final class TCPStream {
    /// Why there is no more to be had of a connection.
    enum Ending: Error, Equatable {
        case late
        case cancelled
        /// The other side closed it; with how many bytes of what was waited for.
        case closed(after: Int)
        case failed(errno: Int32)
    }

    private let descriptor: Int32
    private let wake: WakeSignal
    private let deadline: ContinuousClock.Instant

    /// Connects, or throws why not.
    init(
        to server: DNSZone.Server, wake: WakeSignal, connectBy: ContinuousClock.Instant,
        until deadline: ContinuousClock.Instant
    ) throws(Ending) {
        self.wake = wake
        self.deadline = deadline
        let family = server.address.isIPv6 ? AF_INET6 : AF_INET
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw .failed(errno: errno) }
        guard server.withSocketAddress({ connect(descriptor, $0, $1) }) != 0 else { return }
        guard errno == EINPROGRESS else { throw .failed(errno: errno) }
        try wait(for: POLLOUT, until: min(connectBy, deadline))
        var problem: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size)
        guard problem == 0 else { throw .failed(errno: problem) }
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    func send(_ bytes: [UInt8]) throws(Ending) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, until: deadline)
            } else if errno != EINTR {
                throw .failed(errno: errno)
            }
        }
    }

    func receive(_ count: Int) throws(Ending) -> [UInt8] {
        var received: [UInt8] = []
        var part = [UInt8](repeating: 0, count: max(1, min(count, 65_536)))
        while received.count < count {
            let wanted = min(count - received.count, part.count)
            let got = part.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, wanted, 0) }
            if got > 0 {
                received += part[..<got]
            } else if got == 0 {
                throw .closed(after: received.count)
            } else if errno == EAGAIN {
                try wait(for: POLLIN, until: deadline)
            } else if errno != EINTR {
                throw .failed(errno: errno)
            }
        }
        return received
    }

    private func wait(for events: Int32, until deadline: ContinuousClock.Instant) throws(Ending) {
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { throw .late }
            var polled = [
                pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
                pollfd(fd: wake.descriptor, events: Int16(truncatingIfNeeded: POLLIN), revents: 0),
            ]
            let count = poll(&polled, nfds_t(polled.count), Int32(clamping: left.wholeMilliseconds))
            if count < 0, errno != EINTR { throw .failed(errno: errno) }
            if count > 0, polled[1].revents != 0 { throw .cancelled }
            if count > 0, polled[0].revents != 0 { return }
        }
    }
}

extension DNSZone.Server {
    /// Calls `body` with the address as the socket calls take it.
    fileprivate func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        func pass<Address>(_ address: inout Address) -> Int32 {
            let size = socklen_t(MemoryLayout<Address>.size)
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
            }
        }
        if address.isIPv6 {
            var whole = sockaddr_in6()
            whole.sin6_family = sa_family_t(AF_INET6)
            whole.sin6_port = in_port_t(port.bigEndian)
            withUnsafeMutableBytes(of: &whole.sin6_addr) { $0.copyBytes(from: address.bytes) }
            return pass(&whole)
        }
        var whole = sockaddr_in()
        whole.sin_family = sa_family_t(AF_INET)
        whole.sin_port = in_port_t(port.bigEndian)
        withUnsafeMutableBytes(of: &whole.sin_addr) { $0.copyBytes(from: address.bytes) }
        return pass(&whole)
    }
}
