import NIOSSL

/// The subject of a client certificate: its common name is the user, its organisations are the groups.
///
/// Reads only as much DER as leads to the subject (RFC 5280, section 4.1); TLS has verified the certificate before.
enum CertificateSubject {
    static func identity(of certificate: NIOSSLCertificate) -> ClientIdentity? {
        guard let der = try? certificate.toDERBytes() else { return nil }
        return identity(der: der)
    }

    static func identity(der: [UInt8]) -> ClientIdentity? {
        var whole = DERReader(bytes: der[...])
        guard let certificate = whole.next(tag: 0x30) else { return nil }
        var outer = DERReader(bytes: certificate)
        guard let body = outer.next(tag: 0x30) else { return nil }
        var fields = DERReader(bytes: body)
        _ = fields.next(tag: 0xA0)
        // Serial number, signature algorithm, issuer and validity come before the subject.
        guard fields.next(tag: 0x02) != nil, fields.next(tag: 0x30) != nil, fields.next(tag: 0x30) != nil,
            fields.next(tag: 0x30) != nil, let subject = fields.next(tag: 0x30)
        else { return nil }
        return identity(subject: subject)
    }

    private static func identity(subject: ArraySlice<UInt8>) -> ClientIdentity? {
        var user: String?
        var groups: [String] = []
        var names = DERReader(bytes: subject)
        while let set = names.next(tag: 0x31) {
            var attributes = DERReader(bytes: set)
            while let attribute = attributes.next(tag: 0x30) {
                var parts = DERReader(bytes: attribute)
                guard let identifier = parts.next(tag: 0x06), let value = parts.next(tag: nil) else { continue }
                let text = String(decoding: value, as: UTF8.self)
                if identifier.elementsEqual(commonName) { user = text }
                if identifier.elementsEqual(organisation) { groups.append(text) }
            }
        }
        return user.map { ClientIdentity(user: $0, groups: groups) }
    }

    /// 2.5.4.3
    private static let commonName: [UInt8] = [0x55, 0x04, 0x03]
    /// 2.5.4.10
    private static let organisation: [UInt8] = [0x55, 0x04, 0x0A]
}

/// Walks the elements of DER one after the other.
private struct DERReader {
    var bytes: ArraySlice<UInt8>

    /// The content of the next element, if it has the tag; otherwise nothing is read.
    mutating func next(tag wanted: UInt8?) -> ArraySlice<UInt8>? {
        var rest = bytes
        guard let tag = rest.popFirst(), wanted == nil || tag == wanted, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            length = 0
            guard first <= 0x84 else { return nil }
            for _ in 0..<(first & 0x7F) {
                guard let byte = rest.popFirst() else { return nil }
                length = length << 8 | Int(byte)
            }
        }
        guard length <= rest.count else { return nil }
        bytes = rest.dropFirst(length)
        return rest.prefix(length)
    }
}
