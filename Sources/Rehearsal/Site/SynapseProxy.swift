import FailoverModel
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Systems

/// Hands requests on to a site's Synapse, as the ingress in front of it does.
struct SynapseProxy: Sendable {
    var port: Int
    private let client = HTTPClient()

    init(port: Int) { self.port = port }

    func respond(to request: Request, most: Int = 4_194_304) async throws -> Response {
        guard let method = Systems.HTTPRequest.Method(rawValue: request.method.rawValue) else {
            return Response(status: .methodNotAllowed)
        }
        let body = try await request.body.collect(upTo: most)
        var headers: HTTPHeaders = [:]
        for name: HTTPField.Name in [.authorization, .contentType] {
            if let value = request.headers[name] { headers.add(name.rawName, value) }
        }
        do {
            let answer = try await client.send(
                Systems.HTTPRequest(
                    method, "http://127.0.0.1:\(port)\(request.uri.string)", headers: headers,
                    body: body.readableBytes == 0 ? nil : Data(body.readableBytesView),
                    // A client may ask to wait for news.
                    limits: HTTPLimits(totalMilliseconds: 90_000)))
            return Response(
                status: .init(code: answer.status), headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        } catch {
            return Response(
                status: .badGateway, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: APIValue.texts(["reason": "\(error)"]).json + "\n")))
        }
    }
}
