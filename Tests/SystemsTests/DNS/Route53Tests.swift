import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("DNS: names are pointed at a site with Route 53, on moto", .timeLimit(.minutes(2)))
struct DNSRoute53Tests {
    private func bench(_ server: MotoServer, _ keys: MotoServer.Keys? = nil, zone: String = "ess.test") -> DNSBench {
        var bench = DNSBench.route53(server.url, id: server.zone, zone: zone)
        (bench.accessKey, bench.secretKey) = ((keys ?? server.all).access, (keys ?? server.all).secret)
        return bench
    }

    private func records(_ bench: DNSBench) async throws -> Set<DNSRecordSet> {
        Set(try await bench.access.writer(for: bench.zone).look(at: ["matrix.ess.test", "element.ess.test"]).sets)
    }

    @Test func `All names move at once, a second time changes nothing, and the undo leaves no trace`() async throws {
        try await MotoServer.run { server in
            let bench = bench(server)
            let before = try await records(bench)
            #expect(before.count == 3)
            let finding = try await bench.move()
            #expect(finding.sentence.contains("matrix.ess.test is A 192.0.2.10 (TTL 300) and will be A 198.51.100.20"))
            #expect(try await records(bench) == Set(DNSBench.records["dc2"] ?? []))
            let verified = try await bench.command.verify(bench.context(), after: finding)
            #expect(verified.verdict == .done)
            #expect(
                verified.sentence.hasPrefix("all 2 names lead to dc2 at the provider, who was asked alone; old answers")
            )
            #expect(try await bench.command.examine(bench.context(remembered: finding.facts)).verdict == .done)

            let back = bench.context(remembered: finding.facts)
            let undo = try await bench.command.examineUndo(back)
            #expect(undo.verdict == .needed)
            try await bench.command.undo(back, on: undo)
            #expect(try await records(bench) == before)
            #expect(try await bench.command.examineUndo(back).verdict == .done)
        }
    }

    @Test func `Refusals are told apart and change nothing, and no secret is in them`() async throws {
        try await MotoServer.run { server in
            var stranger = bench(server)
            stranger.accessKey = "AKIANOBODY"
            var wrong = bench(server)
            wrong.secretKey = "secret-nobody-may-see"
            var gone = bench(server)
            gone.zone.driver = DNSBench.route53(server.url, id: "ZGONE").zone.driver
            let cases: [(DNSBench, Fault.Kind, String)] = [
                (stranger, .forbidden, "does not know the access key"), (wrong, .forbidden, "SignatureDoesNotMatch"),
                (bench(server, server.reader), .forbidden, "does not let the key do this"),
                (gone, .rejected, "there is no hosted zone ZGONE"),
                (bench(server, zone: "other.test"), .rejected, "is ess.test, not other.test"),
            ]
            let before = try await records(bench(server))
            for (bench, kind, words) in cases {
                let fault = try await fault { try await bench.move() }
                #expect(fault.kind == kind && fault.what.contains(words), "\(fault)")
                #expect(!"\(fault)".contains(bench.secretKey) && !"\(fault)".contains(bench.accessKey))
            }
            #expect(try await records(bench(server)) == before)
        }
    }

    @Test func `What somebody else changed between looking and acting is a conflict`() async throws {
        try await MotoServer.run { server in
            let bench = bench(server)
            let finding = try await bench.command.examine(bench.context())
            var other = bench
            other.names["dc2"] = [DNSRecordSet("matrix.ess.test", .address4, ["203.0.113.7"], ttlSeconds: 60)]
            try await other.move()
            let between = try await records(bench)
            let lost = try await fault { try await bench.command.act(bench.context(), on: finding) }
            #expect(lost.kind == .conflict, "\(lost)")
            #expect(try await records(bench) == between)
        }
    }
}
