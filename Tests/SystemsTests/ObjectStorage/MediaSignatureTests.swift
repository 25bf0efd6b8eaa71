import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

@Suite("Requests to a bucket, held against the signature's specification", .timeLimit(.minutes(1)))
struct MediaSignatureTests {
    static let listing = """
        <?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>ess-media</Name>
        <Contents><Key>media/local_content/new</Key><LastModified>2026-01-02T00:00:00.000Z</LastModified><Size>3</Size></Contents>
        <Contents><Key>media/local_content/a&amp;b c</Key><LastModified>2024-03-01T00:00:00.000Z</LastModified><Size>3</Size></Contents>
        <Contents><Key>media/local_content/empty</Key><LastModified>2020-03-01T00:00:00.000Z</LastModified><Size>0</Size></Contents>
        </ListBucketResult>
        """

    private func server(
        _ verifier: SignatureVerifier = SignatureVerifier(),
        _ answer: @escaping @Sendable (RawRequest) -> SigningServer.Answer
    ) throws -> SigningServer { try SigningServer(verifier, answer) }

    @Test(arguments: [
        "plain", "remote_content/matrix.org:8448/ab", "a=b+c!d e", "*'();@&$,?#[]", "%41%2F", "ü/€", "a//b/../c",
        "~-_.",
    ])
    func `Every request to a key is signed as the specification says`(key: String) async throws {
        let server = try server { request in
            switch request.method {
            case "GET" where request.query.isEmpty: .init(status: 206, body: "x")
            case "GET": .init(body: Self.listing)
            case "DELETE": .init(status: 204)
            default: .init()
            }
        }
        defer { server.shut() }
        for token in [nil, "token/with+signs=="] {
            var bench = MediaBench(url: server.url)
            bench.token = token
            let client = try bench.client
            _ = try await client.get(key, firstByteOnly: true)
            try await client.put(key, Data("content of \(key)".utf8))
            try await client.delete(key)
            _ = try await client.list(key, most: 3)
        }
        #expect(server.refused == [])
        #expect(server.seen.count == 8)
        #expect(server.seen.filter { $0.header("x-amz-security-token") == "token/with+signs==" }.count == 4)
        #expect(server.seen[0].path.removingPercentEncoding == "/ess-media/\(key)")
    }

