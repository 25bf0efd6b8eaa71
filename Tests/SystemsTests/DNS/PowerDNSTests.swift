import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("DNS: names are pointed at a site with PowerDNS")
struct DNSPowerDNSTests {
    @Test(arguments: ["rfc2136", "powerdns"])
    func `All names move at once, a second time changes nothing, and the undo leaves no trace`(
        driver: String
    ) async throws {
        try await TestNameServer.powerDNS { server in
            let before = try await server.zone()
            let bench = driver == "rfc2136" ? DNSBench.updates([server.server]) : DNSBench.powerDNS(server)
            let finding = try await bench.move()
            let verified = try await bench.command.verify(bench.context(), after: finding)
            #expect(verified.verdict == .done)
            #expect(verified.sentence.hasPrefix("all 2 names lead to dc2 at the name server; old answers may live"))
            let after = try await server.zone()
            #expect(after.records == DNSBench.atSecond)
            #expect(after.serial != before.serial)

            let again = try await bench.command.examine(bench.context(remembered: finding.facts))
            #expect(again.verdict == .done)
            try await bench.command.act(bench.context(), on: again)
            #expect(try await server.zone().serial == after.serial)

            let back = bench.context(remembered: finding.facts)
            let undo = try await bench.command.examineUndo(back)
            #expect(undo.verdict == .needed)
            try await bench.command.undo(back, on: undo)
            #expect(try await bench.command.examineUndo(back).verdict == .done)
            #expect(try await server.zone().records == before.records)
        }
    }

