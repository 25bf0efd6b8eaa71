import FailoverModel
import Glibc

/// Finds ports nobody listens on.
///
/// They lie below Linux' ephemeral range (32768), so that no outgoing connection takes one while its site is down.
enum FreePorts {
    /// The first port of a free block of `count`, at `wanted` or after it, beginning anew at the lowest.
    static func block(of count: Int, from wanted: Int) throws -> Int {
        let (lowest, highest) = (10_240, 32_768)
        var first = min(max(wanted, 1024), highest - count)
        for _ in 0..<(highest - lowest) / count {
            if (first..<first + count).allSatisfy(isFree) { return first }
            first = first + count * 2 > highest ? lowest : first + count
        }
        throw Fault(
            .unavailable, "no block of \(count) free ports", at: "127.0.0.1:\(lowest)-\(highest)",
            next: "Stop other rehearsals with handover rehearsal down --directory DIR")
    }

    /// Whether a server could listen there now.
    static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return withLoopback(port) { bind(descriptor, $0, $1) == 0 && listen(descriptor, 1) == 0 }
    }

    /// Calls `body` with 127.0.0.1 and this port as a socket address.
    static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