    @Test func `The verifier itself refuses what is wrong`() async throws {
        let flaws = Mutex<[String]>([])
        for verifier in [
            SignatureVerifier(accessKey: "OTHER"), SignatureVerifier(secretKey: "other"),
            SignatureVerifier(region: "us-east-1"),
            SignatureVerifier(service: "route53"),
        ] {
            let server = try server(verifier) { _ in .init() }
            defer { server.shut() }
            let fault = try await fault { try await MediaBench(url: server.url).client.put("k", Data("x".utf8)) }
            flaws.withLock { $0 += server.refused }
            #expect(fault.kind == .forbidden)
        }
        #expect(
            flaws.withLock(\.self) == [
                "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed",
                "AuthorizationHeaderMalformed",
            ])
    }

    @Test func `The oldest object that is not empty is read, one byte of it`() async throws {
        let server = try server { request in
            request.query.isEmpty ? .init(status: 206, body: "x") : .init(body: Self.listing)
        }
        defer { server.shut() }
        let bench = MediaBench(url: server.url, prefix: "media/")
        let found = try await bench.command.examine(bench.context())
        #expect(found.sentence.hasPrefix("an object of 2024-03-01 in the bucket ess-media below media/ can be read"))
        #expect(server.seen.map(\.method) == ["GET", "GET"] && server.refused == [])
        #expect(server.seen[0].target == "/ess-media?list-type=2&max-keys=100&prefix=media%2F")
        #expect(server.seen[1].target == "/ess-media/media/local_content/a%26b%20c")
        #expect(server.seen[1].header("range") == "bytes=0-0")
        #expect(found.facts["probe"]?.text == "media/handover-probe/run-1/media")
    }

    @Test(arguments: [
        (
            301, "PermanentRedirect", "", Fault.Kind.rejected,
            "is in the region us-west-2, and the topology says eu-central-1"
        ),
        (400, "AuthorizationHeaderMalformed", "<Region>us-west-2</Region>", .rejected, "is in the region us-west-2"),
        (403, "RequestTimeTooSkewed", "", .rejected, "the clocks of this machine and the storage differ too much"),
        (403, "SignatureDoesNotMatch", "<SecretEcho>AKIDEXAMPLE</SecretEcho>", .forbidden, "the secret key is not"),
        (403, "AccessDenied", "", .forbidden, "does not let it do this"),
        (
            403, "InvalidAccessKeyId", "<AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId>", .forbidden,
            "does not know the access key"
        ),
        (400, "ExpiredToken", "", .forbidden, "the session token is not accepted"),
        (404, "NoSuchBucket", "", .rejected, "there is no such bucket"),
        (403, "InvalidObjectState", "", .rejected, "archived"), (403, "QuotaExceeded", "", .rejected, "takes no more"),
        (503, "SlowDown", "", .throttled, "asks to come back later"),
        (500, "InternalError", "", .unavailable, "the storage failed (500 InternalError)"),
        (404, "<html>", "", .rejected, "there is nothing at this address"),
    ])
    func `An error of the storage is told in plain words`(
        status: Int, code: String, more: String, kind: Fault.Kind, words: String
    ) async throws {
        let server = try server { _ in
            let headers = status == 301 ? ["x-amz-bucket-region": "us-west-2"] : [:]
            return .init(
                status: status, headers: headers, body: code == "<html>" ? code : SigningServer.error(code, more))
        }
        defer { server.shut() }
        let fault = try await fault { try await MediaBench(url: server.url).check() }
        #expect(fault.kind == kind && fault.what.contains(words), "\(fault)")
        #expect(!"\(fault)".contains("AKIDEXAMPLE") && !"\(fault)".contains("said"))
    }

    @Test func `A page of something else is not an empty bucket, and a listed object must be readable`() async throws {
        let page = try server { _ in .init(body: "<html>welcome</html>") }
        defer { page.shut() }
        let wrong = try await fault { try await MediaBench(url: page.url).check() }
        #expect(wrong.kind == .invalid && wrong.what == "the answer is not a list of objects", "\(wrong)")
        let hollow = try server { request in
            request.query.isEmpty
                ? .init(status: 404, body: SigningServer.error("NoSuchKey")) : .init(body: Self.listing)
        }
        defer { hollow.shut() }
        let missing = try await fault { try await MediaBench(url: hollow.url).check() }
        #expect(missing.kind == .rejected && missing.what == "an object is listed, and cannot be read", "\(missing)")
    }

    @Test func `Nobody there is unreachable, and a broken write is decided by reading`() async throws {
        let gone = MediaBench(url: "http://127.0.0.1:\(try FreePort.take())")
        #expect(try await fault { try await gone.check() }.kind == .unreachable)

        let stored = Mutex("")
        let server = try server { request in
            switch request.method {
            case "PUT":
                stored.withLock { $0 = String(decoding: request.body, as: UTF8.self) }
                return .init(isCut: true)
            case "GET" where request.path.contains("handover-probe"): return .init(body: stored.withLock(\.self))
            case "GET": return request.query.isEmpty ? .init(status: 206, body: "x") : .init(body: Self.listing)
            default: return .init(status: 403, body: SigningServer.error("AccessDenied"))
            }
        }
        defer { server.shut() }
        let bench = MediaBench(url: server.url)
        let found = try await bench.command.examine(bench.context())
        let cut = try await fault { try await bench.command.act(bench.context(), on: found) }
        #expect(cut.kind == .uncertain, "\(cut)")
        let done = try await bench.command.verify(bench.context(), after: found)
        #expect(done.verdict == .done && done.sentence.contains("could not be deleted"), "\(done.sentence)")

        let other = try await bench.command.examine(bench.context())
        let stale = try await bench.command.verify(bench.context(), after: other)
        #expect(stale.verdict == .waiting && stale.sentence.hasSuffix("is not what was written"))
    }

    @Test func `The bucket's name may stand before the host`() {
        var bucket = MediaBench(url: "https://s3.example.org:9000").bucket
        #expect(BucketClient.url(of: bucket, "a b/c") == "https://s3.example.org:9000/ess-media/a%20b/c")
        bucket.isInPath = false
        #expect(BucketClient.url(of: bucket, "a b/c") == "https://ess-media.s3.example.org:9000/a%20b/c")
        #expect(
            BucketClient.url(of: bucket, nil, ["prefix": "a/=", "list-type": "2"])
                == "https://ess-media.s3.example.org:9000/?list-type=2&prefix=a%2F%3D")
    }

    @Test func `A key file with something else in it is refused without being repeated`() async throws {
        var bench = MediaBench(url: "https://s3.example.org")
        bench.accessKey = "[default] hidden=1"
        let fault = try await fault { try await bench.check() }
        #expect(fault.kind == .invalid && !"\(fault)".contains("hidden"), "\(fault)")
    }
}
