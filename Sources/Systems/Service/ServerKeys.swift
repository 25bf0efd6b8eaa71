import Crypto
import FailoverModel
import Foundation

/// Ed25519 keys of a Matrix server by their ids (`ed25519:a_1`). Only public ones are kept.
struct ServerKeys: Equatable, Sendable {
    /// In unpadded Base64, as servers publish them.
    var keys: [String: String]

    init(keys: [String: String]) { self.keys = keys }

    /// Derives them from Synapse's signing key: lines of `ed25519 VERSION SEED`, the seed of 32 bytes in unpadded Base64.
    /// `nil` where that is not what it is. The private key is gone when this returns.
    init?(derivedFrom signingKey: SecretBytes) {
        var keys: [String: String] = [:]
        for line in String(decoding: signingKey.reveal(), as: UTF8.self).split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            guard words.count == 3, words[0] == "ed25519", let seed = Data(unpaddedBase64: words[2]),
                let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
            else { return nil }
            keys["ed25519:\(words[1])"] = key.publicKey.rawRepresentation.unpaddedBase64
        }
        guard !keys.isEmpty else { return nil }
        self.keys = keys
    }

    /// What `/_matrix/key/v2/server` publishes.
    init(publishedIn answer: JSONValue) {
        keys = (answer["verify_keys"]?.fields ?? [:]).compactMapValues { $0["key"]?.text }
    }

    /// The ids with the first bytes of the SHA-256 of each public key.
    var fingerprints: String {
        keys.isEmpty
            ? "no key"
            : keys.sorted { $0.key < $1.key }.map { "\($0.key.onOneLine(limit: 60)) \(Self.fingerprint($0.value))" }
                .joined(separator: ", ")
    }

    private static func fingerprint(_ key: String) -> String {
        SHA256.hash(data: Data(unpaddedBase64: key[...]) ?? Data(key.utf8)).prefix(6).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined(separator: ":")
    }

    /// Whether each of these keys is published, under its id.
    func isPublished(in published: ServerKeys) -> Bool {
        keys.allSatisfy { published.keys[$0.key]?.filter { $0 != "=" } == $0.value }
    }

    /// Whether an answer bears a right signature of each of these keys, made as the server of the name (the Matrix specification, "Signing JSON").
    func haveSigned(_ answer: JSONValue, as name: String) -> Bool {
        guard var fields = answer.fields else { return false }
        let signatures = answer["signatures"]?[name]
        fields["signatures"] = nil
        fields["unsigned"] = nil
        let bytes = JSONValue.object(fields).jsonBytes
        return keys.allSatisfy { id, key in
            guard let signature = signatures?[id]?.text.flatMap({ Data(unpaddedBase64: $0[...]) }),
                let raw = Data(unpaddedBase64: key[...]),
                let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
            else { return false }
            return publicKey.isValidSignature(signature, for: bytes)
        }
    }
}

extension Data {
    /// Base64 without its padding, as Matrix writes it; with it, too.
    init?(unpaddedBase64 text: Substring) {
        let bare = text.filter { $0 != "=" }
        self.init(base64Encoded: bare + String(repeating: "=", count: (4 - bare.count % 4) % 4))
    }

    var unpaddedBase64: String { base64EncodedString().filter { $0 != "=" } }
}
