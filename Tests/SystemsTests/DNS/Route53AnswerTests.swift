import FailoverModel
import Foundation
import Synchronization
import Testing

@testable import Systems

@Suite("DNS: what Route 53 may answer, from a server that checks every signature", .timeLimit(.minutes(1)))
struct DNSRoute53AnswerTests {
    /// The hosted zone `ess.test` with one name, and how it answers changes.
    private final class Zone: Sendable {
        let address = Mutex("192.0.2.10")
        let posts = Mutex(0)
        private let record: String
        private let change: @Sendable (Int) -> SigningServer.Answer?
        private let status: @Sendable () -> SigningServer.Answer

        init(
            record: String? = nil, change: @escaping @Sendable (Int) -> SigningServer.Answer? = { _ in nil },
            status: @escaping @Sendable () -> SigningServer.Answer = { .init(body: Zone.info("INSYNC")) }
        ) {
            self.record =
                record
                ?? "<TTL>300</TTL><ResourceRecords><ResourceRecord><Value>ADDRESS</Value></ResourceRecord></ResourceRecords>"
            (self.change, self.status) = (change, status)
        }

        static func info(_ status: String) -> String {
            "<ChangeInfo><Id>/change/C123</Id><Status>\(status)</Status></ChangeInfo>"
        }

        func answer(_ request: RawRequest) -> SigningServer.Answer {
            switch (request.method, request.path) {
            case ("GET", "/2013-04-01/hostedzone/Z1"):
                return .init(
                    body:
                        "<GetHostedZoneResponse><HostedZone><Name>ess.test.</Name></HostedZone></GetHostedZoneResponse>"
                )
            case ("GET", "/2013-04-01/hostedzone/Z1/rrset"):
                let set = record.replacing("ADDRESS", with: address.withLock(\.self))
                return .init(
                    body: """
                        <ListResourceRecordSetsResponse><ResourceRecordSets><ResourceRecordSet><Name>matrix.ess.test.</Name>\
                        <Type>A</Type>\(set)</ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated>\
                        </ListResourceRecordSetsResponse>
                        """)
            case ("POST", "/2013-04-01/hostedzone/Z1/rrset/"):
                if let answer = change(
                    posts.withLock {
                        $0 += 1; return $0
                    })
                {
                    return answer
                }
                address.withLock { $0 = XMLText(request.body)["Value"] ?? "" }
                return .init(body: Self.info("PENDING"))
            case ("GET", "/2013-04-01/change/C123"): return status()
            default: return .init(status: 404)
            }
        }
    }

    private static let verifier = SignatureVerifier(region: "us-east-1", service: "route53")
    private static let change = ZoneChange(
        found: [DNSRecordSet("matrix.ess.test", .address4, ["192.0.2.10"], ttlSeconds: 300)],
        wanted: [DNSRecordSet("matrix.ess.test", .address4, ["198.51.100.20"], ttlSeconds: 60)])

    private func with(
        _ zone: Zone, _ body: (SigningServer, Route53Writer) async throws -> Void
    ) async throws {
        let server = try SigningServer(Self.verifier) { zone.answer($0) }
        defer { server.shut() }
        let bench = DNSBench.route53(server.url)
        var writer = try #require(bench.access.writer(for: bench.zone) as? Route53Writer)
        writer.pauseMilliseconds = 1
        try await body(server, writer)
        #expect(server.refused == [])
    }

