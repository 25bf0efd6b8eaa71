/// Why bytes are not the JSON that was expected.
package struct DecodingFailure: Error, Equatable, Sendable {
    package var what: String
    /// Offset in the bytes.
    package var offset: Int

    package init(_ what: String, offset: Int) {
        self.what = what
        self.offset = offset
    }
}

/// Reads JSON from memory in one pass, without building a tree: the fold of a long journal spends its time here.
///
/// Accepts the JSON of RFC 8259 with two limits: numbers are 64-bit integers, and nesting ends at 64 levels.
/// Never reads past the end and never traps, whatever the bytes.
package struct JSONReader {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    private var depth = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// An object's key as it lies in memory. A key with escapes matches no name.
    package struct Key {
        fileprivate let bytes: UnsafeRawBufferPointer

        @inline(__always)
        package static func ~= (name: StaticString, key: Key) -> Bool {
            key.bytes.count == name.utf8CodeUnitCount
                && name.utf8Start.withMemoryRebound(to: UInt8.self, capacity: key.bytes.count) { start in
                    key.bytes.elementsEqual(UnsafeBufferPointer(start: start, count: key.bytes.count))
                }
        }

        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    package func failure(_ what: String) -> DecodingFailure { DecodingFailure(what, offset: index) }

    /// Calls `field` for every key with the reader standing at its value, which it must read or `skip()`.
    @inline(__always)
    package mutating func object(
        _ field: (Key, inout JSONReader) throws(DecodingFailure) -> Void
    ) throws(DecodingFailure) {
        try open(UInt8(ascii: "{"), "an object")
        if try closes(UInt8(ascii: "}")) { return }
        while true {
            let key = Key(bytes: try rawString())
            try expect(UInt8(ascii: ":"))
            try field(key, &self)
            if try endsAfterElement(UInt8(ascii: "}")) { return }
            skipSpace()
        }
    }

    package mutating func array<Element>(
        _ element: (inout JSONReader) throws(DecodingFailure) -> Element
    ) throws(DecodingFailure) -> [Element] {
        try open(UInt8(ascii: "["), "an array")
        var elements: [Element] = []
        if try closes(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try element(&self))
            if try endsAfterElement(UInt8(ascii: "]")) { return elements }
        }
    }

    package mutating func string() throws(DecodingFailure) -> String {
        let raw = try rawString()
        if !raw.contains(UInt8(ascii: "\\")) {
            guard let text = String(validating: raw, as: UTF8.self) else { throw failure("text is not UTF-8") }
            return text
        }
        return try unescape(raw)
    }

    /// The string's bytes between the quotes, escapes and all, when no copy is wanted.
    package mutating func rawString() throws(DecodingFailure) -> UnsafeRawBufferPointer {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw failure("expected text") }
        let start = index + 1
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                index = position + 1
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            }
            if byte < 0x20 { break }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        throw failure("text does not end")
    }

    package mutating func integer() throws(DecodingFailure) -> Int64 {
        skipSpace()
        var position = index
        let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let start = position
        var value: Int64 = 0
        while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { throw failure("number does not fit 64 bits") }
            value = sum
            position += 1
        }
        guard position > start, isNegative || value != Int64.min else { throw failure("expected a whole number") }
        if position < bytes.count, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position]) {
            throw failure("expected a whole number")
        }
        index = position
        return isNegative ? value : -value
    }

    package mutating func bool() throws(DecodingFailure) -> Bool {
        if literal("true") { return true }
        if literal("false") { return false }
        throw failure("expected true or false")
    }

    package mutating func moment() throws(DecodingFailure) -> Moment { Moment(microseconds: try integer()) }

    package mutating func position() throws(DecodingFailure) -> LogPosition {
        let text = try string()
        guard let position = LogPosition(text) else { throw failure("expected a log position like 16/B374D848") }
        return position
    }

    package mutating func value() throws(DecodingFailure) -> JSONValue {
        skipSpace()
        guard index < bytes.count else { throw failure("value is missing") }
        switch bytes[index] {
        case UInt8(ascii: "{"):
            var fields: [String: JSONValue] = [:]
            try object { (key, reader) throws(DecodingFailure) in fields[key.text] = try reader.value() }
            return .object(fields)
        case UInt8(ascii: "["): return .array(try array { (reader) throws(DecodingFailure) in try reader.value() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try bool())
        case UInt8(ascii: "n"): return try null() ? .null : .null
        default: return .integer(try integer())
        }
    }

    /// Passes over one value of any kind.
    package mutating func skip() throws(DecodingFailure) {
        skipSpace()
        guard index < bytes.count else { throw failure("value is missing") }
        switch bytes[index] {
        case UInt8(ascii: "{"): try object { (_, reader) throws(DecodingFailure) in try reader.skip() }
        case UInt8(ascii: "["): _ = try array { (reader) throws(DecodingFailure) in try reader.skip() }
        case UInt8(ascii: "\""): _ = try rawString()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): try null()
        default: _ = try integer()
        }
    }

    /// The bytes of one value of any kind, as they are.
    package mutating func rawValue() throws(DecodingFailure) -> UnsafeRawBufferPointer {
        skipSpace()
        let start = index
        try skip()
        return UnsafeRawBufferPointer(rebasing: bytes[start..<index])
    }

    /// Throws where anything but white space follows.
    package mutating func end() throws(DecodingFailure) {
        skipSpace()
        if index < bytes.count { throw failure("unexpected text after the value") }
    }

    @discardableResult
    private mutating func null() throws(DecodingFailure) -> Bool {
        guard literal("null") else { throw failure("expected a value") }
        return true
    }

    private mutating func literal(_ word: StaticString) -> Bool {
        skipSpace()
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count,
            Key(bytes: UnsafeRawBufferPointer(rebasing: bytes[index..<end])).matches(word)
        else { return false }
        index = end
        return true
    }

    @inline(__always)
    private mutating func skipSpace() {
        while index < bytes.count, case let byte = bytes[index], byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) {
            index += 1
        }
    }

    private mutating func open(_ bracket: UInt8, _ name: StaticString) throws(DecodingFailure) {
        skipSpace()
        guard index < bytes.count, bytes[index] == bracket else { throw failure("expected \(name)") }
        guard depth < 64 else { throw failure("nested deeper than 64 levels") }
        index += 1
        depth += 1
        skipSpace()
    }

    private mutating func closes(_ bracket: UInt8) throws(DecodingFailure) -> Bool {
        guard index < bytes.count else { throw failure("the end is missing") }
        guard bytes[index] == bracket else { return false }
        index += 1
        depth -= 1
        return true
    }

    private mutating func endsAfterElement(_ bracket: UInt8) throws(DecodingFailure) -> Bool {
        skipSpace()
        if try closes(bracket) { return true }
        try expect(UInt8(ascii: ","))
        return false
    }

    private mutating func expect(_ byte: UInt8) throws(DecodingFailure) {
        skipSpace()
        guard index < bytes.count, bytes[index] == byte else {
            throw failure("expected \"\(Character(UnicodeScalar(byte)))\"")
        }
        index += 1
    }

    private func unescape(_ raw: UnsafeRawBufferPointer) throws(DecodingFailure) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var position = 0
        func unit(at offset: Int) -> UInt32? {
            guard offset + 4 <= raw.count else { return nil }
            return UInt32(String(decoding: raw[offset..<offset + 4], as: UTF8.self), radix: 16)
        }
        while position < raw.count {
            guard raw[position] == UInt8(ascii: "\\") else {
                text.append(raw[position])
                position += 1
                continue
            }
            guard position + 1 < raw.count else { throw failure("escape does not end") }
            let escape = raw[position + 1]
            position += 2
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                guard var code = unit(at: position) else { throw failure("bad \\u escape") }
                position += 4
                if (0xD800..<0xDC00).contains(code), position + 1 < raw.count, raw[position] == UInt8(ascii: "\\"),
                    raw[position + 1] == UInt8(ascii: "u"), let low = unit(at: position + 2),
                    (0xDC00..<0xE000).contains(low)
                {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                    position += 6
                }
                guard let scalar = Unicode.Scalar(code) else { throw failure("bad \\u escape") }
                text.append(contentsOf: String(Character(scalar)).utf8)
            default: throw failure("unknown escape")
            }
        }
        guard let result = String(validating: text, as: UTF8.self) else { throw failure("text is not UTF-8") }
        return result
    }
}

