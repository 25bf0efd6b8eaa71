import Crypto
import JournalStore
import Synchronization

/// Who has logged in with a browser. Kept in memory alone: a new start asks for the token again.
final class Sessions: Sendable {
    struct Session: Sendable {
        var name: String
        fileprivate var ends: ContinuousClock.Instant
    }

    static let hours = 12
    private static let most = 500
    private let key = SymmetricKey(size: .bits256)
    /// By the digest of the cookie's value, so that a look-up's time tells nothing of one.
    private let sessions = Mutex<[SHA256Digest: Session]>([:])

    /// The value of a new session's cookie: 256 random bits in hexadecimal.
    func begin(_ name: String) -> String {
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }.hexadecimal
        let now = ContinuousClock.now
        sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.ends > now }
            if sessions.count >= Self.most, let oldest = sessions.min(by: { $0.value.ends < $1.value.ends }) {
                sessions[oldest.key] = nil
            }
            sessions[Self.digest(secret)] = Session(name: name, ends: now + .seconds(Self.hours * 3600))
        }
        return secret
    }

    func session(_ secret: String) -> Session? {
        sessions.withLock { sessions in
            guard let session = sessions[Self.digest(secret)], session.ends > .now else { return nil }
            return session
        }
    }

    func end(_ secret: String) { _ = sessions.withLock { $0.removeValue(forKey: Self.digest(secret)) } }

    /// The word that a form must bring back: of this process and of one session (or one certificate) only.
    func formWord(for holder: String) -> String {
        Array(HMAC<SHA256>.authenticationCode(for: Array(holder.utf8), using: key)).hexadecimal
    }

    func isFormWord(_ word: String, for holder: String) -> Bool {
        guard let bytes = [UInt8](hexadecimal: word) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: Array(holder.utf8), using: key)
    }

    private static func digest(_ secret: String) -> SHA256Digest { SHA256.hash(data: Array(secret.utf8)) }
}
