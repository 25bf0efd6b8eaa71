/// A domain name as its labels, in small letters: names compare without regard to case (RFC 4343).
struct DNSName: Hashable, Sendable {
    /// Without the root's empty label.
    let labels: [[UInt8]]

    /// `nil` where a label is empty or has more than 63 bytes, or all of them take more than 255 (RFC 1035 §3.1).
    init?(labels: [[UInt8]]) {
        guard labels.allSatisfy({ (1...63).contains($0.count) }), labels.reduce(1, { $0 + $1.count + 1 }) <= 255
        else { return nil }
        self.labels = labels.map { $0.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } }
    }

    /// Reads what `description` writes, with or without a last dot.
    init?(_ text: String) {
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "."):
                labels.append(label)
                label = []
            case UInt8(ascii: "\\"):
                guard let escaped = Self.escaped(&bytes) else { return nil }
                label.append(escaped)
            default: label.append(byte)
            }
        }
        // Nothing behind the last dot: that is the root, which every name ends in.
        if !label.isEmpty || labels.isEmpty { labels.append(label) }
        self.init(labels: text == "." ? [] : labels)
    }

    /// What stands behind a backslash: three decimal digits, or the byte itself.
    private static func escaped(_ bytes: inout ArraySlice<UInt8>) -> UInt8? {
        guard let first = bytes.popFirst() else { return nil }
        guard (0x30...0x39).contains(first) else { return first }
        let digits = [first] + bytes.prefix(2)
        bytes = bytes.dropFirst(2)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt8(exactly: digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    }
}

extension DNSName: CustomStringConvertible {
    /// Without the last dot; bytes that are no letters, digits, - or _ are escaped as in zone files (RFC 1035 §5.1).
    var description: String {
        labels.isEmpty ? "." : labels.map { $0.map(Self.shown).joined() }.joined(separator: ".")
    }

    private static func shown(_ byte: UInt8) -> String {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"), UInt8(ascii: "/"):
            return String(UnicodeScalar(byte))
        case 0x21...0x7E: return "\\" + String(UnicodeScalar(byte))
        default:
            let digits = String(byte)
            return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
    }
}
