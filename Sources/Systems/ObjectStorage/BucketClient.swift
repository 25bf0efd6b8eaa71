import FailoverModel
import Foundation

/// The requests to a bucket (Amazon S3 API Reference), with the site's own credentials.
struct BucketClient: Sendable {
    let bucket: MediaBucket
    let credentials: AWSCredentials
    let transport: any HTTPTransport

    /// The first keys below a prefix, in the order of their bytes; at most `most`.
    func list(_ prefix: String, most: Int) async throws(Fault) -> [BucketListing.Object] {
        let query = ["list-type": "2", "max-keys": "\(most)", "prefix": prefix]
        let answer = try await send(.get, nil, query)
        guard answer.status == 200 else { throw faults.fault(answer, doing: .list) }
        return try BucketListing(answer.body, at: place).objects
    }

    /// The bytes of an object, or the first of them; `nil` where there is no such object.
    func get(_ key: String, firstByteOnly: Bool = false) async throws(Fault) -> Data? {
        let answer = try await send(.get, key, headers: firstByteOnly ? ["Range": "bytes=0-0"] : [:])
        switch answer.status {
        case 200, 206: return answer.body
        case 404 where BucketFaults.code(answer) == "NoSuchKey": return nil
        default: throw faults.fault(answer, doing: .get)
        }
    }

    func put(_ key: String, _ body: Data) async throws(Fault) {
        let answer = try await send(.put, key, headers: ["Content-Type": "text/plain"], body: body)
        guard answer.status == 200 else { throw faults.fault(answer, doing: .put) }
    }

    /// Also where there is no such object.
    func delete(_ key: String) async throws(Fault) {
        let answer = try await send(.delete, key)
        guard [200, 204].contains(answer.status) || BucketFaults.code(answer) == "NoSuchKey" else {
            throw faults.fault(answer, doing: .delete)
        }
    }

    /// What it answers to whoever asks without a signature.
    func unsignedAnswer() async throws(Fault) -> HTTPResponse {
        try await transport.send(
            HTTPRequest(
                .head, Self.url(of: bucket, nil),
                limits: HTTPLimits(totalMilliseconds: 5_000, connectMilliseconds: 3_000, bodyBytes: 64 * 1024),
                security: try .trusting(bucket.caCertificate, key: "media.caCertificate", at: place)))
    }

    var place: String { "bucket \(bucket.bucket) at \(bucket.url)" }

    private var faults: BucketFaults { BucketFaults(place: place, region: bucket.region) }

    private func send(
        _ method: HTTPRequest.Method, _ key: String?, _ query: [String: String] = [:], headers: HTTPHeaders = [:],
        body: Data? = nil
    ) async throws(Fault) -> HTTPResponse {
        let request = HTTPRequest(
            method, Self.url(of: bucket, key, query), headers: headers, body: body,
            limits: HTTPLimits(totalMilliseconds: 15_000, connectMilliseconds: 3_000, bodyBytes: 4 * 1024 * 1024),
            security: try .trusting(bucket.caCertificate, key: "media.caCertificate", at: place))
        return try await transport.send(
            request.signed(with: RequestSignature(credentials: credentials, region: bucket.region, service: "s3")))
    }

    /// `https://s3.example.org/BUCKET/KEY`, or `https://BUCKET.s3.example.org/KEY`.
    static func url(of bucket: MediaBucket, _ key: String?, _ query: [String: String] = [:]) -> String {
        let name = URLText.encoded(bucket.bucket)
        let rest = URLText.encoded(key ?? "", isPath: true) + URLText.query(query)
        if bucket.isInPath { return "\(bucket.url)/\(name)\(key == nil ? "" : "/")\(rest)" }
        let host = bucket.url.replacing("://", with: "://\(name).", maxReplacements: 1)
        return "\(host)/\(rest)"
    }
}
