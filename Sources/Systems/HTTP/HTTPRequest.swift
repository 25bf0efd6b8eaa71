package import FailoverModel
package import Foundation

/// One request, with everything that decides whom it reaches and how long it may take.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// Whether asking twice is the same as asking once for everybody (RFC 9110 §9.2.1).
        package var isSafe: Bool {
            switch self {
            case .get, .head: true
            case .post, .put, .patch, .delete: false
            }
        }
    }

    package var method: Method
    /// `http://` or `https://`, without user and password.
    package var url: String
    package var headers: HTTPHeaders
    package var body: Data?
    package var limits: HTTPLimits
    package var security: TLSSettings
    package var route: HTTPRoute
    /// Whether the answer is to come with the server's certificate; then a connection is made anew for it.
    package var wantsCertificate = false
    /// What libcurl signs it with; set by `signed(with:)`, which adds the headers that belong to it.
    package internal(set) var signature: RequestSignature?

    package init(
        _ method: Method, _ url: String, headers: HTTPHeaders = [:], body: Data? = nil,
        limits: HTTPLimits = HTTPLimits(),
        security: TLSSettings = TLSSettings(), route: HTTPRoute = HTTPRoute()
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        self.security = security
        self.route = route
    }
}

extension HTTPRequest: CustomStringConvertible, CustomReflectable {
    /// Method and address; no header value, body or query.
    package var description: String { "\(method.rawValue) \(url.prefix { $0 != "?" })" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// How long a request may take and how much an answer may weigh.
package struct HTTPLimits: Equatable, Sendable {
    /// From the start until the last byte of the answer.
    package var totalMilliseconds: Int
    /// Name resolution, TCP and TLS.
    package var connectMilliseconds: Int
    package var bodyBytes: Int

    package init(
        totalMilliseconds: Int = 30_000, connectMilliseconds: Int = 5_000, bodyBytes: Int = 64 * 1024 * 1024
    ) {
        self.totalMilliseconds = totalMilliseconds
        self.connectMilliseconds = connectMilliseconds
        self.bodyBytes = bodyBytes
    }
}

/// The way to the server where it is not the one that the address says.
package struct HTTPRoute: Equatable, Sendable {
    package enum Proxy: Equatable, Sendable {
        /// `HTTPS_PROXY`, `NO_PROXY` and so on; never for an address of this machine.
        case fromEnvironment
        case none
        /// May hold user and password, so it is never shown.
        case url(String)
    }

    package var proxy: Proxy
    /// Host or address (and port) to connect to instead of the URL's; name, SNI and verification stay the URL's.
    package var connectTo: Endpoint?

    package struct Endpoint: Equatable, Sendable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    package init(proxy: Proxy = .fromEnvironment, connectTo: Endpoint? = nil) {
        self.proxy = proxy
        self.connectTo = connectTo
    }
}

/// An answer, whatever its status.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: Data
    /// What the server showed, where the request wanted it and TLS was spoken.
    package var certificate: PeerCertificate?
    /// From the start until the last byte of the answer.
    package var milliseconds: Int64

    package init(
        status: Int, headers: HTTPHeaders = [:], body: Data = Data(), certificate: PeerCertificate? = nil,
        milliseconds: Int64 = 0
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.certificate = certificate
        self.milliseconds = milliseconds
    }
}

/// Whatever carries requests: libcurl, or a scripted server in tests.
package protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse
}
