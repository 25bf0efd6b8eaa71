import FailoverModel
import Foundation

/// Asks a registry whether it has an image for these credentials, without pulling it (OCI Distribution 1.1, "Pulling manifests";
/// Docker Registry, "Token Authentication").
struct ImageRegistry: Sendable {
    let transport: any HTTPTransport

    /// Throws where it has not, or does not let these credentials have it. Credentials are sent by TLS only.
    func has(_ image: ImageReference, _ login: RegistryLogin?) async throws(Fault) {
        var answer = try await ask(image, authorization: nil)
        if answer.status == 401, let challenge = answer.headers["WWW-Authenticate"] {
            answer = try await ask(image, authorization: try await authorization(challenge, image, login))
        }
        switch answer.status {
        case 200..<300: return
        case 401, 403:
            throw fault(
                .forbidden,
                "the registry does not let \(login == nil ? "anybody" : "its pull secret") have \(shown(image))",
                image, "Correct the pull secret at the site, or the rights of its account")
        case 404:
            throw fault(.rejected, "the registry has no \(shown(image))", image, "Push it there, or correct the values")
        case 429: throw fault(.throttled, "the registry asks to come back later", image, "Wait, or give it an account")
        default: throw fault(.unavailable, "the registry answers \(answer.status)", image, "See the registry")
        }
    }

    private func ask(_ image: ImageReference, authorization: String?) async throws(Fault) -> HTTPResponse {
        var headers: HTTPHeaders = [
            "Accept":
                "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
                + "application/vnd.docker.distribution.manifest.list.v2+json, "
                + "application/vnd.docker.distribution.manifest.v2+json",
            "User-Agent": "handover",
        ]
        if let authorization { headers.add("Authorization", authorization) }
        return try await transport.send(
            HTTPRequest(
                .head, "\(image.address)/v2/\(image.repository)/manifests/\(image.version)", headers: headers,
                limits: Self.limits))
    }

    private static let limits = HTTPLimits(totalMilliseconds: 10_000, connectMilliseconds: 4_000, bodyBytes: 1 << 20)

    /// `Bearer realm="https://…",service="…",scope="…"` names where a token is to be had; `Basic` wants the credentials.
    private func authorization(
        _ challenge: String, _ image: ImageReference, _ login: RegistryLogin?
    ) async throws(Fault) -> String? {
        if challenge.lowercased().hasPrefix("basic") { return login?.header }
        let parts = Dictionary(
            challenge.matches(of: /([a-z]+)="([^"]*)"/).map { (String($0.1), String($0.2)) },
            uniquingKeysWith: { first, _ in first })
        guard let realm = parts["realm"], realm.hasPrefix("https://") else {
            throw fault(
                .invalid, "the registry names no safe place for a token", image, "Check what answers at its address")
        }
        let query = ["service", "scope"].compactMap { name in
            parts[name].map { "\(name)=\(URLText.encoded($0))" }
        }.joined(separator: "&")
        var headers: HTTPHeaders = ["User-Agent": "handover"]
        if let login { headers.add("Authorization", login.header) }
        let answer = try await transport.send(
            HTTPRequest(
                .get, realm + (realm.contains("?") ? "&" : "?") + query, headers: headers, limits: Self.limits))
        guard answer.status == 200, let token = try? JSONDecoder().decode(Token.self, from: answer.body),
            let value = token.token ?? token.access_token
        else {
            throw fault(
                .forbidden, "the registry gives no token for \(shown(image)) (\(answer.status))", image,
                "Correct the pull secret at the site")
        }
        return "Bearer \(value)"
    }

    private struct Token: Decodable {
        var token: String?
        // swift-format-ignore: AlwaysUseLowerCamelCase
        var access_token: String?
    }

    private func shown(_ image: ImageReference) -> String {
        "\(image.repository)\(image.isDigest ? "@" : ":")\(image.version)".onOneLine(limit: 120)
    }

    private func fault(_ kind: Fault.Kind, _ what: String, _ image: ImageReference, _ next: String) -> Fault {
        Fault(kind, what, at: "registry \(image.registry.onOneLine(limit: 80))", next: next)
    }
}

/// A user and password of a pull secret; never shown.
struct RegistryLogin: Sendable {
    let header: String

    /// The logins of a Secret of type `kubernetes.io/dockerconfigjson`, by registry; nil where it is not well-formed.
    static func all(in data: Data) -> [String: RegistryLogin]? {
        struct Configuration: Decodable {
            struct Entry: Decodable {
                var auth: String?
                var username: String?
                var password: String?
            }
            var auths: [String: Entry]
        }
        guard let found = try? JSONDecoder().decode(Configuration.self, from: data) else { return nil }
        return found.auths.compactMapValues { entry in
            let auth = entry.auth ?? Data("\(entry.username ?? ""):\(entry.password ?? "")".utf8).base64EncodedString()
            guard let decoded = Data(base64Encoded: auth), decoded.contains(UInt8(ascii: ":")) else { return nil }
            return RegistryLogin(header: "Basic \(auth)")
        }
    }
}
