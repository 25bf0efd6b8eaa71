/// Reads a DNS message from bytes of which nothing is trusted: every read is checked against the end.
struct WireReader {
    private let bytes: [UInt8]
    private(set) var offset: Int

    init(_ bytes: [UInt8], at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    mutating func number8() throws(WireError) -> UInt8 {
        guard offset >= 0, offset < bytes.count else { throw .truncated }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number16() throws(WireError) -> UInt16 {
        let high = UInt16(try number8())
        return high << 8 | UInt16(try number8())
    }

    mutating func number32() throws(WireError) -> UInt32 {
        let high = UInt32(try number16())
        return high << 16 | UInt32(try number16())
    }

    mutating func take(_ count: Int) throws(WireError) -> [UInt8] {
        guard count >= 0, offset >= 0, count <= bytes.count - offset else { throw .truncated }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    /// A name, its compression followed (RFC 1035 §4.1.4). A pointer must lead to before where the labels it ends
    /// began, so there is no way round in a circle.
    mutating func name() throws(WireError) -> DNSName {
        var labels: [[UInt8]] = []
        var length = 1
        var cursor = self
        var begin = offset
        var hasJumped = false
        while true {
            let head = try cursor.number8()
            switch head {
            case 0:
                if !hasJumped { offset = cursor.offset }
                guard let name = DNSName(labels: labels) else { throw .badName }
                return name
            case 1...63:
                length += Int(head) + 1
                guard length <= 255 else { throw .badName }
                labels.append(try cursor.take(Int(head)))
            case 0xC0...0xFF:
                let target = Int(head & 0x3F) << 8 | Int(try cursor.number8())
                guard target < begin else { throw .badName }
                if !hasJumped { offset = cursor.offset }
                hasJumped = true
                begin = target
                cursor.offset = target
            default: throw .badName
            }
        }
    }
}

/// What is wrong with bytes that should be a DNS message.
enum WireError: Error, Equatable {
    case truncated
    case badName
    case badRecord
    /// It is a message, but not the answer to what was asked.
    case unrelated

    var sentence: String {
        switch self {
        case .truncated: "the answer ends in its middle"
        case .badName: "the answer holds a name that cannot be one"
        case .badRecord: "the answer holds a record that cannot be one"
        case .unrelated: "the answer does not belong to the question"
        }
    }
}
