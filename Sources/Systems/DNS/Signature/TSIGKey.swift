import Crypto
import FailoverModel
import Foundation

/// A key that a message is signed with (TSIG, RFC 8945). It is never shown.
struct TSIGKey: Sendable, CustomStringConvertible, CustomReflectable {
    let name: DNSName
    let algorithm: DNSZone.UpdateKey.Algorithm
    private let key: SymmetricKey

    init(name: DNSName, algorithm: DNSZone.UpdateKey.Algorithm, bytes: Data) {
        self.name = name
        self.algorithm = algorithm
        key = SymmetricKey(data: bytes)
    }

    /// Reads the key that the topology names.
    init(_ key: DNSZone.UpdateKey, from secrets: any SecretSource) throws(Fault) {
        let place = "the key \(key.name) of dns"
        let text = try secrets.value(of: key.secret).reveal().filter { !$0.isWhitespace }
        guard let bytes = Data(base64Encoded: text), !bytes.isEmpty else {
            throw Fault(
                .invalid, "the key's secret is not Base64", at: place,
                next: "Put there what tsig-keygen prints between the quotation marks of \"secret\".")
        }
        guard let name = DNSName(key.name) else {
            throw Fault(.invalid, "this cannot be a key's name", at: place, next: "Correct the topology.")
        }
        self.init(name: name, algorithm: key.algorithm, bytes: bytes)
    }

    var algorithmName: DNSName? { DNSName(algorithm.rawValue) }

    func code(of bytes: [UInt8]) -> [UInt8] {
        switch algorithm {
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
        case .sha384: Array(HMAC<SHA384>.authenticationCode(for: bytes, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: bytes, using: key))
        }
    }

    /// Compares in a time that does not depend on where a wrong code differs; a shortened code is wrong.
    func isRight(_ code: [UInt8], of bytes: [UInt8]) -> Bool {
        switch algorithm {
        case .sha256: HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        case .sha384: HMAC<SHA384>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        case .sha512: HMAC<SHA512>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        }
    }

    var description: String { "the key \(name)" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
