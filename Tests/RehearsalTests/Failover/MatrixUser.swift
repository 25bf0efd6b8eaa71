import FailoverModel
import Foundation
import Systems

/// Somebody with a client, who talks to the ingress of whatever site serves.
struct MatrixUser: Sendable {
    struct Refused: Error { var what: String }

    var id: String
    private var token: String

    /// Registers a new account at a site.
    init(_ name: String, at ingress: String) async throws {
        let body: JSONValue = .object([
            "auth": .object(["type": .string("m.login.dummy")]), "username": .string(name),
            "password": .string(UUID().uuidString),
        ])
        let answer = try await Self.send(.post, ingress + "/_matrix/client/v3/register", body)
        guard let id = answer["user_id"]?.text, let token = answer["access_token"]?.text else {
            throw Refused(what: "no account")
        }
        self.id = id
        self.token = token
    }

    /// A new room that everybody may join.
    func createRoom(at ingress: String) async throws -> String {
        let answer = try await ask(.post, ingress, "createRoom", .object(["preset": .string("public_chat")]))
        guard let room = answer["room_id"]?.text else { throw Refused(what: "no room") }
        return room
    }

    func join(_ room: String, at ingress: String) async throws {
        _ = try await ask(.post, ingress, "rooms/\(room)/join", .object([:]))
    }

    /// Sends a message, which the server knows again when it is sent twice.
    func say(_ text: String, in room: String, at ingress: String) async throws {
        let content: JSONValue = .object(["msgtype": .string("m.text"), "body": .string(text)])
        _ = try await ask(.put, ingress, "rooms/\(room)/send/m.room.message/\(text)", content)
    }

    /// What is new since a position: the room's messages, and the position then.
    func sync(_ room: String, since: String?, at ingress: String) async throws -> (texts: [String], next: String) {
        // {"room":{"timeline":{"limit":500}}}
        let filter = "%7B%22room%22%3A%7B%22timeline%22%3A%7B%22limit%22%3A500%7D%7D%7D"
        let position = since.map { "&since=\($0)" } ?? ""
        let answer = try await ask(.get, ingress, "sync?timeout=500&filter=\(filter)\(position)", nil)
        guard let next = answer["next_batch"]?.text else { throw Refused(what: "no position") }
        let events = answer["rooms"]?["join"]?[room]?["timeline"]?["events"]?.elements ?? []
        return (events.compactMap { $0["content"]?["body"]?.text }, next)
    }

    private func ask(
        _ method: HTTPRequest.Method, _ ingress: String, _ path: String, _ body: JSONValue?
    ) async throws -> JSONValue {
        try await Self.send(method, "\(ingress)/_matrix/client/v3/\(path)", body, token: token)
    }

    private static func send(
        _ method: HTTPRequest.Method, _ url: String, _ body: JSONValue?, token: String? = nil
    ) async throws -> JSONValue {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let token { headers.add("Authorization", "Bearer \(token)") }
        let answer = try await HTTPClient().send(
            HTTPRequest(
                method, url.replacing("!", with: "%21").replacing(":ess.test", with: "%3Aess.test"), headers: headers,
                body: try body?.encoded(at: url), limits: HTTPLimits(totalMilliseconds: 10_000)))
        guard answer.status == 200 else {
            throw Refused(what: "\(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
        }
        return try JSONValue(decoding: answer.body, at: url)
    }
}
