import FailoverModel
import Foundation
import Testing

@testable import Systems

/// The same faults over every driver, each with the server it is for: BIND, PowerDNS, moto, and a scripted Cloudflare.
@Suite("DNS: what may go wrong, with every driver", .timeLimit(.minutes(2)))
struct DNSDriverFaultTests {
    enum Driver: String, CaseIterable, Sendable { case rfc2136, powerdns, route53, cloudflare }

    /// A driver that reaches its server through something that breaks.
    struct Stage {
        var bench: DNSBench
        var proxy: BreakingProxy

        var names: [String] { ["matrix.ess.test", "element.ess.test"] }

        func records() async throws -> Set<DNSRecordSet> {
            Set(try await bench.access.writer(for: bench.zone).look(at: names).sets)
        }
    }

    private struct Quick: HTTPTransport {
        func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
            var request = request
            request.limits.totalMilliseconds = 900
            return try await HTTPClient().send(request)
        }
    }

    private func with(
        _ driver: Driver, alias: Bool = false, _ body: (Stage) async throws -> Void
    ) async throws {
        func run(_ port: UInt16, _ bench: (UInt16) throws -> DNSBench) async throws {
            let proxy = try BreakingProxy(to: port)
            defer { proxy.shut() }
            var made = try bench(proxy.port)
            made.transport = TCPTransport(limits: DNSLimits(connectMilliseconds: 900, totalMilliseconds: 900))
            made.http = Quick()
            try await body(Stage(bench: made, proxy: proxy))
        }
        switch driver {
        case .rfc2136:
            try await TestNameServer.bind { server in
                try await run(server.port) { .updates([DNSZone.Server(address: .thisMachine, port: $0)]) }
            }
        case .powerdns:
            try await TestNameServer.powerDNS { server in
                try await run(server.apiPort) { port in
                    var through = server
                    through.apiPort = port
                    return .powerDNS(through)
                }
            }
        case .route53:
            try await MotoServer.run { server in
                let port = try #require(URL(string: server.url)?.port.flatMap(UInt16.init))
                try await run(port) { port in
                    var bench = DNSBench.route53("http://127.0.0.1:\(port)", id: server.zone)
                    (bench.accessKey, bench.secretKey) = (server.all.access, server.all.secret)
                    return bench
                }
            }
        case .cloudflare:
            let server = try CloudflareServer()
            defer { server.shut() }
            try await run(server.port) { .cloudflare("http://127.0.0.1:\($0)") }
        }
    }

    @Test(arguments: Driver.allCases)
    func `A change whose answer is cut or does not come is found done, made once, and can be taken back`(
        driver: Driver
    ) async throws {
        try await with(driver) { stage in
            let (bench, proxy) = (stage.bench, stage.proxy)
            let before = try await stage.records()
            for broken in [BreakingProxy.Fault.cutsChange(after: 30), .holdsChange] {
                let finding = try await bench.command.examine(bench.context())
                #expect(finding.verdict == .needed)
                proxy.set(broken)
                let cut = try await fault { try await bench.command.act(bench.context(), on: finding) }
                #expect(cut.kind == .uncertain, "\(driver): \(cut)")
                proxy.set(.none)
                let made = proxy.changes
                let resumed = try await bench.command.examine(bench.context(remembered: finding.facts))
                #expect(resumed.verdict == .done && resumed.facts["before"] == finding.facts["before"], "\(resumed)")
                #expect(proxy.changes == made)
                let back = bench.context(remembered: finding.facts)
                try await bench.command.undo(back, on: try await bench.command.examineUndo(back))
                #expect(try await stage.records() == before)
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `A look whose answer is partial or cut has changed nothing, and may be tried again`(
        driver: Driver
    ) async throws {
        try await with(driver) { stage in
            for count in [0, 1, 25, 120] {
                stage.proxy.set(.cutsAll(after: count))
                let cut = try await fault { try await stage.bench.command.examine(stage.bench.context()) }
                #expect(cut.kind.mayPass && cut.kind != .uncertain, "\(driver), \(count): \(cut)")
            }
            stage.proxy.set(.none)
            #expect(try await stage.bench.command.examine(stage.bench.context()).verdict == .needed)
            #expect(stage.proxy.changes == 0)
        }
    }

    @Test(arguments: Driver.allCases)
    func `A wrong key is forbidden and a wrong zone rejected, in words without the key`(driver: Driver) async throws {
        try await with(driver) { stage in
            let before = try await stage.records()
            var wrong = stage.bench
            wrong.secret = TestNameServer.wrongSecret
            wrong.apiKey = "api-key-that-is-wrong"
            wrong.secretKey = "secret-key-that-is-wrong"
            wrong.token = "token-that-is-wrong"
            let refused = try await fault { try await wrong.move() }
            #expect(refused.kind == .forbidden, "\(driver): \(refused)")
            for key in [wrong.secret, wrong.apiKey, wrong.secretKey, wrong.token] {
                #expect(!"\(refused)".contains(key))
            }
            var elsewhere = stage.bench
            elsewhere.zone.name = "other.test"
            elsewhere.names = elsewhere.names.mapValues { sets in
                sets.map { set in
                    var set = set
                    set.name = set.name.replacing("ess.test", with: "other.test")
                    return set
                }
            }
            let lost = try await fault { try await elsewhere.move() }
            #expect(lost.kind == .rejected, "\(driver): \(lost)")
            #expect(try await stage.records() == before)
        }
    }

    @Test(arguments: [Driver.powerdns, .route53, .cloudflare])
    func `A server that asks to come back later is throttled, looking or changing`(driver: Driver) async throws {
        let busy = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        try await with(driver) { stage in
            let (bench, proxy) = (stage.bench, stage.proxy)
            let finding = try await bench.command.examine(bench.context())
            proxy.set(.answers(busy))
            let looking = try await fault { try await bench.command.examine(bench.context()) }
            let acting = try await fault { try await bench.command.act(bench.context(), on: finding) }
            #expect(looking.kind == .throttled && acting.kind == .throttled, "\(driver): \(looking), \(acting)")
            proxy.set(.none)
            try await bench.command.act(bench.context(), on: finding)
            #expect(
                try await bench.command.verify(bench.context(), after: finding).verdict == .done || driver == .powerdns)
        }
    }

    @Test(arguments: Driver.allCases)
    func `A CNAME in the way of addresses goes, and comes back with the undo`(driver: Driver) async throws {
        try await with(driver) { stage in
            try await stage.bench.move()
            let aliased = try await stage.records()
            #expect(aliased.contains { $0.type == .alias })
            let finding = try await stage.bench.move(to: "dc1")
            #expect(try await stage.records() == Set(DNSBench.records["dc1"] ?? []))
            let back = stage.bench.context("dc1", remembered: finding.facts)
            try await stage.bench.command.undo(back, on: try await stage.bench.command.examineUndo(back))
            #expect(try await stage.records() == aliased)
        }
    }
}
