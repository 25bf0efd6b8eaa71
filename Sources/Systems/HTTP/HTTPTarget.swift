import FailoverModel
import Foundation

/// A request's address taken apart and checked: no user and password, no control characters, a scheme we speak.
struct HTTPTarget: Equatable {
    var url: String
    var isSecure: Bool
    var host: String
    var port: Int
    /// Path and query, as sent.
    var rest: String

    init(_ request: HTTPRequest) throws(Fault) {
        try self.init(url: request.url)
        for field in request.headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw Self.invalid("a header has a name that HTTP does not allow", at: hostAndPort)
            }
            // Anything below space (but tab) and DEL could end the line and begin another header.
            guard field.value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
                throw Self.invalid("the value of header \(field.name) holds a control character", at: hostAndPort)
            }
        }
        if let name = request.security.serverName {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isHostByte) else {
                throw Self.invalid("the TLS server name is not a host name", at: hostAndPort)
            }
        }
    }

    init(url: String) throws(Fault) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.invalid(
                "the URL holds a space, a control character or a letter beyond ASCII", at: "HTTP request")
        }
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let host = parts.host, !host.isEmpty
        else { throw Self.invalid("this is not an http or https URL with a host", at: "HTTP request") }
        guard parts.user == nil, parts.password == nil else {
            throw Self.invalid("the URL holds a user or password, which would be shown in logs", at: "HTTP request")
        }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else {
            throw Self.invalid("the URL's port is not between 1 and 65535", at: "HTTP request")
        }
        self.url = url
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        isSecure = scheme == "https"
        port = parts.port ?? (isSecure ? 443 : 80)
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        rest = path + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    var hostAndPort: String { "\(Self.bracketed(host)):\(port)" }

    var isThisMachine: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    private static func invalid(_ what: String, at place: String) -> Fault {
        Fault(.invalid, what, at: place, next: "Correct the address or header in the topology or kubeconfig.")
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        isHostByte(byte) || "!#$%&'*+^`|~".utf8.contains(byte)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
