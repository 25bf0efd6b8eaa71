package import FailoverModel
import GRDB
import Glibc

/// The newest head that was promised, in a small file beside the journal (`journal.sqlite.head`).
///
/// It notices what a hash chain cannot: a tail cut off, a `-wal` deleted, the file replaced by an older copy. It is written
/// after each append without a sync, so after a power loss it may be behind the journal, which is fine, and never ahead.
package struct HeadWitness: Sendable {
    package let path: String

    package init(journal: String) { path = journal + ".head" }

    /// `nil` where there is none, or none that can be read.
    package func read() -> JournalHead? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = Glibc.read(descriptor, &bytes, 128)
        guard count > 0 else { return nil }
        return JournalHead(text: String(decoding: bytes.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self))
    }

    /// Throws where the journal just opened does not hold what was promised.
    func check(_ queue: DatabaseQueue, path: String) throws(JournalError) {
        // Read before the journal, which may grow meanwhile but never shrinks.
        let promised = read()
        try JournalConnection.mapped(path) { try queue.read { try $0.check(against: promised, path: path) } }
    }

    /// A failure is not an error: the witness helps, the journal decides.
    func write(_ head: JournalHead) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let line = Array("\(head.text)\n".utf8)
        // What a longer line of another journal leaves behind comes after the line feed, where nobody reads.
        _ = pwrite(descriptor, line, line.count, 0)
        close(descriptor)
    }
}

extension JournalHead {
    /// `SEQUENCE:HASH`, the hash in hexadecimal.
    package var text: String { "\(sequence):\(hash.hexadecimal)" }

    package init?(text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0,
            let hash = [UInt8](hexadecimal: parts[1]), hash.count == 32
        else { return nil }
        self.init(sequence: sequence, hash: hash)
    }
}

extension [UInt8] {
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: count * 2) { text in
            for (index, byte) in enumerated() {
                text[index * 2] = Self.digit(byte >> 4)
                text[index * 2 + 1] = Self.digit(byte & 15)
            }
            return count * 2
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    package init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.map { UInt8(hexDigit: $0) }
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            append(high << 4 | low)
        }
    }
}

extension UInt8 {
    fileprivate init?(hexDigit: UInt8) {
        switch hexDigit {
        case 0x30...0x39: self = hexDigit - 0x30
        case 0x61...0x66: self = hexDigit - 0x61 + 10
        case 0x41...0x46: self = hexDigit - 0x41 + 10
        default: return nil
        }
    }
}