    @Test(arguments: ["rfc2136", "powerdns"])
    func `A long TTL is lowered, a short one and what the names lead to stay, and the undo puts it back`(
        driver: String
    ) async throws {
        try await TestNameServer.powerDNS(["short 20 IN A 192.0.2.12"]) { server in
            let before = try await server.zone()
            var bench = driver == "rfc2136" ? DNSBench.updates([server.server]) : DNSBench.powerDNS(server)
            bench.zone.ttlSeconds = 30
            bench.names["dc2"]?.append(DNSRecordSet("short.ess.test", .address4, ["192.0.2.12"], ttlSeconds: 30))
            let command = LowerTTLCommand(access: bench.access)
            let finding = try await command.examine(bench.context())
            #expect(finding.verdict == .needed)
            try await command.act(bench.context(), on: finding)
            let verified = try await command.verify(bench.context(), after: finding)
            #expect(verified.verdict == .done)
            #expect(
                verified.sentence.hasPrefix(
                    "all 3 names have a TTL of at most 30 s at the name server; old answers may live in caches until"))
            let long: Set = [
                "matrix.ess.test. 300 A 192.0.2.10", "element.ess.test. 300 A 192.0.2.11",
                "element.ess.test. 300 AAAA 2001:db8::11",
            ]
            let lowered = long.map { $0.replacingOccurrences(of: " 300 ", with: " 30 ") }
            #expect(before.records.isSuperset(of: long))
            #expect(try await server.zone().records == before.records.subtracting(long).union(lowered))

            let back = bench.context(remembered: finding.facts)
            #expect(try await command.examine(back).verdict == .done)
            try await command.undo(back, on: try await command.examineUndo(back))
            #expect(try await server.zone().records == before.records)
        }
    }

    @Test func `The API's refusals are told apart`() async throws {
        try await TestNameServer.powerDNS(["element IN TXT hello"]) { server in
            let before = try await server.zone()
            var bench = DNSBench.powerDNS(server)
            bench.apiKey = "wrong-key-nobody-may-see"
            let key = try await fault { try await bench.command.examine(bench.context()) }
            #expect(key.kind == .forbidden && key.what.contains("401"), "\(key)")

            let zone = try await fault {
                let bench = DNSBench.powerDNS(server, zone: "other.test")
                _ = try await bench.command.examine(bench.context())
            }
            #expect(zone.kind == .rejected && zone.what.hasPrefix("there is no zone other.test"), "\(zone)")

            let beside = try await fault { try await DNSBench.powerDNS(server).move() }
            #expect(beside.kind == .rejected && beside.what.contains("onflict"), "\(beside)")
            #expect(try await server.zone() == before)

            let gone = try await fault {
                var bench = DNSBench.powerDNS(server)
                bench.zone.driver = .powerDNS(
                    .init(url: "http://127.0.0.1:\(try FreePort.take())", key: .environment("API")))
                _ = try await bench.command.examine(bench.context())
            }
            #expect(gone.kind == .unreachable, "\(gone)")
        }
    }

    @Test func `What somebody else changed between looking and acting is a conflict`() async throws {
        try await TestNameServer.powerDNS { server in
            for bench in [DNSBench.powerDNS(server), DNSBench.updates([server.server])] {
                let finding = try await bench.command.examine(bench.context())
                var other = bench
                let address = "203.0.113.\(Int.random(in: 1...200))"
                other.names["dc2"] = [DNSRecordSet("matrix.ess.test", .address4, [address], ttlSeconds: 60)]
                try await other.move()
                let lost = try await fault { try await bench.command.act(bench.context(), on: finding) }
                #expect(lost.kind == .conflict, "\(lost)")
                #expect(try await server.zone().records.contains("matrix.ess.test. 60 A \(address)"))
            }
        }
    }

    @Test func `A disabled record is not lost without a word`() async throws {
        try await TestNameServer.powerDNS { server in
            let disabled: JSONValue = [
                "rrsets": [
                    [
                        "name": "matrix.ess.test.", "type": "A", "ttl": 60, "changetype": "REPLACE",
                        "records": [
                            ["content": "192.0.2.10", "disabled": false], ["content": "192.0.2.99", "disabled": true],
                        ],
                    ]
                ]
            ]
            let url = "http://127.0.0.1:\(server.apiPort)/api/v1/servers/localhost/zones/ess.test."
            let body = try disabled.encoded(at: "test")
            let written = try await HTTPClient().send(
                HTTPRequest(.patch, url, headers: ["X-API-Key": TestNameServer.apiKey], body: body))
            #expect(written.status == 204)
            let bench = DNSBench.powerDNS(server)
            let refused = try await fault { try await bench.command.examine(bench.context()) }
            #expect(refused.kind == .rejected && refused.what.contains("disabled"), "\(refused)")
        }
    }

    @Test func `A wrong secret is refused without a signature, and counts because nothing has changed`() async throws {
        try await TestNameServer.powerDNS { server in
            var bench = DNSBench.updates([server.server])
            bench.secret = TestNameServer.wrongSecret
            let refused = try await fault { try await bench.move() }
            #expect(refused.kind == .forbidden && refused.what.hasSuffix("the answer is not signed"), "\(refused)")
        }
    }

    @Test(arguments: [
        (500, Fault.Kind.unavailable), (503, .unavailable), (429, .throttled), (409, .conflict), (302, .invalid),
    ])
    func `What an API may answer besides`(status: Int, kind: Fault.Kind) {
        let key = Secret("k3y-value")
        let body = Data(#"{"error": "no: k3y-value \u001b[31m"}"#.utf8)
        let fault = PowerDNSFaults(place: "p", zone: "z", key: key).fault(HTTPResponse(status: status, body: body))
        #expect(fault.kind == kind)
        #expect(!"\(fault)".contains("k3y-value") && !"\(fault)".contains("\u{1B}"))
    }

    @Test func `A connection that breaks after the PATCH leaves it uncertain`() async throws {
        let listener = try Listener()
        defer { listener.shut() }
        listener.serve(isDNS: false) { _ in [] }
        let writer = PowerDNSWriter(
            zone: "ess.test", server: .init(url: "http://127.0.0.1:\(listener.port)", key: .environment("API")),
            secrets: OneSecret(), transport: HTTPClient())
        let looked = try await fault { try await writer.look(at: ["matrix.ess.test"]) }
        #expect(looked.kind == .unreachable, "\(looked)")
        let scripted = PowerDNSWriter(
            zone: "ess.test", server: .init(url: "http://127.0.0.1:\(listener.port)", key: .environment("API")),
            secrets: OneSecret(), transport: ReadsNothing())
        let change = ZoneChange(found: [], wanted: DNSBench.records["dc2"] ?? [])
        let written = try await fault { try await scripted.write(change) }
        #expect(written.kind == .uncertain, "\(written)")
    }

    private struct OneSecret: SecretSource {
        func value(of reference: SecretReference) throws(Fault) -> Secret { Secret("key") }
    }

    /// Reads are answered with an empty zone; everything else goes to the server that closes.
    private struct ReadsNothing: HTTPTransport {
        func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
            if request.method.isSafe { return HTTPResponse(status: 200, body: Data(#"{"rrsets": []}"#.utf8)) }
            return try await HTTPClient().send(request)
        }
    }
}
