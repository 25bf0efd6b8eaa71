import Testing

@testable import FailoverModel

@Suite("Decoding the firewalls of a topology")
struct TopologyFirewallTests {
    private func text(_ firewall: String, kubernetes: Bool = true) -> String {
        """
        name: test
        sites:
          dc1:
            \(kubernetes ? "kubernetes: {release: ess}" : "title: One")
            firewall: \(firewall)
          dc2: {kubernetes: {release: ess}}
        """
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

    @Test func `Everything that can be written is read, in its order`() throws {
        let firewall = """
            {cluster: {driver: networkPolicy},
              edge: {driver: nftables, program: [ssh, -o, BatchMode=yes, edge, sudo, nft],
                allow: [10.1.0.0/16, "2001:DB8:1::/48", 192.0.2.53, "::1"],
                probes: {federation: [ssh, edge, nc, -z, 192.0.2.80, "443"]}}}
            """
        #expect(
            try decode(text(firewall)).sites[0].firewalls == [
                SiteFirewall(name: "cluster", driver: .networkPolicy),
                SiteFirewall(
                    name: "edge",
                    driver: .nftables(
                        program: ["ssh", "-o", "BatchMode=yes", "edge", "sudo", "nft"],
                        allow: ["10.1.0.0/16", "2001:db8:1::/48", "192.0.2.53", "::1"].compactMap {
                            InternetNetwork($0)
                        }),
                    probes: [
                        .init(name: "federation", program: ["ssh", "edge", "nc", "-z", "192.0.2.80", "443"])
                    ]),
            ])
    }

    @Test(arguments: [
        ("{}", "names nothing"),
        (
            "{edge: {driver: iptables}}",
            "\"driver\" is networkPolicy, cilium, calico, nftables or program, and this is \"iptables\""
        ),
        ("{edge: {driver: nftables}}", "the firewall \"edge\" of dc1 has no \"program\""),
        ("{edge: {driver: nftables, program: ssh edge nft}}", "\"program\" is a list"),
        ("{edge: {driver: nftables, program: [bin/nft]}}", "begins with a program: its whole path, or a name"),
        ("{edge: {driver: nftables, program: []}}", "begins with a program"),
        ("{c: {driver: networkPolicy, allow: [10.0.0.0/8]}}", "\"allow\" means nothing for the driver networkPolicy"),
        ("{c: {driver: networkPolicy, prob: {}}}", "unknown key \"prob\""),
        ("{e: {driver: nftables, program: [nft], allow: [10.1.2.3/16]}}", "addresses and networks, and this is"),
        ("{e: {driver: nftables, program: [nft], allow: [edge.example.org]}}", "addresses and networks, and this is"),
        ("{e: {driver: nftables, program: [nft], allow: [10.0.0.0/8, 10.0.0.0/8]}}", "10.0.0.0/8 is written twice"),
        ("{Edge: {driver: networkPolicy}}", "a firewall's name is"),
        ("{e: {driver: networkPolicy, probes: {web: curl}}}", "\"web\" is a list"),
        ("{e: {driver: cilium, tier: security}}", "\"tier\" means nothing for the driver cilium"),
        ("{e: {driver: calico, tier: No}}", "\"tier\" is a name as Kubernetes has them"),
        ("{e: {driver: program, look: [x], block: [x]}}", "has no \"open\""),
        ("{e: {driver: program, look: x, block: [x], open: [x]}}", "\"look\" is a list"),
        ("{e: {driver: program, look: [x], block: [x], open: [x], environment: [A-B]}}", "of names of variables"),
        ("{e: {driver: program, look: [x], block: [x], open: [x], timeLimit: 1h}}", "\"timeLimit\" is from 1s to 10m"),
    ])
    func `A mistake is said where it is`(firewall: String, words: String) {
        let found = problems(text(firewall))
        #expect(found.contains { $0.contains(words) && $0.contains("t.yaml:5") }, "\(found)")
    }

    @Test func `The policies of plugins and programs of one's own are read whole`() throws {
        let firewall = """
            {a: {driver: cilium}, b: {driver: calico, tier: security, allow: [10.1.0.0/16]},
              c: {driver: program, look: [/bin/egress, look], block: [/bin/egress, block], open: [/bin/egress, open],
                environment: [TOKEN], timeLimit: 90s}}
            """
        let friends = ["10.1.0.0/16"].compactMap { InternetNetwork($0) }
        #expect(
            try decode(text(firewall)).sites[0].firewalls.map(\.driver) == [
                .cilium(allow: []), .calico(allow: friends, tier: "security"),
                .program(
                    .init(
                        look: ["/bin/egress", "look"], block: ["/bin/egress", "block"], open: ["/bin/egress", "open"],
                        environment: ["TOKEN"], timeLimitMilliseconds: 90_000)),
            ])
    }

    @Test(arguments: ["networkPolicy", "cilium", "calico"])
    func `A policy of a cluster needs a cluster`(driver: String) {
        let found = problems(text("{c: {driver: \(driver)}}", kubernetes: false))
        #expect(found.count == 1 && found[0].contains("dc1 has no \"kubernetes\""), "\(found)")
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.0.0.1/32", "10.0.0.1"), ("::/1", "::/1"), ("2001:DB8::/33", "2001:db8::/33"),
        ("128.0.0.0/1", "128.0.0.0/1"),
        ("10.0.0.0/0", nil), ("10.0.0.0/33", nil), ("10.0.0.0/", nil), ("10.0.0.0/+8", nil), ("10.0.0.0/8/8", nil),
        ("10.128.0.0/8", nil), ("2001:db8::1/127", nil), ("x", nil), ("", nil),
    ])
    func `A network has nothing behind its prefix`(text: String, canonical: String?) {
        #expect(InternetNetwork(text)?.description == canonical)
    }

    private func plan(_ line: String, _ firewall: String) throws(Diagnostics) -> [PlannedStep] {
        let runbook = """
            name: test
            title: Test
            phases:
              - {id: one, title: One, steps: [{id: block, command: firewall.block, site: from\(line)}]}
            """
        return try Runbook.decode(SourceText(file: "r.yaml", text: runbook)).plan(
            topology: decode(text(firewall)), from: "dc1", to: "dc2"
        ).steps
    }

    @Test func `A line is a step for each firewall, or for the one it names`() throws {
        let one = "{edge: {driver: nftables, program: [nft]}}"
        let two = "{cluster: {driver: networkPolicy}, edge: {driver: nftables, program: [nft]}}"
        #expect(try plan("", one).map(\.id) == ["block"])
        let both = try plan("", two)
        #expect(both.map(\.id) == ["block/cluster", "block/edge"])
        #expect(both.map { $0.parameters["firewall"] } == ["cluster", "edge"])
        #expect(both[1].title == "Close the outbound traffic of dc1 (edge)" && both[1].cluster == nil)
        let named = try plan(", with: {firewall: edge}", two)
        #expect(named.map(\.id) == ["block"] && named[0].parameters["firewall"] == "edge")
        #expect(throws: Diagnostics.self) { try plan(", with: {firewall: egde}", two) }
    }
}
