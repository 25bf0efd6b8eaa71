import Crypto
import FailoverModel
import Foundation
import HTTPTypes
import Hummingbird
import Systems

/// The part of Synapse that the acceptance list asks, with account data in the site's own database.
struct StandInSynapse: Sendable {
    let service: StandInService

    /// How long the database may take: a commit that waits for a lost synchronous standby counts as none.
    private static let limit: Duration = .milliseconds(1500)

    func respond(to request: Request, _ path: String) async -> Response {
        switch path {
        case "/health": return .text(.ok, "OK")
        case "/_matrix/federation/v1/version":
            return .json(.ok, ["server": ["name": "Synapse", "version": "1.159.0"]])
        case "/_matrix/key/v2/server": return await publishedKeys()
        case "/_matrix/client/versions": return await versions(request)
        case "/_matrix/client/v1/auth_metadata": return .json(.ok, StandInService.issuer)
        case "/_matrix/client/v3/account/whoami":
            // Known tokens are cached, so this works without the database.
            return refusal(of: request) ?? .json(.ok, ["user_id": .string(ServiceHosts.probeUser)])
        default: return await accountData(request, path)
        }
    }

    private func versions(_ request: Request) async -> Response {
        if request.headers[.authorization] != nil {
            if let refusal = refusal(of: request) { return refusal }
            do { try await withDatabase { _ = try await $0.query("SELECT 1", within: Self.limit) } } catch {
                return Self.broken
            }
        }
        return .json(.ok, ["versions": ["v1.1", "v1.11", "v1.15"], "unstable_features": [:]])
    }

    // MARK: Keys

    private func publishedKeys() async -> Response {
        guard let key = await service.signingKey(), let id = ServerKeyID(key) else { return Self.broken }
        var answer: APIValue = [
            "server_name": .string(ServiceHosts.serverName), "old_verify_keys": [:],
            "valid_until_ts": .integer(Int64(Date().timeIntervalSince1970 * 1000) + 86_400_000),
            "verify_keys": .object([id.id: ["key": .string(id.publicKey)]]),
        ]
        guard let signature = id.signature(of: answer.json) else { return Self.broken }
        answer["signatures"] = .object([ServiceHosts.serverName: .object([id.id: .string(signature)])])
        return .json(.ok, answer)
    }

    // MARK: Account data

    private func accountData(_ request: Request, _ path: String) async -> Response {
        let parts = path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard parts.count == 7, parts[0...3] == ["_matrix", "client", "v3", "user"], parts[5] == "account_data" else {
            return .json(.notFound, ["errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"])
        }
        if let refusal = refusal(of: request) { return refusal }
        guard parts[4] == ServiceHosts.probeUser else {
            return .json(.forbidden, ["errcode": "M_FORBIDDEN", "error": "Cannot add account data for other users."])
        }
        do {
            return request.method == .put
                ? try await put(request, user: parts[4], type: parts[6]) : try await get(user: parts[4], type: parts[6])
        } catch { return Self.broken }
    }

    private func put(_ request: Request, user: String, type: String) async throws -> Response {
        let body = try await request.body.collect(upTo: 65_536)
        try await withDatabase { session in
            // Our sessions do not wait for standbys unless asked to; Synapse's do.
            try await session.query("SET synchronous_commit = on", within: Self.limit)
            let isSafe = try await session.confirm(
                """
                INSERT INTO account_data VALUES ($1, $2, $3)
                ON CONFLICT (user_id, account_data_type) DO UPDATE SET content = excluded.content
                """, [user, type, String(buffer: body)], within: Self.limit)
            guard isSafe else { throw NotWritten() }
        }
        return .json(.ok, [:])
    }

    private func get(user: String, type: String) async throws -> Response {
        let content = try await withDatabase { session in
            try await session.query(
                "SELECT content FROM account_data WHERE user_id = $1 AND account_data_type = $2", [user, type],
                within: Self.limit
            ).all.first?.text("content")
        }
        guard let content else {
            return .json(.notFound, ["errcode": "M_NOT_FOUND", "error": "Account data not found"])
        }
        return .text(.ok, content, headers: [.contentType: "application/json"])
    }

    private struct NotWritten: Error {}

    private func withDatabase<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        guard await service.workloads.mayConnect() else { throw NotWritten() }
        let session = try await service.database.connect(
            as: "synapse", database: "synapse", limit: Self.limit, applicationName: SynapseFiles.applicationName)
        defer { session.close() }
        return try await body(session)
    }

    private func refusal(of request: Request) -> Response? {
        guard let given = request.headers[.authorization] else {
            return .json(.unauthorized, ["errcode": "M_MISSING_TOKEN", "error": "Missing access token"])
        }
        let token = try? service.files.readSecret(ServiceHosts.probeTokenName)
        guard let token, given == "Bearer \(token)" else {
            return .json(
                .unauthorized,
                ["errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed.", "soft_logout": false])
        }
        return nil
    }

    private static let broken = Response.json(
        .internalServerError, ["errcode": "M_UNKNOWN", "error": "Internal server error"])
}

/// A server's signing key, `ed25519 VERSION SEED`, and what it publishes.
private struct ServerKeyID {
    var id: String
    private var key: Curve25519.Signing.PrivateKey

    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 3,
            let seed = Data(base64Encoded: words[2] + String(repeating: "=", count: (4 - words[2].count % 4) % 4)),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        id = "\(words[0]):\(words[1])"
        self.key = key
    }

    var publicKey: String { Self.text(key.publicKey.rawRepresentation) }

    func signature(of text: String) -> String? { (try? key.signature(for: Data(text.utf8))).map(Self.text) }

    private static func text(_ data: Data) -> String { data.base64EncodedString().filter { $0 != "=" } }
}
