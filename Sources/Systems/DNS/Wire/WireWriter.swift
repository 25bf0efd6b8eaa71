/// Writes DNS messages: numbers in network order, names whole.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func number8(_ value: UInt8) { bytes.append(value) }

    mutating func number16(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(value & 0xFF)] }

    mutating func number32(_ value: UInt32) {
        number16(UInt16(value >> 16))
        number16(UInt16(value & 0xFFFF))
    }

    /// The lower 48 bits.
    mutating func number48(_ value: UInt64) {
        number16(UInt16(value >> 32 & 0xFFFF))
        number32(UInt32(value & 0xFFFF_FFFF))
    }

    mutating func raw(_ more: [UInt8]) { bytes += more }

    /// Uncompressed, as signatures and updates want it.
    mutating func name(_ name: DNSName) {
        for label in name.labels {
            number8(UInt8(label.count))
            raw(label)
        }
        number8(0)
    }

    mutating func record(_ owner: DNSName, _ type: UInt16, _ recordClass: UInt16, ttl: UInt32 = 0, data: [UInt8] = []) {
        name(owner)
        number16(type)
        number16(recordClass)
        number32(ttl)
        number16(UInt16(truncatingIfNeeded: data.count))
        raw(data)
    }
}
