/// A message with our signature, and what its answer must be signed with.
struct SignedMessage: Sendable {
    let bytes: [UInt8]
    let key: TSIGKey
    private let code: [UInt8]

    /// Signs a message that has no signature yet (RFC 8945 §5.1); `nil` for what is no message.
    init?(_ message: [UInt8], key: TSIGKey, seconds: UInt64) {
        guard message.count >= 12, let algorithm = key.algorithmName else { return nil }
        let id = UInt16(message[0]) << 8 | UInt16(message[1])
        var record = TSIGRecord(key: key.name, algorithm: algorithm, time: seconds, originalID: id)
        record.code = key.code(of: message + record.variables)
        let count = UInt16(message[10]) << 8 | UInt16(message[11])
        var writer = WireWriter()
        writer.raw(Array(message[..<10]))
        writer.number16(count &+ 1)
        writer.raw(Array(message[12...]))
        writer.record(key.name, RecordCode.signature, ClassCode.any, data: record.data)
        bytes = writer.bytes
        code = record.code
        self.key = key
    }

    /// Who an answer is from, as far as its signature says.
    enum Proof: Equatable {
        /// Signed with our key, at a time that is now. `error` is what the server says about our own signature.
        case signed(TSIGRecord)
        /// Signed with our key, but long ago or in the future.
        case signedAtOtherTime(TSIGRecord)
        /// Nobody has signed it; anybody could have written it.
        case unsigned(TSIGRecord?)
        /// There is a signature, and it is not our key's.
        case wrong
    }

    /// Checks an answer to this message (RFC 8945 §5.3).
    func proof(of answer: DNSMessage, seconds: UInt64) throws(WireError) -> Proof {
        guard let record = try TSIGRecord(of: answer), let last = answer.additionals.last else { return .unsigned(nil) }
        guard !record.code.isEmpty else { return .unsigned(record) }
        guard record.key == key.name, record.algorithm == key.algorithmName else { return .wrong }
        var signed = WireWriter()
        signed.number16(UInt16(truncatingIfNeeded: code.count))
        signed.raw(code)
        signed.number16(record.originalID)
        signed.raw(Array(answer.bytes[2..<10]))
        signed.number16(UInt16(truncatingIfNeeded: answer.additionals.count - 1))
        signed.raw(Array(answer.bytes[12..<last.start]))
        signed.raw(record.variables)
        guard key.isRight(record.code, of: signed.bytes) else { return .wrong }
        let isNow = max(record.time, seconds) - min(record.time, seconds) <= UInt64(record.fudge)
        return isNow ? .signed(record) : .signedAtOtherTime(record)
    }
}
