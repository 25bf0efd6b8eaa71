import Testing

@testable import FailoverModel

@Suite("Decoding the DNS of a topology")
struct TopologyDNSTests {
    private let update = """
        driver: rfc2136
          zone: ess.example.org
          servers: [192.0.2.53]
          key: {name: failover, secretFile: s/tsig}
        """

    private func text(
        zone: String? = nil, first: String? = "m.ess.example.org: {A: [192.0.2.1]}",
        second: String? = "m.ess.example.org: {A: [192.0.2.2]}", hasZone: Bool = true
    ) -> String {
        func site(_ name: String, _ records: String?) -> String {
            "  \(name):\n    kubernetes: {release: ess}\n" + (records.map { "    dns: {\($0)}\n" } ?? "")
        }
        return "name: test\n" + (hasZone ? "dns:\n  \(zone ?? update)\n" : "") + "sites:\n" + site("dc1", first)
            + site("dc2", second)
    }

    private func decode(_ text: String) throws(Diagnostics) -> Topology {
        try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
    }

    private func problems(_ text: String) -> [String] {
        do throws(Diagnostics) {
            _ = try decode(text)
            return []
        } catch {
            return error.items.map(\.description)
        }
    }

    @Test func `What may be left out has its default, and names lose case and last dot`() throws {
        let topology = try decode(text(first: "M.ESS.example.org.: {A: [192.0.2.1]}"))
        #expect(
            topology.dns
                == DNSZone(
                    name: "ess.example.org",
                    driver: .dynamicUpdate(.init(name: "failover", secret: .file("/etc/s/tsig"))),
                    servers: [.init(address: try #require(InternetAddress("192.0.2.53")))]))
        #expect(
            topology.sites.map(\.dns) == [
                [DNSRecordSet("m.ess.example.org", .address4, ["192.0.2.1"], ttlSeconds: 60)],
                [DNSRecordSet("m.ess.example.org", .address4, ["192.0.2.2"], ttlSeconds: 60)],
            ])
    }

    @Test func `Everything that can be written is read`() throws {
        let zone = """
            {driver: powerdns, zone: ess.example.org., servers: ["192.0.2.53:5353", "2001:DB8::53", "[2001:db8::53]:5353"],
              ttl: 2m, url: "https://dns.example.org:8081/", apiKeyEnvironment: API_KEY, caCertificate: ca.pem, serverID: one}
            """
        let records =
            "a.ess.example.org: {A: [192.0.2.9, 192.0.2.1], AAAA: [\"2001:DB8::1\"]}, ess.example.org: {A: [192.0.2.1]}"
        let topology = try decode(text(zone: zone, first: records, second: nil))
        let dns = try #require(topology.dns)
        #expect(
            dns.driver
                == .powerDNS(
                    .init(
                        url: "https://dns.example.org:8081", key: .environment("API_KEY"), caCertificate: "/etc/ca.pem",
                        serverID: "one")))
        #expect(dns.servers.map(\.description) == ["192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"])
        #expect(
            topology.sites[0].dns == [
                DNSRecordSet("a.ess.example.org", .address4, ["192.0.2.1", "192.0.2.9"], ttlSeconds: 120),
                DNSRecordSet("a.ess.example.org", .address6, ["2001:db8::1"], ttlSeconds: 120),
                DNSRecordSet("ess.example.org", .address4, ["192.0.2.1"], ttlSeconds: 120),
            ])
        #expect(topology.sites[1].dns.isEmpty)
    }

