import Crypto
package import FailoverModel
import Foundation
import SwiftASN1
import X509

/// What a Secret of type `kubernetes.io/tls` would serve with, as it was at one moment. Nothing of the key is in it.
package struct ServedCertificate: Equatable, Sendable {
    /// SHA-256 over the DER form of the first certificate, as `openssl x509 -fingerprint -sha256` has it; `nil` where it
    /// cannot be read.
    package var fingerprint: String?
    package var endsAt: Moment?
    /// Whole days until then; negative after it.
    package var daysLeft: Int64?
    /// Why browsers and other servers would refuse whoever serves with it; `nil` where they would not.
    package var flaw: String?
    /// Why that cannot be told.
    package var doubt: String?
    /// Hosts of the Ingresses that use it, and that it does not name.
    package var uncoveredHosts: [String]

    /// Fewer are a warning: after a move nobody renews at the new site until the names lead there.
    package static let fewDays: Int64 = 14

    package var isWrong: Bool { flaw != nil || doubt != nil || !uncoveredHosts.isEmpty }

    /// As a remark has it: `certificate until 2026-12-24 (27 days)`.
    package var words: String {
        var parts: [String] = []
        if let endsAt, let daysLeft {
            let date = endsAt.description.prefix(10)
            parts.append("certificate until \(date) (\(daysLeft == 1 ? "1 day" : "\(daysLeft) days"))")
        }
        parts += [flaw, doubt].compactMap(\.self)
        if !uncoveredHosts.isEmpty { parts.append("does not name \(uncoveredHosts.prefix(4).joined(separator: ", "))") }
        return parts.joined(separator: "; ")
    }
}

extension ServedCertificate {
    /// Reads the first certificate of `tls.crt`, which is the one that is shown to clients, and `tls.key`.
    init(_ values: [String: SecretBytes], hosts: Set<String>, at now: Moment) {
        uncoveredHosts = []
        guard let chain = values["tls.crt"].map(Self.documents),
            let first = chain.first(where: { $0.discriminator == Certificate.defaultPEMDiscriminator }),
            let certificate = try? Certificate(pemDocument: first)
        else {
            doubt = "its certificate cannot be read"
            return
        }
        let names = Self.names(certificate)
        fingerprint = SHA256.hash(data: first.derBytes).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined(separator: ":")
        let (begin, end) = (Self.moment(certificate.notValidBefore), Self.moment(certificate.notValidAfter))
        endsAt = end
        daysLeft = (Double(end.milliseconds(since: now)) / 86_400_000).rounded(.down).whole
        uncoveredHosts = hosts.filter { host in !names.contains { Self.covers($0, host) } }.sorted()
        if end < now {
            flaw = "it has expired"
        } else if now < begin {
            flaw = "it is not valid before \(begin.description.prefix(16))Z"
        } else {
            judge(values["tls.key"], of: certificate)
        }
    }

    private mutating func judge(_ key: SecretBytes?, of certificate: Certificate) {
        guard let key else { return flaw = "it has no private key" }
        // openssl puts the curve's parameters before an EC key.
        guard let document = Self.documents(key).first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }),
            let privateKey = try? Certificate.PrivateKey(pemDocument: document)
        else { return doubt = "its private key cannot be read" }
        if privateKey.publicKey != certificate.publicKey { flaw = "its private key is not the certificate's" }
    }

    /// The names that count: those of the subject do not since RFC 2818 §3.1.
    private static func names(_ certificate: Certificate) -> [String] {
        let names = try? certificate.extensions.subjectAlternativeNames
        return (names.map { Array($0) } ?? []).compactMap { name in
            if case .dnsName(let text) = name { text.lowercased() } else { nil }
        }
    }

    /// A wildcard stands for one whole label (RFC 6125 §6.4.3).
    private static func covers(_ name: String, _ host: String) -> Bool {
        let host = host.lowercased()
        guard name.hasPrefix("*.") else { return name == host }
        return host.drop { $0 != "." } == name.dropFirst() && !host.hasPrefix(".")
    }

    private static func documents(_ value: SecretBytes) -> [PEMDocument] {
        (try? PEMDocument.parseMultiple(pemString: String(decoding: value.reveal(), as: UTF8.self))) ?? []
    }

    private static func moment(_ date: Date) -> Moment {
        Moment(microseconds: (date.timeIntervalSince1970 * 1_000_000).whole)
    }
}

extension Double {
    /// As a whole number; dates of certificates may be far away, and nothing traps.
    fileprivate var whole: Int64 { Int64(exactly: rounded(.down)) ?? (self < 0 ? .min / 4 : .max / 4) }
}
