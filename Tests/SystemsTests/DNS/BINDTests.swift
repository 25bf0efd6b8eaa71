import FailoverModel
import Foundation
import Testing

@testable import Systems

@Suite("DNS: names are pointed at a site with BIND 9")
struct DNSBINDTests {
    @Test func `All names move at once, a second time changes nothing, and the undo leaves no trace`() async throws {
        try await TestNameServer.bind { server in
            let before = try await server.zone()
            let bench = DNSBench.updates([server.server])
            let finding = try await bench.command.examine(bench.context())
            #expect(
                finding.sentence
                    == "matrix.ess.test is A 192.0.2.10 (TTL 300) and will be A 198.51.100.20 198.51.100.21, "
                    + "AAAA 2001:db8:2::20 (TTL 60); element.ess.test is A 192.0.2.11, AAAA 2001:db8::11 (TTL 300) "
                    + "and will be CNAME dc2.example.org (TTL 60)"
            )
            try await bench.command.act(bench.context(), on: finding)
            let verified = try await bench.command.verify(bench.context(), after: finding)
            #expect(verified.verdict == .done)
            #expect(
                verified.sentence.hasPrefix(
                    "all 2 names lead to dc2 at the name server; old answers may live in caches until 2"))
            let after = try await server.zone()
            #expect(after.records == DNSBench.atSecond)
            #expect(after.serial == "2", "one update for all")

            let again = try await bench.command.examine(bench.context(remembered: finding.facts))
            #expect(again.verdict == .done && again.facts["before"] == finding.facts["before"])
            try await bench.command.act(bench.context(), on: again)
            #expect(try await server.zone().serial == "2")

