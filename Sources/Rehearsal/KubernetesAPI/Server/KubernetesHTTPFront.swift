import Hummingbird
import NIOCore
import NIOSSL

/// The connection a request came on, from which its client certificate is read.
struct KubernetesConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Turns HTTP into requests of the API and its answers back: credentials, faults, and the forms of bodies.
struct KubernetesHTTPFront: Sendable {
    let handler: APIRequestHandler
    let tokens: [String: String]
    let faults: KubernetesFaultSwitch

    private static let bodyLimit = 3 * 1_024 * 1_024

    func respond(to request: Request, context: KubernetesConnectionContext) async -> Response {
        var isCut = false
        do {
            guard let identity = try await identity(of: request, context: context) else {
                throw APIFailure.unauthorized
            }
            if RequestTarget(path: request.uri.path) != nil, let fault = faults.next() {
                isCut = try await Self.actOut(fault)
            }
            let answer = try await handler.answer(try await Self.apiRequest(request, identity: identity))
            return Self.response(to: answer, isCut: isCut, channel: context.channel)
        } catch let failure as APIFailure {
            return Self.response(to: failure)
        } catch {
            var failure = APIFailure.server(code: 500)
            failure.message = "Internal error occurred: \(error)"
            return Self.response(to: failure)
        }
    }

    // MARK: Request

    /// A bearer token counts before a certificate. A token that is not known is no identity at all.
    private func identity(of request: Request, context: KubernetesConnectionContext) async throws -> ClientIdentity? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ")
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return tokens[String(parts[1])].map { ClientIdentity(user: $0) }
        }
        let certificate = try await context.channel.nioSSL_peerCertificate().get()
        return certificate.flatMap { CertificateSubject.identity(of: $0) }
    }

    /// Acts out a fault; tells whether the answer is to be cut.
    private static func actOut(_ fault: KubernetesFault) async throws -> Bool {
        switch fault {
        case .throttle(let seconds): throw APIFailure.tooManyRequests(retryAfterSeconds: seconds)
        case .fail(let code): throw APIFailure.server(code: code)
        case .delay(let milliseconds):
            try await Task.sleep(for: .milliseconds(milliseconds))
            return false
        case .cutConnection: return true
        }
    }

    private static func apiRequest(_ request: Request, identity: ClientIdentity) async throws -> APIRequest {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: bodyLimit)
        } catch {
            throw APIFailure(
                code: 413, reason: "RequestEntityTooLarge", message: "Request entity too large: limit is \(bodyLimit)")
        }
        return APIRequest(
            method: request.method.rawValue, path: request.uri.path,
            query: APIRequest.query(request.uri.query ?? ""),
            contentType: request.headers[.contentType] ?? "", accept: request.headers[.accept] ?? "",
            userAgent: request.headers[.userAgent] ?? "", body: Array(body.readableBytesView), identity: identity)
    }

    // MARK: Response

    private static func response(to failure: APIFailure) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let seconds = failure.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(
            status: HTTPResponse.Status(code: failure.code), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: failure.status.encoded())))
    }

    private static func response(to answer: APIAnswer, isCut: Bool, channel: any Channel) -> Response {
        switch answer {
        case .object(let object, let code):
            return response(object.encoded(), contentType: "application/json", code: code, isCut: isCut, channel)
        case .bytes(let bytes, let contentType):
            return response(bytes, contentType: contentType, code: 200, isCut: isCut, channel)
        case .watch(let watch):
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { writer in
                    try await stream(watch, isCut: isCut, channel: channel, to: &writer)
                    try await writer.finish(nil)
                })
        }
    }

    private static func response(
        _ bytes: [UInt8], contentType: String, code: Int, isCut: Bool, _ channel: any Channel
    ) -> Response {
        let body =
            isCut
            ? ResponseBody(contentLength: bytes.count) { writer in
                try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
                cut(channel)
                throw CutKubernetesConnection()
            } : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        return Response(
            status: HTTPResponse.Status(code: code), headers: [.contentType: contentType], body: body)
    }
}
