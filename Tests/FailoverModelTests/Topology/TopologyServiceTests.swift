import Testing

@testable import FailoverModel

@Suite("Decoding the service of a topology")
struct TopologyServiceTests {
    private func decode(_ shared: String, _ dc1: String, _ dc2: String = "ingress: 10.0.0.2") throws(Diagnostics)
        -> Topology
    {
        let text = """
            name: t
            service: {\(shared)}
            sites:
              dc1: {service: {\(dc1)}}
              dc2: {service: {\(dc2)}}
            """
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
    }

    private func problems(_ shared: String, _ dc1: String, _ dc2: String = "ingress: 10.0.0.2") -> [String] {
        do throws(Diagnostics) {
            _ = try decode(shared, dc1, dc2)
            return []
        } catch { return error.items.map(\.description) }
    }

    @Test func `What may be left out has its default`() throws {
        let least = try decode("serverName: Ess.test.", "ingress: 10.0.0.1")
        #expect(least.service == ServiceExpectations(serverName: "ess.test"))
        #expect(least.sites[0].service == ServiceEndpoint(ingress: HostAndPort(host: "10.0.0.1", port: 443)))
        let most = try decode(
            """
            hosts: {synapse: m.t, mas: a.t, rtc: r.t, elementWeb: e.t, elementAdmin: ad.t}, caCertificate: ca.pem, latency: 2s,
              certificateDays: 7, probe: {user: "@h:t", accessTokenFile: s/t},
              checks: {own: {host: m.t, path: /x, expectedStatus: 204, json: {/a.b/0: 5}, latency: 100ms, certificateDays: 1},
                       far: {url: "https://far/x"}}
            """,
            """
            url: "http://h/", ingress: "[2001:db8::1]:8443", publicAddresses: [192.0.2.1],
              rtc: {address: 10.0.0.3, port: 31001, advertised: 192.0.2.3}
            """)
        let service = try #require(most.service)
        #expect(service.allHosts == ["m.t", "a.t", "r.t", "e.t", "ad.t"])
        #expect(service.latencyMilliseconds == 2000 && service.certificateDays == 7)
        #expect(service.caCertificate == "/etc/ca.pem" && service.probe?.accessToken == .file("/etc/s/t"))
        #expect(
            service.checks == [
                ServiceQuestion(
                    name: "own", host: "m.t", target: "/x", expectedStatus: 204,
                    json: [.init(pointer: "/a.b/0", expected: 5)], latencyMilliseconds: 100, certificateDays: 1),
                ServiceQuestion(name: "far", target: "https://far/x"),
            ])
        let site = try #require(most.sites[0].service)
        #expect(site.ingress == HostAndPort(host: "2001:db8::1", port: 8443) && site.url == "http://h/")
        #expect(site.rtc?.port == 31_001 && site.rtc?.advertised == InternetAddress("192.0.2.3"))
    }

    @Test(
        arguments: [
            ("serverName: t", "url: http://h", "\"service\" of dc1 has no \"ingress\""),
            ("certificateDays: 3", "ingress: h", "\"service\" expects nothing"),
            ("serverName: \"a b\"", "ingress: h", "\"serverName\" is a name of labels"),
            ("serverName: t", "ingress: \"h:70000\"", "\"ingress\" is a host or an address"),
            ("serverName: t", "ingress: 10.0.0.2", "the ingress 10.0.0.2:443 of dc2 is that of dc1 too"),
            ("serverName: t", "ingress: h, rtc: {port: 5}", "has no \"address\""),
            ("serverName: t", "ingress: h, rtc: {address: h}", "\"address\" is an IPv4 or IPv6 address"),
            (
                "serverName: t, probe: {user: \"@h:t\", accessTokenFile: s}", "ingress: h",
                "\"hosts\" has no \"synapse\""
            ),
            ("hosts: {synapse: m}, probe: {user: h, accessTokenFile: s}", "ingress: h", "\"user\" is a Matrix user"),
            ("hosts: {synapse: m}, probe: {user: \"@h:t\"}", "ingress: h", "has no \"accessTokenFile\""),
            (
                "hosts: {synapse: m}, probe: {user: \"@h:t\", accessToken: hidden}", "ingress: h",
                "a secret stands in the file"
            ),
            (
                "hosts: {synapse: m}, probe: {user: \"@h:t\", token: hidden}", "ingress: h",
                "a secret stands in the file"
            ),
            ("hosts: {element: m}", "ingress: h", "unknown key \"element\""),
            ("serverName: t, latency: 1m", "ingress: h", "\"latency\" is from 1ms to 10s"),
            ("checks: {a: {host: m}}", "ingress: h", "the check \"a\" has no \"path\""),
            ("checks: {a: {url: \"https://x\", path: /}}", "ingress: h", "has \"url\" and \"path\""),
            ("checks: {a: {host: m, path: /, json: {m.b: 1}}}", "ingress: h", "a JSON pointer begins with /"),
            ("checks: {a: {host: m, path: x}}", "ingress: h", "\"path\" is a path that begins with /"),
        ])
    func `What is wrong is shown, and no secret`(shared: String, dc1: String, problem: String) {
        let found = problems(shared, dc1)
        #expect(found.contains { $0.contains(problem) && $0.hasPrefix("t.yaml:") }, "\(found)")
        #expect(!found.contains { $0.contains("hidden") })
    }

    @Test func `Two sites cannot tell the same address to calls, and an ingress means nothing alone`() {
        let rtc = "rtc: {address: 10.0.0.9, advertised: 192.0.2.9}"
        #expect(
            problems("serverName: t", "ingress: a, \(rtc)", "ingress: b, \(rtc)").contains {
                $0.contains("the SFU of dc2 advertises 192.0.2.9, and that of dc1 too")
            })
        let text =
            "name: t\nsites:\n  dc1: {service: {url: http://h, ingress: h}}\n  dc2: {kubernetes: {release: ess}}\n"
        do throws(Diagnostics) {
            _ = try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
            Issue.record("no problem")
        } catch {
            #expect(error.items.contains { $0.description.contains("\"ingress\" of dc1 means nothing") })
        }
    }
}
