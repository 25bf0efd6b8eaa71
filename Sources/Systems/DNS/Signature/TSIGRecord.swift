/// The record at a message's end that signs it (RFC 8945 §4.2).
struct TSIGRecord: Equatable {
    var key: DNSName
    var algorithm: DNSName
    /// Seconds since 1970.
    var time: UInt64
    /// How many seconds the two clocks may differ.
    var fudge: UInt16
    var code: [UInt8]
    var originalID: UInt16
    var error: UInt16
    var other: [UInt8]

    static let badSignature: UInt16 = 16
    static let badKey: UInt16 = 17
    static let badTime: UInt16 = 18

    init(
        key: DNSName, algorithm: DNSName, time: UInt64, fudge: UInt16 = 300, code: [UInt8] = [], originalID: UInt16,
        error: UInt16 = 0, other: [UInt8] = []
    ) {
        self.key = key
        self.algorithm = algorithm
        self.time = time
        self.fudge = fudge
        self.code = code
        self.originalID = originalID
        self.error = error
        self.other = other
    }

    /// `nil` where the last record of the message is no signature.
    init?(of message: DNSMessage) throws(WireError) {
        guard let record = message.additionals.last, record.type == RecordCode.signature else { return nil }
        guard record.recordClass == ClassCode.any, record.ttl == 0 else { throw .badRecord }
        var reader = WireReader(message.bytes, at: record.data.lowerBound)
        key = record.owner
        algorithm = try reader.name()
        time = UInt64(try reader.number16()) << 32 | UInt64(try reader.number32())
        fudge = try reader.number16()
        code = try reader.take(Int(try reader.number16()))
        originalID = try reader.number16()
        error = try reader.number16()
        other = try reader.take(Int(try reader.number16()))
        guard reader.offset == record.data.upperBound else { throw .badRecord }
    }

    /// What is signed of the record itself (§4.3.3).
    var variables: [UInt8] {
        var writer = WireWriter()
        writer.name(key)
        writer.number16(ClassCode.any)
        writer.number32(0)
        writer.name(algorithm)
        writer.number48(time)
        writer.number16(fudge)
        writer.number16(error)
        writer.number16(UInt16(truncatingIfNeeded: other.count))
        writer.raw(other)
        return writer.bytes
    }

    var data: [UInt8] {
        var writer = WireWriter()
        writer.name(algorithm)
        writer.number48(time)
        writer.number16(fudge)
        writer.number16(UInt16(truncatingIfNeeded: code.count))
        writer.raw(code)
        writer.number16(originalID)
        writer.number16(error)
        writer.number16(UInt16(truncatingIfNeeded: other.count))
        writer.raw(other)
        return writer.bytes
    }

    /// The server's clock, which it tells where ours is too far off (§5.2.3).
    var serverTime: UInt64? {
        error == Self.badTime && other.count == 6 ? other.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}