extension JSONReader.Key {
    fileprivate func matches(_ word: StaticString) -> Bool { word ~= self }
}

/// What reads itself from one JSON value.
package protocol JSONReadable {
    init(from reader: inout JSONReader) throws(DecodingFailure)
}

extension JSONReader {
    package mutating func list<Element: JSONReadable>(
        of type: Element.Type = Element.self
    ) throws(DecodingFailure) -> [Element] {
        try array { (reader) throws(DecodingFailure) in try Element(from: &reader) }
    }

    package mutating func strings() throws(DecodingFailure) -> [String] {
        try array { (reader) throws(DecodingFailure) in try reader.string() }
    }
}

extension JSONReadable {
    /// Reads one whole document.
    package init(json bytes: some ContiguousBytesLike) throws(DecodingFailure) {
        self = try bytes.reading { (buffer) throws(DecodingFailure) in
            var reader = JSONReader(buffer)
            let value = try Self(from: &reader)
            try reader.end()
            return value
        }
    }
}

/// Bytes that a reader can look at in place.
package protocol ContiguousBytesLike {
    func reading<Value>(
        _ body: (UnsafeRawBufferPointer) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> Value
}

extension [UInt8]: ContiguousBytesLike {
    package func reading<Value>(
        _ body: (UnsafeRawBufferPointer) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> Value {
        let result = withUnsafeBytes { buffer in
            do throws(DecodingFailure) { return Result<Value, DecodingFailure>.success(try body(buffer)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension UnsafeRawBufferPointer: ContiguousBytesLike {
    package func reading<Value>(
        _ body: (UnsafeRawBufferPointer) throws(DecodingFailure) -> Value
    ) throws(DecodingFailure) -> Value { try body(self) }
}

extension JSONValue: JSONReadable {
    package init(from reader: inout JSONReader) throws(DecodingFailure) { self = try reader.value() }
}

extension JSONReader {
    /// One of the names of an enumeration.
    package mutating func name<Name: RawRepresentable<String>>() throws(DecodingFailure) -> Name {
        let text = try string()
        guard let name = Name(rawValue: text) else { throw failure("unknown \(Name.self) \"\(text)\"") }
        return name
    }
}
