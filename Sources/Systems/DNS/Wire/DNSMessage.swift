/// A DNS message taken apart (RFC 1035 §4).
struct DNSMessage: Sendable {
    struct Question: Equatable, Sendable {
        var name: DNSName
        var type: UInt16
        var questionClass: UInt16
    }

    struct Record: Sendable {
        var owner: DNSName
        var type: UInt16
        var recordClass: UInt16
        var ttl: UInt32
        /// Where the record and its data stand in the message, because names in it may point to elsewhere.
        var start: Int
        var data: Range<Int>
    }

    let bytes: [UInt8]
    let id: UInt16
    let flags: UInt16
    let questions: [Question]
    let answers: [Record]
    let authorities: [Record]
    let additionals: [Record]

    var isAnswer: Bool { flags & 0x8000 != 0 }
    var operation: UInt8 { UInt8(flags >> 11 & 0xF) }
    var isAuthoritative: Bool { flags & 0x0400 != 0 }
    var isCutShort: Bool { flags & 0x0200 != 0 }
    var code: ResponseCode { ResponseCode(flags & 0xF) }

    static let query: UInt8 = 0
    static let update: UInt8 = 5

    /// Reads all of a message; bytes behind it are an error too.
    init(_ bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        self.bytes = bytes
        id = try reader.number16()
        flags = try reader.number16()
        var counts: [Int] = []
        for _ in 0..<4 { counts.append(Int(try reader.number16())) }
        var questions: [Question] = []
        for _ in 0..<counts[0] {
            questions.append(
                Question(name: try reader.name(), type: try reader.number16(), questionClass: try reader.number16()))
        }
        self.questions = questions
        answers = try Self.records(counts[1], &reader)
        authorities = try Self.records(counts[2], &reader)
        additionals = try Self.records(counts[3], &reader)
        guard reader.offset == bytes.count else { throw .badRecord }
    }

    private static func records(_ count: Int, _ reader: inout WireReader) throws(WireError) -> [Record] {
        var records: [Record] = []
        for _ in 0..<count {
            let start = reader.offset
            let owner = try reader.name()
            let (type, recordClass) = (try reader.number16(), try reader.number16())
            let (ttl, length) = (try reader.number32(), Int(try reader.number16()))
            let begin = reader.offset
            _ = try reader.take(length)
            records.append(
                Record(
                    owner: owner, type: type, recordClass: recordClass, ttl: ttl, start: start,
                    data: begin..<reader.offset))
        }
        return records
    }

    func data(of record: Record) -> [UInt8] { Array(bytes[record.data]) }

    /// The one name that a record's data is, with nothing behind it.
    func name(in record: Record) throws(WireError) -> DNSName {
        var reader = WireReader(bytes, at: record.data.lowerBound)
        let name = try reader.name()
        guard reader.offset == record.data.upperBound else { throw .badRecord }
        return name
    }

    /// A question to an authoritative server: no recursion is asked for.
    static func question(_ name: DNSName, _ type: UInt16, id: UInt16) -> [UInt8] {
        var writer = WireWriter()
        for field: UInt16 in [id, 0, 1, 0, 0, 0] { writer.number16(field) }
        writer.name(name)
        writer.number16(type)
        writer.number16(ClassCode.internet)
        return writer.bytes
    }
}
