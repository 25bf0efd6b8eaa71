package import FailoverModel

/// Why a hook did not take a message, and what that means for the message.
package struct HookFailure: Error, Equatable, Sendable {
    package enum Kind: String, Equatable, Sendable {
        /// It may pass by itself: the same again after a while.
        case passing
        /// Somebody has to mend the hook, its secret or the topology first; then the same again.
        case lasting
        /// This message is not taken, however often it is sent; others may be.
        case message
    }

    package var kind: Kind
    /// The address may be a secret, so it is in no fault.
    package var fault: Fault

    package init(_ kind: Kind, _ fault: Fault) {
        self.kind = kind
        self.fault = fault
    }
}

extension HookFailure {
    /// An answer that is not a success.
    init(_ answer: HTTPResponse, from hook: AlertHook, at place: String) {
        let status = answer.status
        let code = hook.form == .matrix ? MatrixAnswer(answer).code : nil
        let what = "it answers \(status)" + (code.map { " \($0)" } ?? "")
        switch status {
        case 408, 425, 429, 500...:
            self.init(
                .passing,
                Fault(
                    status == 429 ? .throttled : .unavailable, what, at: place, next: "It is tried again by itself",
                    retryAfterMilliseconds: Self.wait(answer, hook)))
        case 413, 422: self.init(.message, Fault(.rejected, what, at: place, next: "It takes other messages"))
        case 400 where code.map(MatrixAnswer.codesOfMessages.contains) ?? false:
            self.init(.message, Fault(.rejected, what, at: place, next: "It takes other messages"))
        case 401, 403:
            self.init(.lasting, Fault(.forbidden, what, at: place, next: Self.advice(hook, code)))
        default: self.init(.lasting, Fault(.rejected, what, at: place, next: Self.advice(hook, code)))
        }
    }

    private static func advice(_ hook: AlertHook, _ code: String?) -> String {
        guard hook.form == .matrix else { return "Check its address, its form and its secret" }
        switch code {
        case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN":
            return "Log its account in again, and put the new access token where the topology says"
        case "M_FORBIDDEN": return "Invite its account into the room, have it join, and let it write there"
        case "M_NOT_FOUND", "M_UNRECOGNIZED": return "Check that url is the homeserver's own address, and the room's id"
        default: return "Check url (the homeserver's own address), the room's id and the access token"
        }
    }

    /// `Retry-After` in seconds, and what Matrix says in the body.
    private static func wait(_ answer: HTTPResponse, _ hook: AlertHook) -> Int64? {
        let seconds = answer.headers["retry-after"].flatMap { Int64($0) }
        let said = hook.form == .matrix ? MatrixAnswer(answer).retryAfterMilliseconds : nil
        return (said ?? seconds.flatMap { $0 <= 86_400 ? $0 * 1000 : nil }).map { min(max(0, $0), 3_600_000) }
    }
}
