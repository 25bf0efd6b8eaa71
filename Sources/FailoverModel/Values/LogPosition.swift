/// A position in PostgreSQL's write-ahead log (`pg_lsn`): a byte offset, written `16/B374D848`.
///
/// Source: PostgreSQL 15 §8.20.
package struct LogPosition: Comparable, Hashable, Sendable {
    package var bytes: UInt64

    package init(bytes: UInt64) { self.bytes = bytes }

    /// Reads `X/Y`, both parts one to eight hexadecimal digits; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(\.isHexDigit) }),
            let high = UInt64(parts[0], radix: 16), let low = UInt64(parts[1], radix: 16)
        else { return nil }
        bytes = high << 32 | low
    }

    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

    /// How many bytes this position is ahead of `other`; 0 where it is not ahead.
    package func bytesAhead(of other: Self) -> UInt64 { self > other ? bytes - other.bytes : 0 }
}

extension LogPosition: CustomStringConvertible {
    package var description: String {
        "\(String(bytes >> 32, radix: 16, uppercase: true))/\(String(bytes & 0xFFFF_FFFF, radix: 16, uppercase: true))"
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
