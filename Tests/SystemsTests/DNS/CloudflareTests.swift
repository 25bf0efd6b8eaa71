import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("DNS: names are pointed at a site with Cloudflare, on a scripted server", .timeLimit(.minutes(1)))
struct DNSCloudflareTests {
    private typealias Record = CloudflareServer.Record

    private func with(
        _ records: [CloudflareServer.Record] = CloudflareServer.usual, zone: String = "ess.test", pageSize: Int = 100,
        instead: @escaping @Sendable (RawRequest) -> CloudflareServer.Answer? = { _ in nil },
        _ body: (CloudflareServer, DNSBench) async throws -> Void
    ) async throws {
        let server = try CloudflareServer(records, zone: zone, pageSize: pageSize, instead: instead)
        defer { server.shut() }
        try await body(server, DNSBench.cloudflare(server.url))
    }

    private func sorted(_ records: [CloudflareServer.Record]) -> [String] { records.map { "\($0)" }.sorted() }

    @Test func `All names move at once, a second time changes nothing, and the undo leaves no trace`() async throws {
        try await with { server, bench in
            let before = server.records
            let finding = try await bench.move()
            #expect(finding.sentence.contains("matrix.ess.test is A 192.0.2.10 (TTL 300) and will be A 198.51.100.20"))
            #expect(server.batches.count == 1)
            let verified = try await bench.command.verify(bench.context(), after: finding)
            #expect(verified.verdict == .done)
            #expect(
                verified.sentence.hasPrefix(
                    "all 2 names lead to dc2 at the provider, who was asked alone; old answers may live"))
            let look = try await bench.access.writer(for: bench.zone).look(at: ["matrix.ess.test", "element.ess.test"])
            #expect(Set(look.sets) == Set(DNSBench.records["dc2"] ?? []))
            #expect(
                server.records.contains { $0.type == "TXT" } && server.records.contains { $0.name == "other.ess.test" })

            let again = try await bench.command.examine(bench.context(remembered: finding.facts))
            #expect(again.verdict == .done)
            try await bench.command.act(bench.context(), on: again)
            #expect(server.batches.count == 1)

