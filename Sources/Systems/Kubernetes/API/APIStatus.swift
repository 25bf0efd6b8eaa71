import FailoverModel
import Foundation

/// The API server's own account of what went wrong (`kind: Status`).
struct APIStatus: Decodable {
    struct Details: Decodable {
        struct Cause: Decodable {
            var reason: String?
            var message: String?
            var field: String?
        }
        var causes: [Cause]?
        var retryAfterSeconds: Int64?
    }

    var kind: String
    var message: String?
    var reason: String?
    var details: Details?

    init?(_ body: Data) {
        guard let status = try? JSONDecoder().decode(Self.self, from: body), status.kind == "Status" else { return nil }
        self = status
    }

    /// `kubectl-scale (.spec.replicas)`: who owns the fields that an apply would take away.
    var conflicts: String? {
        let causes = (details?.causes ?? []).filter { $0.reason == "FieldManagerConflict" }
        guard !causes.isEmpty else { return nil }
        let texts = causes.prefix(8).map { cause in
            // The message is: conflict with "MANAGER" using VERSION
            let manager = cause.message?.split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first
            let field = cause.field.map { " (\($0.onOneLine(limit: 120)))" } ?? ""
            return (manager.map { $0.onOneLine(limit: 120) } ?? "somebody else") + field
        }
        return texts.joined(separator: ", ") + (causes.count > 8 ? " and \(causes.count - 8) more" : "")
    }
}

extension Fault {
    /// What a status other than 2xx means for us; `answer`'s own text is shown in part and on one line.
    init(_ answer: HTTPResponse, to request: HTTPRequest.Method, place: String) {
        let status = APIStatus(answer.body)
        let said = status?.message.map { ": \($0.onOneLine())" } ?? " (HTTP \(answer.status), no Kubernetes answer)"
        let wait = Self.retryAfter(answer, status)
        switch answer.status {
        case 401:
            self.init(
                .forbidden, "the API server does not know these credentials\(said)", at: place,
                next: "Renew the kubeconfig's token or certificate.")
        case 403:
            self.init(
                .forbidden, "the API server does not allow this\(said)", at: place,
                next: "Grant this user the missing right (RBAC).")
        case 404: self.init(.rejected, "it does not exist\(said)", at: place, next: "Check namespace and name.")
        case 409:
            if let owners = status?.conflicts {
                self.init(
                    .conflict, "these fields belong to another manager: \(owners)", at: place,
                    next: "Let that manager give the fields up, or set force: true where Handover is to own them.")
            } else {
                self.init(
                    .conflict, "somebody else changed it in the meantime\(said)", at: place,
                    next: "Look again, then repeat.")
            }
        case 429:
            self.init(
                .throttled, "the API server asks to come back later\(said)", at: place, next: "Wait, then try again.",
                retryAfterMilliseconds: wait)
        case 504 where !request.isSafe:
            self.init(
                .uncertain, "the API server timed out; the change may have been made\(said)", at: place,
                next: "Look at the object before you repeat it.", retryAfterMilliseconds: wait)
        case 500...:
            self.init(
                .unavailable, "the API server is not able to answer\(said)", at: place,
                next: "Check the control plane and etcd.",
                retryAfterMilliseconds: wait)
        case 300..<400:
            self.init(
                .invalid, "the server redirects elsewhere (HTTP \(answer.status)); credentials do not follow",
                at: place,
                next: "Put the API server's own address into the kubeconfig.")
        default:
            self.init(.rejected, "the API server does not accept this\(said)", at: place, next: "Correct the request.")
        }
    }

    /// `Retry-After` in seconds or as an HTTP date, else the Status's own.
    private static func retryAfter(_ answer: HTTPResponse, _ status: APIStatus?) -> Int64? {
        if let text = answer.headers["retry-after"] {
            if let seconds = Int64(text), (0...86_400).contains(seconds) { return seconds * 1000 }
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "GMT")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            if let date = format.date(from: text) { return max(0, Int64(date.timeIntervalSinceNow * 1000)) }
        }
        return status?.details?.retryAfterSeconds.flatMap { (1...86_400).contains($0) ? $0 * 1000 : nil }
    }
}
