import Crypto
import Foundation

/// SHA-256 over the DER form of the first certificate of a PEM text, as `openssl x509 -fingerprint -sha256` has it.
enum CertificateFingerprint {
    /// The first eight bytes in hexadecimal, enough to tell two certificates apart by eye; `nil` where there is none.
    static func short(_ pem: SecretBytes) -> String? {
        let text = String(decoding: pem.reveal(), as: UTF8.self)
        guard let begin = text.firstRange(of: "-----BEGIN CERTIFICATE-----"),
            let end = text[begin.upperBound...].firstRange(of: "-----END CERTIFICATE-----"),
            let der = Data(
                base64Encoded: String(text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace }))
        else { return nil }
        return SHA256.hash(data: der).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined(separator: ":")
    }
}