    @Test func `A change is one batch, and is waited for until it is at all servers`() async throws {
        let left = Mutex(3)
        let zone = Zone(status: {
            .init(
                body: Zone.info(
                    left.withLock {
                        $0 -= 1; return $0
                    } > 0 ? "PENDING" : "INSYNC"))
        })
        try await with(zone) { server, writer in
            try await writer.write(Self.change)
            #expect(left.withLock(\.self) == 0)
            let post = try #require(server.seen.first { $0.method == "POST" })
            #expect(post.header("content-type") == "text/xml")
            #expect(
                String(decoding: post.body, as: UTF8.self) == """
                    <?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest \
                    xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Comment>handover</Comment><Changes>\
                    <Change><Action>UPSERT</Action><ResourceRecordSet><Name>matrix.ess.test.</Name><Type>A</Type><TTL>60</TTL>\
                    <ResourceRecords><ResourceRecord><Value>198.51.100.20</Value></ResourceRecord></ResourceRecords>\
                    </ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>
                    """)
        }
    }

    @Test func `A CNAME is deleted before the addresses that take its place`() {
        let alias = DNSRecordSet("e.ess.test", .alias, ["dc1.example.org"], ttlSeconds: 60)
        let address = DNSRecordSet("e.ess.test", .address4, ["192.0.2.1"], ttlSeconds: 60)
        let batch = XMLText(Data(Route53Records.batch(ZoneChange(found: [alias], wanted: [address])).utf8))
        #expect(batch.elements("Change").map { $0["Action"] } == ["DELETE", "UPSERT"])
        #expect(batch.elements("Change").map { $0["Value"] } == ["dc1.example.org.", "192.0.2.1"])
    }

    @Test func `A change that does not arrive, or cannot be followed, is uncertain and not failed`() async throws {
        for answer in [
            SigningServer.Answer(body: Zone.info("PENDING")), .init(status: 500), .init(status: 403),
            .init(isCut: true),
        ] {
            try await with(Zone(status: { answer })) { _, writer in
                let fault = try await fault { try await writer.write(Self.change) }
                #expect(fault.kind == .uncertain, "\(fault)")
            }
        }
    }

    @Test(arguments: [
        (400, "PriorRequestNotComplete", "", Fault.Kind.throttled, "asks to come back later"),
        (400, "Throttling", "Rate exceeded", .throttled, "asks to come back later"),
        (
            400, "InvalidChangeBatch", "[RRSet of type CNAME &lt;x&gt;]", .rejected,
            "the records: [RRSet of type CNAME <x>]"
        ),
        (403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2", .rejected, "clock"),
        (403, "SignatureDoesNotMatch", "The request signature we calculated", .forbidden, "the secret key is not"),
        (403, "AccessDenied", "", .forbidden, "does not let the key do this"),
        (503, "", "", .unavailable, "failed (503)"),
    ])
    func `An error is told in plain words, and nothing has changed`(
        status: Int, code: String, message: String, kind: Fault.Kind, words: String
    ) async throws {
        let body =
            "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
        let answer = SigningServer.Answer(status: status, body: code.isEmpty ? "" : body)
        try await with(Zone(change: { _ in answer })) { _, writer in
            let fault = try await fault { try await writer.write(Self.change) }
            #expect(fault.kind == kind && fault.what.contains(words), "\(fault)")
        }
    }

    @Test(arguments: [
        "<AliasTarget><DNSName>elb.example.org.</DNSName></AliasTarget>",
        "<SetIdentifier>eu</SetIdentifier><Weight>1</Weight><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>",
    ])
    func `A record that could not be put back as it was is not touched`(record: String) async throws {
        try await with(Zone(record: record)) { _, writer in
            let fault = try await fault { try await writer.look(at: ["matrix.ess.test"]) }
            #expect(fault.kind == .rejected && fault.what.contains("is not a simple one"), "\(fault)")
        }
    }

    @Test func `A run comes back after PriorRequestNotComplete, and no key is in the journal`() async throws {
        let prior = SigningServer.Answer(
            status: 400, body: "<ErrorResponse><Error><Code>PriorRequestNotComplete</Code></Error></ErrorResponse>")
        let zone = Zone(change: { $0 == 1 ? prior : nil })
        let server = try SigningServer(Self.verifier) { zone.answer($0) }
        defer { server.shut() }
        let files = [
            "access": Self.verifier.accessKey, "secret": Self.verifier.secretKey,
            "topology.yaml": """
            name: test
            dns: {driver: route53, zone: ess.test, ttl: 5m, hostedZone: Z1, url: "\(server.url)", accessKeyFile: access, secretKeyFile: secret}
            sites:
              dc1: {dns: {matrix.ess.test: {A: [192.0.2.10]}}}
              dc2: {dns: {matrix.ess.test: {A: [198.51.100.20]}}}
            """,
            "runbook.yaml": """
            name: names
            title: Move the names
            phases:
              - id: names
                title: Names
                steps:
                  - {id: names, command: dns.point, site: to, retry: {attempts: 3, first: 10ms, most: 20ms}}
            """,
        ]
        try await HandoverInFolder.run(files) { handover in
            let ran = await handover.call("run", "--from", "dc1", "--to", "dc2", "--yes")
            #expect(ran.code == 0, "\(ran.text)")
            #expect(zone.posts.withLock(\.self) == 2 && zone.address.withLock(\.self) == "198.51.100.20")
            for secret in [Self.verifier.accessKey, Self.verifier.secretKey] {
                #expect(!ran.text.contains(secret))
                let isKept = try handover.journalHolds(secret)
                #expect(!isKept)
            }
        }
        #expect(server.refused == [])
    }
}
