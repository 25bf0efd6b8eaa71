import Crypto
import Foundation

/// Compares values without keeping them: HMAC-SHA-256 under a random key that lives as long as one comparison.
///
/// So a digest says nothing to anybody outside, and cannot be guessed at later: neither it nor its key is ever stored.
struct SecretDigests: Sendable {
    private let key = SymmetricKey(size: .bits256)

    /// Each part with its length in front, so that no two different lists of parts have the same bytes.
    func digest(_ value: SecretBytes, of key: String, in id: SecretID) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: self.key)
        for part in [Data("handover-secret-v1".utf8), Data(id.description.utf8), Data(key.utf8), value.reveal()] {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { code.update(data: $0) }
            code.update(data: part)
        }
        return code.finalize()
    }

    func areEqual(_ left: SecretBytes, _ right: SecretBytes, of key: String, in id: SecretID) -> Bool {
        digest(left, of: key, in: id) == digest(right, of: key, in: id)
    }
}
