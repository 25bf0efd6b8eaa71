import FailoverModel
import Foundation
import Testing

@testable import Systems

/// `dns.point` on a topology of two sites.
struct DNSBench {
    var zone: DNSZone
    var secret = TestNameServer.secret
    var apiKey = TestNameServer.apiKey
    var accessKey = SignatureVerifier().accessKey
    var secretKey = SignatureVerifier().secretKey
    /// How far this machine's clock is ahead, in seconds.
    var clockAhead: Int64 = 0
    var transport: any DNSTransport = TCPTransport()
    var http: any HTTPTransport = HTTPClient()
    var token = CloudflareServer.token
    var externalDNS: ExternalDNS?
    var names: [String: [DNSRecordSet]] = DNSBench.records

    static let records: [String: [DNSRecordSet]] = [
        "dc1": [
            DNSRecordSet("matrix.ess.test", .address4, ["192.0.2.10"], ttlSeconds: 60),
            DNSRecordSet("element.ess.test", .address4, ["192.0.2.11"], ttlSeconds: 60),
        ],
        "dc2": [
            DNSRecordSet("matrix.ess.test", .address4, ["198.51.100.20", "198.51.100.21"], ttlSeconds: 60),
            DNSRecordSet("matrix.ess.test", .address6, ["2001:db8:2::20"], ttlSeconds: 60),
            DNSRecordSet("element.ess.test", .alias, ["dc2.example.org"], ttlSeconds: 60),
        ],
    ]

    /// What `dig` shows of the two names once they lead to dc2.
    static let atSecond: Set<String> = [
        "matrix.ess.test. 60 A 198.51.100.20", "matrix.ess.test. 60 A 198.51.100.21",
        "matrix.ess.test. 60 AAAA 2001:db8:2::20", "element.ess.test. 60 CNAME dc2.example.org.",
        "ess.test. 300 NS ns1.ess.test.", "ns1.ess.test. 300 A 127.0.0.1",
    ]

    static func updates(
        _ servers: [DNSZone.Server], key: String = "failover", _ algorithm: DNSZone.UpdateKey.Algorithm = .sha256,
        zone: String = "ess.test"
    ) -> DNSBench {
        DNSBench(
            zone: DNSZone(
                name: zone,
                driver: .dynamicUpdate(.init(name: key, algorithm: algorithm, secret: .environment("TSIG"))),
                servers: servers))
    }

    static func powerDNS(_ server: TestNameServer, serverID: String = "localhost", zone: String = "ess.test")
        -> DNSBench
    {
        DNSBench(
            zone: DNSZone(
                name: zone,
                driver: .powerDNS(
                    .init(
                        url: "http://127.0.0.1:\(server.apiPort)", key: .environment("API"), serverID: serverID)),
                servers: [server.server]))
    }

    static func route53(_ url: String, id: String = "Z1", zone: String = "ess.test") -> DNSBench {
        let keys = AWSKeys(accessKey: .environment("ACCESS"), secretKey: .environment("SECRET"))
        return DNSBench(zone: DNSZone(name: zone, driver: .route53(.init(id: id, keys: keys, url: url)), servers: []))
    }

    static func cloudflare(
        _ url: String, id: String = CloudflareServer.zoneID, zone: String = "ess.test", servers: [DNSZone.Server] = []
    ) -> DNSBench {
        DNSBench(
            zone: DNSZone(
                name: zone, driver: .cloudflare(.init(id: id, token: .environment("TOKEN"), url: url)),
                servers: servers))
    }

    var topology: Topology {
        let sites = names.keys.sorted().map {
            Topology.Site(name: $0, postgres: [], dns: names[$0] ?? [], externalDNS: externalDNS)
        }
        return Topology(name: "test", sites: sites, dns: zone)
    }

    var access: DNSAccess {
        DNSAccess(
            secrets: secrets, transport: transport, http: http,
            now: { [clockAhead] in
                Moment(microseconds: (Int64(Date().timeIntervalSince1970) + clockAhead) * 1_000_000)
            })
    }

    var secrets: any SecretSource {
        Secrets(values: ["TSIG": secret, "API": apiKey, "ACCESS": accessKey, "SECRET": secretKey, "TOKEN": token])
    }

    var command: PointNamesCommand { PointNamesCommand(access: access) }

    func context(_ site: String = "dc2", remembered: JSONValue? = nil, accepted: Set<String> = []) -> StepContext {
        StepContext(
            run: "r", step: "names", site: site, from: "dc1", to: "dc2", others: [], topology: topology,
            remembered: remembered, accepted: accepted)
    }

    /// Examines and acts; what was found.
    @discardableResult
    func move(to site: String = "dc2") async throws -> Finding {
        let finding = try await command.examine(context(site))
        #expect(finding.verdict == .needed, "\(finding.sentence)")
        try await command.act(context(site), on: finding)
        return finding
    }

    private struct Secrets: SecretSource {
        var values: [String: String]

        func value(of reference: SecretReference) throws(Fault) -> Secret {
            guard case .environment(let name) = reference, let value = values[name] else {
                throw Fault(.invalid, "no such secret", at: "test", next: "Correct the test")
            }
            return Secret(value)
        }
    }
}

/// The fault that `body` ends with.
func fault<Value>(
    _ location: SourceLocation = #_sourceLocation, of body: () async throws -> Value
) async throws -> Fault {
    do {
        _ = try await body()
    } catch let fault as Fault {
        return fault
    }
    Issue.record("no fault", sourceLocation: location)
    throw FreePort.None()
}
