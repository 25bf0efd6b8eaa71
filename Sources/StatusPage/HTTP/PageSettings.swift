import FailoverModel
import NIOSSL

/// Where the page is served, and to whom.
package struct PageSettings: Sendable {
    package var address: ListenAddress
    /// Who may see it; `nil` where no tokens are used.
    package var tokens: AccessTokens?
    /// The server's certificate, and whose clients' certificates are taken; `nil`: plain HTTP.
    package var certificates: Certificates?
    /// Whether questions can be answered on the page.
    package var allowsAnswers: Bool

    /// Paths of PEM files.
    package struct Certificates: Sendable {
        package var certificate: String
        package var key: String
        package var clientAuthority: String?

        package init(certificate: String, key: String, clientAuthority: String?) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
        }
    }

    package init(
        address: ListenAddress, tokens: AccessTokens? = nil, certificates: Certificates? = nil,
        allowsAnswers: Bool = false
    ) {
        self.address = address
        self.tokens = tokens
        self.certificates = certificates
        self.allowsAnswers = allowsAnswers
    }

    var takesCertificates: Bool { certificates?.clientAuthority != nil }
    /// Whether everybody has to say who they are.
    package var asksWho: Bool { tokens != nil || takesCertificates }
    var isSecure: Bool { certificates != nil }

    /// Reads the certificates. A client's is demanded where there is no token to come with instead.
    func tlsConfiguration() throws(Fault) -> TLSConfiguration? {
        guard let certificates else { return nil }
        func read<Value>(_ path: String, _ body: () throws -> Value) throws(Fault) -> Value {
            do { return try body() } catch {
                throw Fault(
                    .invalid, "it cannot be used: \(error)", at: path, next: "Give a PEM file that can be read here")
            }
        }
        let chain = try read(certificates.certificate) { try NIOSSLCertificate.fromPEMFile(certificates.certificate) }
        let key = try read(certificates.key) { try NIOSSLPrivateKey(file: certificates.key, format: .pem) }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        if let path = certificates.clientAuthority {
            tls.trustRoots = .certificates(try read(path) { try NIOSSLCertificate.fromPEMFile(path) })
            tls.certificateVerification = tokens == nil ? .noHostnameVerification : .optionalVerification
        }
        return tls
    }
}
