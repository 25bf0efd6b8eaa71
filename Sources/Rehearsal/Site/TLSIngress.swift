import Hummingbird
import HummingbirdTLS
import Logging
import NIOSSL

/// The ingress as the world sees it: TLS, one certificate for all hosts, and what is behind chosen by the host.
struct TLSIngress: Sendable {
    var port: Int
    var certificates: IngressCertificates
    var service: StandInService

    func run() async throws {
        let chain = try NIOSSLCertificate.fromPEMFile(certificates.certificate)
        let key = try NIOSSLPrivateKey(file: certificates.key, format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        var logger = Logger(label: "rehearsal.tls-ingress")
        logger.logLevel = .critical
        let service = service
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                await service.respond(to: request)
            },
            server: try .tls(.http1(), tlsConfiguration: tls),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: logger)
        try await application.run()
    }
}
