import Crypto
import Foundation

/// A request as it came over the wire.
struct RawRequest {
    var method: String
    /// Path and query, as they were sent.
    var target: String
    var headers: [(name: String, value: String)]
    var body: Data

    var path: String { String(target.prefix { $0 != "?" }) }
    var query: String { String(target.dropFirst(path.count).dropFirst()) }

    /// `nil` where it is none, or its body is not all there yet.
    init?(_ bytes: Data) {
        guard let end = bytes.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        var lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines.removeFirst().split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        (method, target) = (words[0], words[1])
        headers = lines.compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
        body = bytes[end.upperBound...]
        guard body.count >= Int(header("content-length") ?? "0") ?? 0 else { return nil }
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Computes AWS Signature Version 4 from its specification (docs.aws.amazon.com, "Create a signed AWS API request"), and
/// nothing of it from the code under test.
struct SignatureVerifier: Sendable {
    var accessKey = "AKIDEXAMPLE"
    var secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    var region = "eu-central-1"
    var service = "s3"

    /// The error code that AWS would answer with; `nil` where the signature is right.
    func flaw(of request: RawRequest) -> String? {
        guard let text = request.header("authorization"), text.hasPrefix("AWS4-HMAC-SHA256 ") else {
            return "AccessDenied"
        }
        let fields = text.dropFirst(17).split(separator: ",").reduce(into: [String: String]()) { fields, part in
            let pair = part.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2 { fields[pair[0]] = pair[1] }
        }
        let scope = (fields["Credential"] ?? "").split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        let signed = (fields["SignedHeaders"] ?? "").split(separator: ";").map(String.init)
        guard scope.count == 5, scope[0] == accessKey else { return "InvalidAccessKeyId" }
        guard scope[2] == region, scope[3] == service else { return "AuthorizationHeaderMalformed" }
        // Whatever decides what is done must be under the signature.
        let mustBeSigned = request.headers.map(\.name).filter { $0 == "host" || $0.hasPrefix("x-amz-") }
        guard mustBeSigned.contains("host"), mustBeSigned.allSatisfy(signed.contains),
            // What is signed must have been sent; proxies may change the last two.
            signed.allSatisfy({ request.header($0) != nil && !["user-agent", "expect"].contains($0) }),
            let date = request.header("x-amz-date"), date.hasPrefix(scope[1])
        else { return "AccessDenied" }
        let digest = hex(SHA256.hash(data: request.body))
        if service == "s3", request.header("x-amz-content-sha256") == nil { return "MissingContentSHA256" }
        if let given = request.header("x-amz-content-sha256"), given != digest { return "XAmzContentSHA256Mismatch" }
        let canonical = canonical(request, signed, digest)
        let toSign = [
            "AWS4-HMAC-SHA256", date, scope[1...].joined(separator: "/"), hex(SHA256.hash(data: Data(canonical.utf8))),
        ]
        .joined(separator: "\n")
        var key = Data("AWS4\(secretKey)".utf8)
        for part in scope[1...] { key = hmac(part, key) }
        return hex(hmac(toSign, key)) == fields["Signature"] ? nil : "SignatureDoesNotMatch"
    }

    private func canonical(_ request: RawRequest, _ signed: [String], _ digest: String) -> String {
        // S3 encodes a path once; every other service twice.
        let path = request.path.components(separatedBy: "/").map { segment in
            let once = encoded(segment.removingPercentEncoding ?? segment)
            return service == "s3" ? once : encoded(once)
        }.joined(separator: "/")
        let pairs = request.query.split(separator: "&").map { pair -> (String, String) in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (
                encoded(parts[0].removingPercentEncoding ?? ""),
                encoded((parts.count > 1 ? parts[1] : "").removingPercentEncoding ?? "")
            )
        }.sorted { $0 < $1 }
        let lines = signed.map { name in
            let value = (request.header(name) ?? "").split(separator: " ").joined(separator: " ")
            return "\(name):\(value)\n"
        }
        return [
            request.method, path, pairs.map { "\($0)=\($1)" }.joined(separator: "&"), lines.joined(),
            signed.joined(separator: ";"), digest,
        ].joined(separator: "\n")
    }

    private func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }

    private func hmac(_ text: String, _ key: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }

    private func hex(_ bytes: some Sequence<UInt8>) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}