    @Test func `Cloudflare is asked alone where no servers are named`() throws {
        let id = "023e105f4ecef8ad9ca31a8372d0c353"
        let zone = "{driver: cloudflare, zone: ess.example.org, zoneID: \(id), apiTokenEnvironment: CF}"
        let dns = try #require(try decode(text(zone: zone)).dns)
        #expect(
            dns
                == DNSZone(
                    name: "ess.example.org", driver: .cloudflare(.init(id: id, token: .environment("CF"))), servers: [])
        )
    }

    @Test func `The external-dns of a site is named by namespace and Deployment`() throws {
        func site(_ external: String, _ kubernetes: String = "kubernetes: {release: ess}") -> String {
            "name: t\nsites:\n  dc1:\n    \(kubernetes)\n    externalDNS: \(external)\n  dc2: {kubernetes: {release: ess}}\n"
        }
        let topology = try decode(site("{namespace: dns}"))
        #expect(topology.sites[0].externalDNS == ExternalDNS(namespace: "dns", deployment: "external-dns"))
        #expect(topology.sites[1].externalDNS == nil)
        let named = try decode(site("{namespace: dns, deployment: dns.public}"))
        #expect(named.sites[0].externalDNS?.deployment == "dns.public")
        for (text, problem) in [
            (site("{}"), "has no \"namespace\""), (site("{namespace: A_B}"), "\"namespace\" is a name as Kubernetes"),
            (site("{namespace: a, policy: sync}"), "unknown key \"policy\""),
            (site("{namespace: a}", "service: {url: \"https://a.example.org\"}"), "no \"kubernetes\" to reach it by"),
        ] {
            let found = problems(text)
            #expect(found.contains { $0.contains(problem) }, "\(found)")
        }
    }

    @Test func `Route 53 is asked alone where no servers are named`() throws {
        let zone =
            "{driver: route53, zone: ess.example.org, hostedZone: Z1, accessKeyFile: a, secretKeyEnvironment: S3}"
        let keys = AWSKeys(accessKey: .file("/etc/a"), secretKey: .environment("S3"))
        let dns = try #require(try decode(text(zone: zone)).dns)
        #expect(dns == DNSZone(name: "ess.example.org", driver: .route53(.init(id: "Z1", keys: keys)), servers: []))
    }

    @Test(
        arguments: [
            ("x.other.org: {A: [192.0.2.1]}", "\"x.other.org\" is not in the zone ess.example.org"),
            ("xess.example.org: {A: [192.0.2.1]}", "\"xess.example.org\" is not in the zone ess.example.org"),
            ("m: {A: [192.0.2.1]}", "Write it whole: \"m.ess.example.org\"."),
            ("m.ess.example.org: {A: [\"2001:db8::1\"]}", "is a list of IPv4 addresses"),
            ("m.ess.example.org: {AAAA: [192.0.2.1]}", "is a list of IPv6 addresses"),
            ("m.ess.example.org: {A: 192.0.2.1}", "\"A\" is a list, and this is \"192.0.2.1\""),
            ("m.ess.example.org: {A: []}", "\"A\" has no address"),
            ("m.ess.example.org: {AAAA: [\"2001:db8::1\", \"2001:DB8:0::1\"]}", "2001:db8::1 is written twice"),
            ("m.ess.example.org: {}", "\"m.ess.example.org\" leads nowhere"),
            ("m.ess.example.org: {TXT: [x]}", "unknown key \"TXT\""),
            ("m.ess.example.org: {CNAME: a.example.org, A: [192.0.2.1]}", "has a CNAME beside other records"),
            ("ess.example.org: {CNAME: a.example.org}", "is the zone itself, which cannot be a CNAME"),
            ("m.ess.example.org: {CNAME: m.ess.example.org.}", "is a CNAME of itself"),
            ("m.ess.example.org: {CNAME: \"a b\"}", "\"CNAME\" is a name of labels"),
            ("m.ess.example.org: {A: [192.0.2.1]}, M.ess.example.org: {A: [192.0.2.1]}", "is written twice"),
            ("m..ess.example.org: {A: [192.0.2.1]}", "\"m..ess.example.org\" is not a name of labels"),
        ])
    func `A wrong record is shown with its line`(records: String, problem: String) {
        let found = problems(text(first: records, second: nil))
        #expect(found.contains { $0.contains(problem) && $0.hasPrefix("t.yaml:") }, "\(found)")
    }

    @Test(
        arguments: [
            ("driver: bind", "\"driver\" is rfc2136, powerdns, route53 or cloudflare, and this is \"bind\""),
            ("zone: ess.example.org", "\"dns\" has no \"driver\""),
            ("driver: rfc2136\n  zone: a_b..c", "\"zone\" is a name of labels"),
            ("driver: rfc2136\n  servers: []", "\"servers\" names no server"),
            ("driver: rfc2136\n  servers: [ns1.example.org]", "a server is an address"),
            ("driver: rfc2136\n  servers: [\"192.0.2.53:0\"]", "a server is an address"),
            ("driver: rfc2136\n  servers: [\"[192.0.2.53]:53\"]", "a server is an address"),
            ("driver: rfc2136\n  servers: [192.0.2.53, \"192.0.2.53:53\"]", "192.0.2.53 is named twice"),
            ("driver: rfc2136", "\"dns\" has no \"key\""),
            ("driver: cloudflare\n  zoneID: ess.example.org", "\"zoneID\" is 32 hexadecimal digits"),
            ("driver: cloudflare\n  apiToken: hunter2", "a secret stands in the file"),
            ("driver: cloudflare\n  zoneID: x", "\"dns\" has no \"apiTokenFile\""),
            ("driver: cloudflare\n  url: \"http://192.0.2.1\"", "could read the API's token"),
            ("driver: cloudflare\n  hostedZone: Z1", "\"hostedZone\" means nothing for the driver cloudflare"),
            ("driver: rfc2136\n  ttl: 1500ms", "\"ttl\" is of whole seconds"),
            ("driver: rfc2136\n  ttl: 0s", "\"ttl\" is from 1s"),
            ("driver: rfc2136\n  url: https://x", "\"url\" means nothing for the driver rfc2136"),
            ("driver: rfc2136\n  key: {name: f}", "\"key\" has no \"secretFile\""),
            ("driver: rfc2136\n  key: {name: f, algorithm: hmac-md5, secretFile: s}", "\"algorithm\" is one of"),
            ("driver: rfc2136\n  key: {name: f, secretFile: s, secretEnvironment: S}", "has secretFile and secretEnv"),
            ("driver: rfc2136\n  key: {name: f, secretEnvironment: \"a b\"}", "the name of an environment variable"),
            ("driver: powerdns\n  key: {name: f}", "\"key\" means nothing for the driver powerdns"),
            ("driver: powerdns\n  url: https://x:1", "\"dns\" has no \"apiKeyFile\""),
            ("driver: powerdns\n  url: \"http://192.0.2.1:8081\"", "\"url\" is not https"),
            ("driver: powerdns\n  url: \"https://u:hidden@x\"", "\"url\" has a user or a password in it"),
            ("driver: powerdns\n  url: ftp://x", "\"url\" is https:// with a host and a port"),
            ("driver: powerdns\n  url: https://x/api", "\"url\" is https:// with a host and a port"),
            ("driver: powerdns\n  serverID: a/b", "\"serverID\" is of letters"),
            ("driver: powerdns\n  hostedZone: Z1", "\"hostedZone\" means nothing for the driver powerdns"),
            ("driver: powerdns\n  url: https://x:1\n  apiKeyFile: k", "\"dns\" has no \"servers\""),
            ("driver: route53", "\"dns\" has no \"hostedZone\""),
            ("driver: route53\n  hostedZone: a/b", "\"hostedZone\" is of letters and digits"),
            ("driver: route53\n  hostedZone: Z1", "\"dns\" has no \"accessKeyFile\""),
            ("driver: route53\n  apiKeyFile: k", "\"apiKeyFile\" means nothing for the driver route53"),
            ("driver: powerdns\n  colour: red", "unknown key \"colour\" in \"dns\""),
        ])
    func `A wrong zone is shown with its line`(zone: String, problem: String) {
        let found = problems(text(zone: zone))
        #expect(found.contains { $0.contains(problem) && $0.hasPrefix("t.yaml:") }, "\(found)")
        #expect(!found.contains { $0.contains("hidden") })
    }

    @Test(
        arguments: [
            "driver: rfc2136\n  key: {name: f, secret: aGlkZGVu}", "driver: powerdns\n  apiKey: aGlkZGVu",
            "driver: rfc2136\n  password: aGlkZGVu",
            "driver: route53\n  secretKey: aGlkZGVu",
        ])
    func `A secret in the file is refused without being repeated`(zone: String) {
        let found = problems(text(zone: zone))
        let refusals = ["a secret stands in the file", "\"password\" means nothing"]
        #expect(found.contains { line in refusals.contains { line.contains($0) } }, "\(found)")
        #expect(!found.contains { $0.contains("aGlkZGVu") })
    }

    @Test func `Plain http is for this machine alone`() throws {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            let zone = """
                {driver: powerdns, zone: ess.example.org, servers: [192.0.2.53], url: "http://\(host):8081", apiKeyFile: k}
                """
            #expect(problems(text(zone: zone)) == [])
        }
        for host in ["127.0.0.1.example.org", "localhost.example.org"] {
            let zone = """
                {driver: powerdns, zone: ess.example.org, servers: [192.0.2.53], url: "http://\(host):8081", apiKeyFile: k}
                """
            #expect(problems(text(zone: zone)).contains { $0.contains("is not https") })
        }
    }

    @Test func `Every site that has names has the same ones`() {
        let found = problems(
            text(first: "m.ess.example.org: {A: [192.0.2.1]}", second: "n.ess.example.org: {A: [192.0.2.2]}"))
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("dc2 has the name \"n.ess.example.org\", and dc1 does not") }, "\(found)")
        #expect(found.contains { $0.contains("dc1 has the name \"m.ess.example.org\", and dc2 does not") }, "\(found)")
    }

    @Test func `Names need a zone, and a zone needs names`() {
        #expect(problems(text(hasZone: false)).contains { $0.contains("does not say which zone they are in") })
        #expect(problems(text(first: nil, second: nil)).contains { $0.contains("no site says what its names lead to") })
        let empty = problems(text(first: "", second: nil))
        #expect(empty.contains { $0.contains("\"dns\" of dc1 has no name") }, "\(empty)")
    }

    @Test func `A step about names is planned only where a site has some`() throws {
        let runbook = try Runbook.decode(
            SourceText(
                file: "r.yaml",
                text: """
                    name: names
                    title: Names
                    phases:
                      - id: names
                        title: Names
                        steps:
                          - {id: names, command: dns.point, site: to}
                    """))
        let plan = try runbook.plan(topology: decode(text()), from: "dc1", to: "dc2")
        #expect(plan.steps.map(\.title) == ["Point the users' names at dc2"])
        #expect(plan.steps.map(\.deadlineMilliseconds) == [120_000])
        #expect(throws: Diagnostics.self) {
            try runbook.plan(topology: decode(text(second: nil)), from: "dc1", to: "dc2")
        }
    }
}