            let back = bench.context(remembered: finding.facts)
            let undo = try await bench.command.examineUndo(back)
            #expect(undo.verdict == .needed)
            try await bench.command.undo(back, on: undo)
            #expect(try await bench.command.examineUndo(back).verdict == .done)
            #expect(try await server.zone().records == before.records)
        }
    }

    @Test(arguments: [("failover384", DNSZone.UpdateKey.Algorithm.sha384), ("failover512", .sha512)])
    func `Longer signatures are understood`(key: String, algorithm: DNSZone.UpdateKey.Algorithm) async throws {
        try await TestNameServer.bind { server in
            try await DNSBench.updates([server.server], key: key, algorithm).move()
            #expect(try await server.zone().records == DNSBench.atSecond)
        }
    }

    @Test func `The zone is moved back and forth, aliases and addresses taking each other's place`() async throws {
        try await TestNameServer.bind { server in
            let bench = DNSBench.updates([server.server])
            for site in ["dc2", "dc1", "dc2"] { try await bench.move(to: site) }
            #expect(try await server.zone().records == DNSBench.atSecond)
        }
    }

    @Test func `A wrong secret, an unknown key, an unknown zone and a wrong clock are told apart`() async throws {
        try await TestNameServer.bind { server in
            let before = try await server.zone()
            var bench = DNSBench.updates([server.server])
            bench.secret = TestNameServer.wrongSecret
            let signature = try await fault { try await bench.move() }
            #expect(signature.kind == .forbidden && signature.what.contains("BADSIG"), "\(signature)")
            #expect(signature.what.hasSuffix("the answer is not signed"))

            let unknown = try await fault { try await DNSBench.updates([server.server], key: "stranger").move() }
            #expect(unknown.kind == .forbidden && unknown.what.contains("BADKEY"), "\(unknown)")

            bench = DNSBench.updates([server.server])
            bench.clockAhead = -3600
            let clock = try await fault { try await bench.move() }
            #expect(clock.kind == .forbidden && clock.what.contains("(BADTIME): its clock is 36"), "\(clock)")
            #expect(!clock.what.contains("not signed") && clock.next.hasPrefix("Compare the clocks"))

            let zone = try await fault {
                try await DNSBench.updates([server.server], zone: "other.test").command.records.access.writer(
                    for: DNSBench.updates([server.server], zone: "other.test").zone
                ).write(ZoneChange(found: [], wanted: DNSBench.records["dc2"] ?? []))
            }
            #expect(zone.kind == .rejected && zone.what.contains("not the primary server"), "\(zone)")
            #expect(try await server.zone() == before)
        }
    }

    @Test func `A wrong key and a wrong clock are found by looking, and by the update all the same`() async throws {
        try await TestNameServer.bind { server in
            let names = ["matrix.ess.test", "element.ess.test"]
            let found = try await NameServer(server: server.server, transport: TCPTransport()).look(at: names).sets
            for (secret, clockAhead) in [(TestNameServer.wrongSecret, 0), (TestNameServer.secret, 3600)] {
                var bench = DNSBench.updates([server.server])
                bench.secret = secret
                bench.clockAhead = Int64(clockAhead)
                let looked = try await fault { try await bench.command.examine(bench.context()) }
                let written = try await fault {
                    let change = ZoneChange(found: found, wanted: DNSBench.records["dc2"] ?? [])
                    try await bench.access.writer(for: bench.zone).write(change)
                }
                #expect(looked.kind == .forbidden && written.kind == .forbidden)
                #expect(looked.what.prefix(40) == written.what.prefix(40), "\(looked) \(written)")
            }
        }
    }

    @Test func `A name that the key may not change is forbidden, and no other name is changed`() async throws {
        try await TestNameServer.bind(["secret IN A 192.0.2.12"]) { server in
            let before = try await server.zone()
            var bench = DNSBench.updates([server.server])
            bench.names["dc2"]?.append(DNSRecordSet("secret.ess.test", .address4, ["198.51.100.22"], ttlSeconds: 60))
            let refused = try await fault { try await bench.move() }
            #expect(refused.kind == .forbidden && refused.what.contains("REFUSED"), "\(refused)")
            #expect(try await server.zone() == before)
        }
    }

    @Test func `What somebody else changed between looking and acting is a conflict`() async throws {
        try await TestNameServer.bind { server in
            let bench = DNSBench.updates([server.server])
            let finding = try await bench.command.examine(bench.context())
            var other = bench
            other.names["dc2"] = [DNSRecordSet("matrix.ess.test", .address4, ["203.0.113.9"], ttlSeconds: 60)]
            try await other.move()
            let lost = try await fault { try await bench.command.act(bench.context(), on: finding) }
            #expect(lost.kind == .conflict && lost.what.contains("NXRRSET"), "\(lost)")
            #expect(try await server.zone().records.contains("matrix.ess.test. 60 A 203.0.113.9"))
        }
    }

    @Test func `A record that came in the meantime is a conflict`() async throws {
        try await TestNameServer.bind { server in
            let bench = DNSBench.updates([server.server])
            let finding = try await bench.command.examine(bench.context())
            var other = bench
            other.names["dc2"] = [
                DNSRecordSet("matrix.ess.test", .address4, ["192.0.2.10"], ttlSeconds: 300),
                DNSRecordSet("matrix.ess.test", .address6, ["2001:db8::9"], ttlSeconds: 60),
            ]
            try await other.move()
            let lost = try await fault { try await bench.command.act(bench.context(), on: finding) }
            #expect(lost.kind == .conflict && lost.what.contains("YXRRSET"), "\(lost)")
        }
    }

    @Test func `A CNAME beside other records is refused by the update itself, not passed over`() async throws {
        try await TestNameServer.bind(["element IN TXT hello"]) { server in
            let before = try await server.zone()
            let lost = try await fault { try await DNSBench.updates([server.server]).move() }
            #expect(lost.kind == .conflict && lost.next.contains("CNAME"), "\(lost)")
            #expect(try await server.zone() == before)
        }
    }

    @Test func `A CNAME in the way of addresses goes, and the undo brings it back`() async throws {
        try await TestNameServer.bind { server in
            let bench = DNSBench.updates([server.server])
            try await bench.move()
            var next = bench
            next.names["dc3"] = [
                DNSRecordSet("element.ess.test", .address4, ["203.0.113.30"], ttlSeconds: 120),
                DNSRecordSet("matrix.ess.test", .address4, ["203.0.113.31"], ttlSeconds: 120),
            ]
            let finding = try await next.move(to: "dc3")
            #expect(
                finding.sentence.contains(
                    "element.ess.test is CNAME dc2.example.org (TTL 60) and will be A 203.0.113.30 (TTL 120)"))
            let back = next.context("dc3", remembered: finding.facts)
            try await next.command.undo(back, on: try await next.command.examineUndo(back))
            #expect(try await server.zone().records.isSuperset(of: DNSBench.atSecond))
        }
    }

    @Test func `The undo leaves alone what somebody has changed since, and says so`() async throws {
        try await TestNameServer.bind { server in
            let bench = DNSBench.updates([server.server])
            let finding = try await bench.move()
            var other = bench
            other.names["dc2"] = [DNSRecordSet("matrix.ess.test", .address4, ["203.0.113.9"], ttlSeconds: 60)]
            try await other.move()
            let back = bench.context(remembered: finding.facts)
            let undo = try await bench.command.examineUndo(back)
            #expect(undo.verdict == .needed)
            #expect(
                undo.sentence.hasSuffix(
                    "changed by somebody since, and left alone: matrix.ess.test is A 203.0.113.9 (TTL 60)"))
            try await bench.command.undo(back, on: undo)
            #expect(try await bench.command.examineUndo(back).verdict == .done)
            let records = try await server.zone().records
            #expect(records.contains("element.ess.test. 300 A 192.0.2.11"))
            #expect(records.contains("matrix.ess.test. 60 A 203.0.113.9"))
        }
    }

    @Test func `A TTL that differs is a difference`() async throws {
        try await TestNameServer.bind { server in
            var bench = DNSBench.updates([server.server])
            bench.names["dc2"] = [DNSRecordSet("matrix.ess.test", .address4, ["192.0.2.10"], ttlSeconds: 60)]
            try await bench.move()
            #expect(try await server.zone().records.contains("matrix.ess.test. 60 A 192.0.2.10"))
        }
    }

    @Test func `A secondary that lags is waited for by name, until it has the zone`() async throws {
        try await TestNameServer.bind { primary in
            try await TestNameServer.bind(secondaryOf: primary.port) { secondary in
                let bench = DNSBench.updates([primary.server, secondary.server])
                let finding = try await bench.move()
                let waiting = try await bench.command.verify(bench.context(), after: finding)
                #expect(waiting.verdict == .waiting)
                #expect(
                    waiting.sentence.hasPrefix(
                        "the change is made; not all name servers answer it yet: \(secondary.server) (matrix.ess.test A"
                    )
                )
                #expect(try await bench.command.examine(bench.context()).verdict == .waiting)
                try await secondary.notify()
                var last = waiting
                for _ in 0..<200 where last.verdict == .waiting {
                    try await Task.sleep(for: .milliseconds(100))
                    last = try await bench.command.verify(bench.context(), after: finding)
                }
                #expect(last.verdict == .done)
                #expect(last.sentence.hasPrefix("all 2 names lead to dc2 at all 2 name servers; old answers"))
                #expect(try await secondary.zone().records == DNSBench.atSecond)
            }
        }
    }

    @Test func `A secondary that nobody can ask is a person's decision, before anything is changed`() async throws {
        try await TestNameServer.bind { server in
            let gone = DNSZone.Server(address: .thisMachine, port: try FreePort.take())
            let bench = DNSBench.updates([server.server, gone])
            let refused = try await bench.command.examine(bench.context())
            #expect(refused.verdict == .refused(rule: "silent-name-servers", acceptance: "silent-name-servers"))
            #expect(
                refused.sentence.hasPrefix(
                    "1 of 2 name servers cannot be asked: \(gone) (the connection was refused)"))
            let accepted = bench.context(accepted: ["silent-name-servers"])
            let finding = try await bench.command.examine(accepted)
            #expect(finding.verdict == .needed)
            try await bench.command.act(accepted, on: finding)
            let done = try await bench.command.verify(accepted, after: finding)
            #expect(done.verdict == .done)
            #expect(
                done.sentence.contains("at 1 of 2 name servers; \(gone) cannot be asked, and a person said to go on"))
        }
    }

    @Test func `A server that has not the zone is a fault, not a lagging one`() async throws {
        try await TestNameServer.bind { server in
            var bench = DNSBench.updates([server.server])
            bench.names["dc2"] = [DNSRecordSet("www.other.test", .address4, ["192.0.2.1"], ttlSeconds: 60)]
            let refused = try await fault { try await bench.command.examine(bench.context()) }
            #expect(refused.kind == .rejected && refused.what.contains("REFUSED"), "\(refused)")
        }
    }

    @Test func `A delegated name is not ours to answer for`() async throws {
        try await TestNameServer.bind(["sub IN NS ns.sub.ess.test.", "ns.sub IN A 127.0.0.1"]) { server in
            var bench = DNSBench.updates([server.server])
            bench.names["dc2"] = [DNSRecordSet("www.sub.ess.test", .address4, ["192.0.2.1"], ttlSeconds: 60)]
            let refused = try await fault { try await bench.command.examine(bench.context()) }
            #expect(refused.kind == .rejected && refused.what.contains("not as a server that has the zone"))
        }
    }
}
