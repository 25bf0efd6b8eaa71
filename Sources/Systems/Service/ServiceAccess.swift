package import FailoverModel
import Foundation

/// The ways to what proves that a site serves: its ingress, the name servers, its cluster, and the probe user's token.
package struct ServiceAccess: Sendable {
    let kubernetes: KubernetesAccess
    private let secrets: any SecretSource
    let http: any HTTPTransport
    let dns: any DNSTransport
    let now: @Sendable () -> Moment
    private let baseDirectory: String

    /// `baseDirectory` is what relative paths of the topology are relative to. `now` is the time that certificates are held
    /// against, and that the probe writes down.
    package init(
        kubernetes: KubernetesAccess, secrets: any SecretSource, baseDirectory: String,
        http: any HTTPTransport = HTTPClient(), dns: any DNSTransport = TCPTransport(),
        now: @escaping @Sendable () -> Moment
    ) {
        self.kubernetes = kubernetes
        self.secrets = secrets
        self.baseDirectory = baseDirectory
        self.http = http
        self.dns = dns
        self.now = now
    }

    /// How long one request may take before it counts as unanswered: the next look may find it serving.
    static let limits = HTTPLimits(totalMilliseconds: 10_000, connectMilliseconds: 3_000, bodyBytes: 8 * 1024 * 1024)

    func trust(_ file: String?, site: String) throws(Fault) -> TLSSettings {
        let path = file.map {
            $0.hasPrefix("/") ? $0 : URL(filePath: baseDirectory).appending(path: $0).standardizedFileURL.path
        }
        return try .trusting(path, key: "service.caCertificate", at: "site \(site)")
    }

    /// As a header has it. Throws where there is no token, or what stands there cannot be one.
    func bearer(_ probe: ServiceExpectations.Probe) throws(Fault) -> Secret {
        let token = try secrets.value(of: probe.accessToken)
        guard token.reveal().utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Fault(
                .invalid, "the access token holds a space or a character that no token has", at: "service.probe",
                next: "Check the file or variable of accessToken: it holds the token and nothing else.")
        }
        return Secret("Bearer \(token.reveal())")
    }

    /// The public keys that a site signs with, by its generated Secret; `nil` where that has no signing key.
    func serverKeys(of site: String) async throws(Fault) -> ServerKeys? {
        let release = try kubernetes.release(at: site)
        let id = ChartSecrets.generated(release: release.release.release)
        let path = APIPath(
            version: "v1", namespace: release.client.namespace, resource: id.kind.resource, name: id.name)
        guard let secret = try await release.client.get(path, as: SecretManifest.self)?.object,
            let value = secret.values[SecretObject.signingKeyName]
        else { return nil }
        guard let keys = ServerKeys(derivedFrom: value) else {
            throw Fault(
                .invalid, "\(SecretObject.signingKeyName) of \(id) is not an ed25519 signing key", at: "\(site), \(id)",
                next: "Compare the Secret with the other sites' (handover secrets status).")
        }
        return keys
    }
}