            let back = bench.context(remembered: finding.facts)
            let undo = try await bench.command.examineUndo(back)
            #expect(undo.verdict == .needed)
            try await bench.command.undo(back, on: undo)
            #expect(try await bench.command.examineUndo(back).verdict == .done)
            #expect(sorted(server.records) == sorted(before), "an automatic TTL is automatic again")
        }
    }

    @Test func `Only what differs is written: a value changes in place, and a comment goes on`() async throws {
        let records = [
            Record(name: "matrix.ess.test", type: "A", content: "192.0.2.10", ttl: 60, comment: "by the network team"),
            Record(name: "matrix.ess.test", type: "A", content: "198.51.100.21", ttl: 60),
            Record(name: "element.ess.test", type: "A", content: "192.0.2.11", ttl: 60, comment: "web"),
        ]
        try await with(records) { server, bench in
            try await bench.move()
            #expect(
                server.batches == [
                    [
                        "deletes": [["id": "id3"]],
                        "patches": [
                            [
                                "id": "id1", "name": "matrix.ess.test", "type": "A", "content": "198.51.100.20",
                                "ttl": 60,
                                "proxied": false,
                            ]
                        ],
                        "posts": [
                            [
                                "name": "matrix.ess.test", "type": "AAAA", "content": "2001:db8:2::20", "ttl": 60,
                                "proxied": false, "comment": "by the network team",
                            ],
                            [
                                "name": "element.ess.test", "type": "CNAME", "content": "dc2.example.org", "ttl": 60,
                                "proxied": false, "comment": "web",
                            ],
                        ],
                    ]
                ])
            #expect(server.records.first?.comment == "by the network team")
        }
    }

    @Test func `What is proxied stays proxied, is verified by the API alone, and comes back as it was`() async throws {
        let records = [
            Record(name: "matrix.ess.test", type: "A", content: "192.0.2.10", ttl: 1, proxied: true),
            Record(name: "element.ess.test", type: "A", content: "192.0.2.11", ttl: 1, proxied: true),
        ]
        try await with(records) { server, bench in
            var bench = bench
            // Nobody answers there, and nobody is asked: it would be Cloudflare's own addresses.
            bench.zone.servers = [DNSZone.Server(address: .thisMachine, port: try FreePort.take())]
            let finding = try await bench.move()
            #expect(finding.sentence.contains("matrix.ess.test is A 192.0.2.10 (proxied) and will be A 198.51.100.20"))
            let verified = try await bench.command.verify(bench.context(), after: finding)
            #expect(verified.verdict == .done)
            #expect(verified.sentence == "all 2 names lead to dc2 at the provider, who was asked alone")
            #expect(server.records.count == 4 && server.records.allSatisfy { $0.proxied && $0.ttl == 1 })

            let back = bench.context(remembered: finding.facts)
            try await bench.command.undo(back, on: try await bench.command.examineUndo(back))
            #expect(sorted(server.records) == sorted(records))
        }
    }

    @Test func `What is not proxied is also asked for at the servers that are named`() async throws {
        try await TestNameServer.bind { secondary in
            let records =
                CloudflareServer.usual + [
                    Record(name: "shop.ess.test", type: "A", content: "192.0.2.10", ttl: 1, proxied: true)
                ]
            try await with(records) { server, bench in
                var bench = bench
                bench.zone.servers = [secondary.server]
                bench.names["dc2"]?.append(DNSRecordSet("shop.ess.test", .address4, ["198.51.100.20"], ttlSeconds: 60))
                let finding = try await bench.move()
                let lagging = try await bench.command.verify(bench.context(), after: finding)
                #expect(lagging.verdict == .waiting && lagging.sentence.contains("127.0.0.1:\(secondary.port)"))
                #expect(!lagging.sentence.contains("shop"))
                var updates = DNSBench.updates([secondary.server])
                updates.names = DNSBench.records
                try await updates.move()
                let done = try await bench.command.verify(bench.context(), after: finding)
                #expect(done.verdict == .done)
                #expect(
                    done.sentence.hasPrefix(
                        "all 3 names lead to dc2 at the name server, and what is proxied at the provider;"))
            }
        }
    }

    @Test(arguments: [
        (
            [
                Record(name: "matrix.ess.test", type: "A", content: "192.0.2.10", ttl: 1, proxied: true),
                Record(name: "matrix.ess.test", type: "AAAA", content: "2001:db8::1", ttl: 60),
            ], "some records of matrix.ess.test are proxied and some are not"
        ),
        (
            [
                Record(name: "matrix.ess.test", type: "A", content: "192.0.2.10", ttl: 60),
                Record(name: "matrix.ess.test", type: "A", content: "192.0.2.11", ttl: 120),
            ], "the A records of matrix.ess.test have several TTLs"
        ),
        (
            [
                Record(
                    name: "matrix.ess.test", type: "CNAME", content: "a.example.org", ttl: 60,
                    settings: ["flatten_cname": true])
            ], "has settings of its own (flatten_cname), which would be lost"
        ),
    ])
    func `Records that could not be put back as they were are not touched`(
        records: [CloudflareServer.Record], words: String
    ) async throws {
        try await with(records) { server, bench in
            let refused = try await fault { try await bench.command.examine(bench.context()) }
            #expect(refused.kind == .rejected && refused.what.contains(words), "\(refused)")
            #expect(server.records == records)
        }
    }

    @Test func `A long list is read to its end`() async throws {
        let records = (1...7).map {
            Record(name: "matrix.ess.test", type: "A", content: "192.0.2.\($0)", ttl: 60)
        }
        try await with(records, pageSize: 3) { _, bench in
            let look = try await bench.access.writer(for: bench.zone).look(at: ["matrix.ess.test"])
            #expect(look.sets.first?.values.count == 7)
        }
    }

    private static let refusals: [(CloudflareServer.Answer, Fault.Kind, String)] = [
        (CloudflareServer.refusal(401, 1000, "Invalid API Token"), .forbidden, "does not know the token"),
        (CloudflareServer.refusal(403, 9109, "Unauthorized to access requested resource"), .forbidden, "9109"),
        (
            CloudflareServer.refusal(
                400, 6003, "Invalid request headers",
                chain: [["code": 6111, "message": "Invalid format for Authorization header"]]),
            .forbidden, "6111 Invalid format"
        ),
        (CloudflareServer.refusal(404, 7003, "Could not route"), .rejected, "there is no zone"),
        (CloudflareServer.refusal(400, 7003, "Could not route"), .rejected, "there is no zone"),
        (CloudflareServer.refusal(429, 971, "Please wait"), .throttled, "come back later"),
        (CloudflareServer.refusal(400, 81053, "An A, AAAA, or CNAME record"), .conflict, "nothing was changed"),
        (CloudflareServer.refusal(400, 81054, "A CNAME record"), .conflict, "81054"),
        (CloudflareServer.refusal(400, 81058, "An identical record"), .conflict, "81058"),
        (
            CloudflareServer.refusal(
                400, 1004, "DNS Validation Error",
                chain: [["code": 9021, "message": "Invalid TTL. Must be between 60 and 86400 seconds"]]),
            .rejected, "9021 Invalid TTL"
        ),
        (CloudflareServer.refusal(200, 1004, "a no in the body"), .rejected, "a no in the body"),
        (.init(body: ["success": false]), .rejected, "does not accept"),
        (.init(status: 503, body: nil, text: "<html>"), .uncertain, "failed (503); the change was sent and may"),
        (.init(status: 524, body: nil, text: ""), .uncertain, "may have taken effect"),
        (.init(body: nil, text: #"{"success":true,"res"#), .uncertain, "or not whole"),
        (.init(body: ["result": []]), .uncertain, "is not one of Cloudflare's API"),
        (.init(status: 302, body: nil, text: ""), .uncertain, "is not one of Cloudflare's API"),
    ]

    @Test(arguments: refusals.indices)
    func `Each refusal of a change is told in plain words, without the token`(index: Int) async throws {
        let (answer, kind, words) = Self.refusals[index]
        try await with(instead: { $0.method == "POST" ? answer : nil }) { server, bench in
            let told = try await fault { try await bench.move() }
            #expect(told.kind == kind && told.what.contains(words), "\(told)")
            #expect(!"\(told)".contains(CloudflareServer.token))
            #expect(server.records == CloudflareServer.usual)
        }
    }

    @Test func `What only asks has changed nothing, and a wait that is asked for is kept to`() async throws {
        let slow = CloudflareServer.Answer(
            status: 429, headers: ["Retry-After": "7"], body: ["success": false, "errors": []])
        let cases: [(CloudflareServer.Answer, Fault.Kind)] = [
            (slow, .throttled), (.init(status: 502, body: nil, text: ""), .unavailable),
            (.init(body: nil, text: #"{"success":tr"#), .invalid),
            (CloudflareServer.refusal(200, 10000, CloudflareServer.token), .forbidden),
        ]
        for (answer, kind) in cases {
            try await with(instead: { _ in answer }) { _, bench in
                let told = try await fault { try await bench.command.examine(bench.context()) }
                #expect(told.kind == kind, "\(told)")
                #expect(told.retryAfterMilliseconds == (kind == .throttled ? 7000 : nil))
                #expect(!"\(told)".contains(CloudflareServer.token))
            }
        }
    }

    @Test func `An id of another zone is found before a name is made there`() async throws {
        try await with(zone: "other.test") { server, bench in
            let told = try await fault { try await bench.command.examine(bench.context()) }
            #expect(told.kind == .rejected && told.what.contains("is other.test, not ess.test"), "\(told)")
            #expect(server.seen.count == 1)
        }
    }

    @Test func `What somebody else changed between looking and acting is a conflict`() async throws {
        try await with { server, bench in
            let finding = try await bench.command.examine(bench.context())
            server.add(Record(name: "matrix.ess.test", type: "A", content: "203.0.113.7", ttl: 300))
            let lost = try await fault { try await bench.command.act(bench.context(), on: finding) }
            #expect(lost.kind == .conflict, "\(lost)")
            #expect(server.batches == [])
        }
    }

    @Test func `A run comes back after a 429, and no token is in the journal`() async throws {
        let first = Once()
        let slow = CloudflareServer.refusal(429, 971, "Please wait")
        try await with(instead: { $0.method == "POST" && first.isFirst ? slow : nil }) { server, _ in
            let files = [
                "token": CloudflareServer.token + "\n",
                "topology.yaml": """
                name: test
                dns: {driver: cloudflare, zone: ess.test, zoneID: \(CloudflareServer.zoneID), url: "\(server.url)", apiTokenFile: token}
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
                #expect(server.records.first?.content == "198.51.100.20" && server.batches.count == 2)
                let shown = await [ran.text, handover.call("journal", "export").text]
                #expect(!shown.joined().contains(CloudflareServer.token))
                let isKept = try handover.journalHolds(CloudflareServer.token)
                #expect(!isKept)
            }
        }
    }
}
