import Foundation

/// Who sends a request: the subject of a client certificate, or the user of a bearer token.
struct ClientIdentity: Sendable, Hashable {
    var user: String
    var groups: [String] = []
}

/// One HTTP request, free of any HTTP library.
struct APIRequest: Sendable {
    var method: String
    var path: String
    var query: [String: String] = [:]
    var contentType = ""
    var accept = ""
    var userAgent = ""
    var body: [UInt8] = []
    var identity: ClientIdentity

    /// The items of a query as HTML forms encode them, where `+` is a space; of equal names the first counts.
    static func query(_ text: String) -> [String: String] {
        let items = text.split(separator: "&").map { item -> (String, String) in
            let parts = item.split(separator: "=", maxSplits: 1).map {
                let spaced = String($0).replacing("+", with: " ")
                return spaced.removingPercentEncoding ?? spaced
            }
            return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
        }
        return Dictionary(items, uniquingKeysWith: { first, _ in first })
    }

    /// A query item that counts as true: `1`, `true`, or present without a value.
    func isSet(_ name: String) -> Bool {
        query[name].map { $0.isEmpty || $0 == "1" || $0 == "true" } ?? false
    }

    /// Whether the query asks not to keep the change.
    var isDryRun: Bool { query["dryRun"]?.isEmpty == false }

    /// The manager in whose name fields are set: `fieldManager`, or the program's name.
    var fieldManager: String {
        if let manager = query["fieldManager"], !manager.isEmpty { return manager }
        let program = userAgent.prefix { $0 != "/" }
        return program.isEmpty ? "unknown" : String(program)
    }

    /// The media type of the body without its parameters.
    var mediaType: String {
        String(contentType.prefix { $0 != ";" }).trimmingSpaces.lowercased()
    }

    /// The body as an object: JSON, or YAML or protobuf where the client says so.
    func decodedBody() throws(APIFailure) -> APIValue {
        switch mediaType {
        case "", "application/json": return try json()
        case "application/yaml", "application/x-yaml": return try yaml()
        case "application/vnd.kubernetes.protobuf": return try ProtobufDecoding.object(body)
        default:
            throw .unsupportedMediaType(
                mediaType,
                accepted: ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
        }
    }

    func json() throws(APIFailure) -> APIValue {
        do {
            return try APIValue(json: body)
        } catch {
            throw .badRequest("couldn't get version/kind; json parse error: \(error)")
        }
    }

    /// YAML, of which JSON is a part.
    func yaml() throws(APIFailure) -> APIValue {
        if let value = try? APIValue(json: body) { return value }
        do {
            return try APIValue(yaml: String(decoding: body, as: UTF8.self))
        } catch {
            throw .badRequest("error converting YAML to JSON: \(error)")
        }
    }
}

/// What goes back to the client.
enum APIAnswer: Sendable {
    case object(APIValue, code: Int = 200)
    case bytes([UInt8], contentType: String)
    case watch(ObjectWatch)
}
