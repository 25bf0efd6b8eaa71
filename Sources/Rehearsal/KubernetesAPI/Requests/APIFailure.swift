/// A refusal of the API, shown to the client as a Kubernetes `Status` object.
///
/// The texts are those of Kubernetes 1.31, because clients (kubectl, Helm) compare some of them.
struct APIFailure: Error, Sendable {
    var code: Int
    var reason: String
    var message: String
    var name: String?
    var group: String?
    var kind: String?
    var causes: [Cause] = []
    var retryAfterSeconds: Int?

    /// One part of a refusal: which field, and why.
    struct Cause: Sendable, Hashable {
        var reason: String
        var message: String
        var field: String
    }

    /// The `Status` object of this refusal.
    var status: APIValue {
        var details: APIValue = .object([:])
        details["name"] = name.map { .string($0) }
        details["group"] = group.flatMap { $0.isEmpty ? nil : .string($0) }
        details["kind"] = kind.map { .string($0) }
        details["retryAfterSeconds"] = retryAfterSeconds.map { .integer(Int64($0)) }
        if !causes.isEmpty {
            details["causes"] = .array(
                causes.map {
                    ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
                })
        }
        var status: APIValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": .object([:]), "status": "Failure",
            "message": .string(message), "code": .integer(Int64(code)),
        ]
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if !details.isEmpty { status["details"] = details }
        return status
    }
}

extension APIFailure {
    static func notFound(_ type: ResourceType, name: String) -> APIFailure {
        APIFailure(
            code: 404, reason: "NotFound", message: "\(type.qualifiedName) \"\(name)\" not found", name: name,
            group: type.group, kind: type.plural)
    }

    /// A path that no resource answers.
    static let unknownPath = APIFailure(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource")

    static func alreadyExists(_ type: ResourceType, name: String) -> APIFailure {
        APIFailure(
            code: 409, reason: "AlreadyExists", message: "\(type.qualifiedName) \"\(name)\" already exists",
            name: name, group: type.group, kind: type.plural)
    }

    static func conflict(_ type: ResourceType, name: String, _ why: String = Self.modified) -> APIFailure {
        APIFailure(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(type.qualifiedName) \"\(name)\": \(why)", name: name,
            group: type.group, kind: type.plural)
    }

    static let modified =
        "the object has been modified; please apply your changes to the latest version and try again"

    static func invalid(_ type: ResourceType, name: String, _ causes: [Cause]) -> APIFailure {
        let parts = causes.map { "\($0.field): \($0.message)" }
        let list = parts.count == 1 ? parts[0] : "[" + parts.joined(separator: ", ") + "]"
        let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        return APIFailure(
            code: 422, reason: "Invalid", message: "\(kind) \"\(name)\" is invalid: \(list)", name: name,
            group: type.group, kind: type.kind, causes: causes)
    }

    static func badRequest(_ message: String) -> APIFailure {
        APIFailure(code: 400, reason: "BadRequest", message: message)
    }

    static let unauthorized = APIFailure(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static let methodNotAllowed = APIFailure(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource")

    static func unsupportedMediaType(_ type: String, accepted: [String]) -> APIFailure {
        APIFailure(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: "
                + accepted.joined(separator: ", ") + (type.isEmpty ? "" : " (got \(type))"))
    }

    static func expired(_ wanted: Int64, _ current: Int64) -> APIFailure {
        APIFailure(code: 410, reason: "Expired", message: "too old resource version: \(wanted) (\(current))")
    }

    static func tooManyRequests(retryAfterSeconds: Int) -> APIFailure {
        APIFailure(
            code: 429, reason: "TooManyRequests", message: "too many requests, please try again later",
            retryAfterSeconds: retryAfterSeconds)
    }

    static func server(code: Int) -> APIFailure {
        let reason = code == 503 ? "ServiceUnavailable" : code == 504 ? "Timeout" : "InternalError"
        let message =
            code == 503
            ? "the server is currently unable to handle the request"
            : "Internal error occurred: fault set by the rehearsal"
        return APIFailure(code: code, reason: reason, message: message)
    }
}
