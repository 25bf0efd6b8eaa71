import Crypto
import FailoverModel

/// The hash chain: each entry's hash covers the hash before it and every column of its own, so that no entry can be changed,
/// left out, moved or taken from another journal without the chain showing where.
enum EntryHash {
    /// What the first entry's hash is chained to: it depends on the journal's identity.
    static func genesis(identity: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(data: Array("handover journal 1".utf8))
        hasher.update(data: identity)
        return Array(hasher.finalize())
    }

    /// SHA-256 over the previous hash and the columns, text with its length before it.
    static func of(_ entry: EntryBytes, after previous: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        previous.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hasher.update(entry.sequence)
        hasher.update(entry.run)
        hasher.update(entry.time.microseconds)
        hasher.update(entry.actor)
        hasher.update(entry.type)
        hasher.update(entry.version)
        hasher.update(entry.payload)
        return Array(hasher.finalize())
    }
}

extension SHA256 {
    fileprivate mutating func update(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { update(bufferPointer: $0) }
    }

    fileprivate mutating func update(_ bytes: UnsafeRawBufferPointer) {
        update(Int64(bytes.count))
        update(bufferPointer: bytes)
    }
}
