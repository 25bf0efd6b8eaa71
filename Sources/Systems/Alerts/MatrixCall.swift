import FailoverModel
import Foundation

/// The requests of the form `matrix`: the client-server API (spec.matrix.org/v1.11/client-server-api, "Sending events to a
/// room"). The transaction id is the message's key, so that the homeserver takes the same message once.
struct MatrixCall {
    /// The homeserver's address.
    let base: String
    let room: AlertHook.Room

    func sending(_ message: HookMessage) -> String {
        "\(roomAddress)/send/m.room.message/\(URLText.encoded(message.key))"
    }

    /// Answers 404 where the room is not encrypted.
    var encryption: String { "\(roomAddress)/state/m.room.encryption" }

    private var roomAddress: String {
        var server = base[...]
        while server.last == "/" { server.removeLast() }
        return "\(server)/_matrix/client/v3/rooms/\(URLText.encoded(room.id))"
    }

    /// `m.text`, because push rules pass over `m.notice`. No mentions, so that no text from outside calls a whole room.
    static func body(_ message: HookMessage) -> JSONValue {
        [
            "msgtype": "m.text", "body": .string(HookText.plain(message.lines)),
            "format": "org.matrix.custom.html", "formatted_body": .string(HookText.html(message.lines)),
            "m.mentions": [:],
        ]
    }
}

/// What a homeserver says beside the status.
struct MatrixAnswer {
    var code: String?
    var retryAfterMilliseconds: Int64?

    /// Errors that are about the message and not about the room or the account.
    static let codesOfMessages: Set = ["M_TOO_LARGE", "M_BAD_JSON", "M_NOT_JSON"]

    init(_ answer: HTTPResponse) {
        guard let body = try? JSONValue(decoding: answer.body, at: "the homeserver's answer") else { return }
        // Shown, so it must be no more than a code.
        code = body["errcode"]?.text.flatMap { text in
            text.utf8.count <= 64 && text.utf8.allSatisfy({ $0 == 0x5F || $0 == 0x2E || Self.isWordByte($0) })
                ? text : nil
        }
        retryAfterMilliseconds = body["retry_after_ms"]?.integer
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
