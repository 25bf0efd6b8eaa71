import FailoverModel
import Testing

@testable import Systems

@Suite("DNS: what handover check says of the names")
struct NamesCheckTests {
    private func results(_ bench: DNSBench) async -> [String: CheckResult] {
        let kubernetes = KubernetesAccess(topology: bench.topology, baseDirectory: "/", environment: [:])
        let checks = NamesChecks(
            topology: bench.topology, command: bench.command, kubernetes: kubernetes, serving: "dc1", to: nil)
        return Dictionary(await checks.results().map { ($0.id, $0) }) { first, _ in first }
    }

    private func bench(_ server: TestNameServer) -> DNSBench {
        var bench = DNSBench.updates([server.server])
        bench.names["dc1"]?.append(DNSRecordSet("element.ess.test", .address6, ["2001:db8::11"], ttlSeconds: 60))
        return bench
    }

    @Test func `A TTL that the servers answer is judged, not only that of the topology`() async throws {
        try await TestNameServer.bind(["chat 7200 IN A 192.0.2.10"]) { server in
            let sound = await results(bench(server))
            #expect(sound["dns.names"]?.verdict == .ok, "\(sound)")
            #expect(sound["dns.names"]?.seen.contains("only their TTL is not that of the topology") == true)
            #expect(sound["dns.ttl"]?.verdict == .ok && sound["dns.ownership"]?.verdict == .ok)

            var long = bench(server)
            for (site, address) in [("dc1", "192.0.2.10"), ("dc2", "198.51.100.20")] {
                long.names[site]?.append(DNSRecordSet("chat.ess.test", .address4, [address], ttlSeconds: 60))
            }
            let ttl = try #require(await results(long)["dns.ttl"])
            #expect(ttl.verdict == .warning)
            #expect(
                ttl.seen
                    == "after a move, old answers of ess.test would live for 7200 s: chat.ess.test has a TTL of 7200 s")
            #expect(ttl.fix.contains("to 60 s now"))

            var wrong = bench(server)
            wrong.names["dc1"]?[0].values = ["192.0.2.77"]
            #expect(await results(wrong)["dns.names"]?.verdict == .failing)
        }
    }

    @Test func `A record of external-dns beside a name is a warning until the topology names who wrote it`()
        async throws
    {
        let text = "\"heritage=external-dns,external-dns/owner=dc1,external-dns/resource=ingress/ess/ess-synapse\""
        for name in ["matrix", "a-matrix", "cname-element"] {
            try await TestNameServer.bind(["\(name) IN TXT \(text)", "element IN TXT \"heritage of others\""]) {
                server in
                var bench = bench(server)
                let found = try #require(await results(bench)["dns.ownership"])
                #expect(found.verdict == .warning)
                #expect(
                    found.seen.hasPrefix(
                        "the TXT record \(name).ess.test says that external-dns manages the names (owner dc1)"))
                bench.externalDNS = ExternalDNS(namespace: "external-dns")
                #expect(await results(bench)["dns.ownership"]?.verdict == .ok)
            }
        }
    }
}
