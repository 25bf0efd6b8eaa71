import NIOSSL
import SwiftASN1
import X509

/// Whom a verified client certificate names: its common name; where it has none, its first name in the alternative names.
enum ClientCertificate {
    static func name(of certificate: NIOSSLCertificate) -> String? {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes) else {
            return nil
        }
        for part in parsed.subject {
            for attribute in part where attribute.type == .RDNAttributeType.commonName {
                let name = "\(attribute.value)"
                if !name.isEmpty { return name }
            }
        }
        guard let names = try? parsed.extensions.subjectAlternativeNames else { return nil }
        for name in names {
            switch name {
            case .dnsName(let text), .rfc822Name(let text), .uniformResourceIdentifier(let text): return text
            default: continue
            }
        }
        return nil
    }
}
