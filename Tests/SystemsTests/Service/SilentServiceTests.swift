import FailoverModel
import Testing

@testable import Systems

/// What is made of a silence, by what the driver met and not by its words.
@Suite("A silent service", .timeLimit(.minutes(1)))
struct SilentServiceTests {
    /// Answers nothing.
    private struct Silent: HTTPTransport {
        var silence: Fault.Silence?

        func send(_ request: HTTPRequest) async throws(Fault) -> HTTPResponse {
            throw Fault(.unreachable, "no word came", at: "test", next: "Wait", silence: silence)
        }
    }

    private struct Bench {
        var topology: Topology
        var access: ServiceAccess
        var expected = ServiceExpectations(serverName: "ess.test")

        init(silence: Fault.Silence?, dns: any DNSTransport = TCPTransport(), zone: DNSZone? = nil) {
            let silent = Silent(silence: silence)
            topology = Topology(
                name: "t",
                sites: ["dc1", "dc2"].map { name in
                    var endpoint = ServiceEndpoint(ingress: HostAndPort(host: "127.0.0.1", port: 1))
                    endpoint.rtc = InternetAddress("127.0.0.1").map { .init(address: $0, port: 1, advertised: $0) }
                    return Topology.Site(
                        name: name, postgres: [],
                        kubernetes: KubernetesRelease(kubeconfig: "/\(name).yaml", release: "ess"), service: endpoint)
                },
                dns: zone, service: expected)
            access = ServiceAccess(
                kubernetes: KubernetesAccess(topology: topology, baseDirectory: "/", transport: silent),
                secrets: ServiceBench.Token(value: "t"), baseDirectory: "/", http: silent, dns: dns, now: { .now })
        }
    }

    @Test(
        arguments: [(.late, .unknown), (.noRoute, .failing), (nil, .failing)] as [(Fault.Silence?, CheckVerdict)])
    func `an ingress that does not answer in time is unknown, and one that refuses is failing`(
        silence: Fault.Silence?, verdict: CheckVerdict
    ) async {
        let bench = Bench(silence: silence)
        let checks = await ServiceChecks(topology: bench.topology, access: bench.access, serving: "dc1", to: "dc2")
            .report().results
        #expect(checks.filter { $0.id == "service.ingress" && $0.site == "dc2" }.map(\.verdict) == [verdict])
    }

    @Test(
        arguments: [(.noRoute, .remark), (.late, .wrong), (nil, .wrong)] as [(Fault.Silence?, ServiceResult.Verdict)])
    func `a further address that this machine has no way to is remarked, and one that is silent is wrong`(
        silence: Fault.Silence?, verdict: ServiceResult.Verdict
    ) async throws {
        let home = try #require(InternetAddress("192.0.2.53"))
        let zone = DNSZone(
            name: "ess.test",
            driver: .route53(.init(id: "Z", keys: AWSKeys(accessKey: .environment("A"), secretKey: .environment("B")))),
            servers: [.init(address: home, port: 53)])
        let addresses = DNSRecordSet("ess.test", .address4, ["198.51.100.7", "198.51.100.8"], ttlSeconds: 60)
        let bench = Bench(
            silence: silence, dns: ServiceByNameTests.Zone(records: ["ess.test": addresses]), zone: zone)
        let report = try await ServiceInspection(
            access: bench.access, topology: bench.topology, expected: bench.expected, site: bench.topology.sites[1],
            way: .names, source: "dc1", recorded: .init()
        ).report()
        #expect(report.results.filter { $0.id == "address" }.map(\.verdict) == [verdict])
    }
}
