import Crypto
package import FailoverModel
import Foundation

/// Sends messages to the topology's hooks, each in its own form.
package struct HookSender: Sendable {
    private let topology: Topology
    private let secrets: any SecretSource
    private let transport: any HTTPTransport

    package init(topology: Topology, secrets: any SecretSource, transport: any HTTPTransport = HTTPClient()) {
        self.topology = topology
        self.secrets = secrets
        self.transport = transport
    }

    /// The hooks that are told of `subject`, in the order of the file.
    package func hooks(for subject: AlertHook.Subject) -> [AlertHook] {
        topology.alerts.filter { $0.tells.contains(subject) }
    }

    /// Throws what kept it from being taken; it may have been taken all the same where the connection broke.
    package func send(_ message: HookMessage, to hook: AlertHook) async throws(HookFailure) {
        let place = Self.place(hook)
        if hook.form == .alertmanager, message.signals.isEmpty { return }
        let body = try lasting(place) { () throws(Fault) -> Data in try content(message, hook).encoded(at: place) }
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "User-Agent": "handover", "Idempotency-Key": message.key,
        ]
        if let reference = hook.secret {
            let key = SymmetricKey(data: Data(try secret(reference, place).utf8))
            let code = HMAC<SHA256>.authenticationCode(for: body, using: key)
            headers.add("X-Handover-Signature", "sha256=" + code.map(HookMessage.hexadecimal).joined())
        }
        let base = try address(of: hook, place)
        guard let room = hook.room else {
            try await call(HTTPRequest(.post, base, headers: headers, body: body), base, hook)
            return
        }
        headers.add("Authorization", "Bearer \(try secret(room.token, place))")
        let url = MatrixCall(base: base, room: room).sending(message)
        try await call(HTTPRequest(.put, url, headers: headers, body: body), base, hook)
    }

    /// Looks for what sending would not show: in a room that is encrypted the message would arrive, and not be shown as one
    /// to be trusted.
    package func examine(_ hook: AlertHook) async throws(HookFailure) {
        guard let room = hook.room else { return }
        let place = Self.place(hook)
        let base = try address(of: hook, place)
        let headers: HTTPHeaders = [
            "Authorization": "Bearer \(try secret(room.token, place))", "User-Agent": "handover",
        ]
        let request = HTTPRequest(.get, MatrixCall(base: base, room: room).encryption, headers: headers)
        let answer = try await answer(request, base, place)
        switch answer.status {
        case 404 where MatrixAnswer(answer).code == "M_NOT_FOUND": return
        case 200..<300:
            throw HookFailure(
                .lasting,
                Fault(
                    .rejected, "the room is encrypted, and Handover writes no encrypted messages", at: place,
                    next: "Make a room without encryption for it, which cannot be changed later"))
        default: throw HookFailure(answer, from: hook, at: place)
        }
    }

    private func call(_ request: HTTPRequest, _ address: String, _ hook: AlertHook) async throws(HookFailure) {
        let place = Self.place(hook)
        let answer = try await answer(request, address, place)
        guard (200..<300).contains(answer.status) else { throw HookFailure(answer, from: hook, at: place) }
    }

    private func answer(
        _ request: HTTPRequest, _ address: String, _ place: String
    ) async throws(HookFailure) -> HTTPResponse {
        var request = request
        request.limits = HTTPLimits(totalMilliseconds: 10_000, connectMilliseconds: 3_000, bodyBytes: 64 * 1024)
        do throws(Fault) { return try await transport.send(request) } catch {
            let fault = Fault(
                error.kind, error.what.replacing(address, with: "<address>"), at: place,
                next: "Check that this machine can reach it")
            throw HookFailure(error.kind == .invalid || error.kind == .forbidden ? .lasting : .passing, fault)
        }
    }

    private func address(of hook: AlertHook, _ place: String) throws(HookFailure) -> String {
        let url: String
        switch hook.url {
        case .plain(let text): url = text
        case .secret(let reference): url = try secret(reference, place)
        }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw HookFailure(
                .lasting,
                Fault(
                    .invalid, "its address does not begin with https:// or http://", at: place,
                    next: "Correct the hook in the topology, or the file that holds its address"))
        }
        return url
    }

    private func secret(_ reference: SecretReference, _ place: String) throws(HookFailure) -> String {
        try lasting(place) { () throws(Fault) -> String in try secrets.value(of: reference).reveal() }
    }

    private func lasting<Value>(_ place: String, _ body: () throws(Fault) -> Value) throws(HookFailure) -> Value {
        do throws(Fault) { return try body() } catch {
            throw HookFailure(.lasting, Fault(error.kind, "\(error.place): \(error.what)", at: place, next: error.next))
        }
    }

    private func content(_ message: HookMessage, _ hook: AlertHook) -> JSONValue {
        switch hook.form {
        case .json:
            return .object(
                message.document.merging([
                    "source": "handover", "topology": .string(topology.name), "at": .string(message.at.description),
                    "key": .string(message.key),
                ]) { $1 })
        case .slack: return ["text": .string(HookText.slack(message.lines))]
        case .alertmanager: return .array(message.signals.map(\.json))
        case .matrix: return MatrixCall.body(message)
        }
    }

    package static func place(_ hook: AlertHook) -> String { "alert hook \(hook.name) (\(hook.form.rawValue))" }
}
