/// Record types of the registry (RFC 1035 and after) that appear here.
enum RecordCode {
    static let soa: UInt16 = 6
    static let text: UInt16 = 16
    static let signature: UInt16 = 250
    /// What may stand at a name beside addresses, and not beside a CNAME: NS, SOA, MX, TXT, SRV, NAPTR, DNAME, SVCB,
    /// HTTPS, CAA.
    static let others: [UInt16] = [2, 6, 15, 16, 33, 35, 39, 64, 65, 257]
}

enum ClassCode {
    static let internet: UInt16 = 1
    static let none: UInt16 = 254
    static let any: UInt16 = 255
}

/// How a server says what became of a request (RFC 1035 §4.1.1, RFC 2136 §2.2).
enum ResponseCode: Equatable, CustomStringConvertible {
    case noError, formatError, serverFailure, noSuchName, notImplemented, refused
    case nameExists, setExists, noSuchSet, notAuthoritative, notInZone
    case other(UInt16)

    private static let known: [ResponseCode] = [
        .noError, .formatError, .serverFailure, .noSuchName, .notImplemented, .refused, .nameExists, .setExists,
        .noSuchSet, .notAuthoritative, .notInZone,
    ]

    init(_ code: UInt16) { self = code < Self.known.count ? Self.known[Int(code)] : .other(code) }

    /// As other tools write it.
    var description: String {
        switch self {
        case .noError: "NOERROR"
        case .formatError: "FORMERR"
        case .serverFailure: "SERVFAIL"
        case .noSuchName: "NXDOMAIN"
        case .notImplemented: "NOTIMP"
        case .refused: "REFUSED"
        case .nameExists: "YXDOMAIN"
        case .setExists: "YXRRSET"
        case .noSuchSet: "NXRRSET"
        case .notAuthoritative: "NOTAUTH"
        case .notInZone: "NOTZONE"
        case .other(let code): "code \(code)"
        }
    }
}
