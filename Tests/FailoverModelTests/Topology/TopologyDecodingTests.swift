import Testing

@testable import FailoverModel

@Suite("Decoding a topology")
struct TopologyDecodingTests {
    /// A site with one cluster; each line of the server can be replaced or added to.
    private func site(_ name: String, port: Int, server: [String] = [], replication: [String] = [], more: [String] = [])
        -> String
    {
        let serverLines = ["host: 127.0.0.1", "port: \(port)", "user: handover"] + server
        let replicationLines = ["user: replicator"] + replication
        return """
              \(name):
                postgres:
                  main:
            \(serverLines.map { "        \($0)" }.joined(separator: "\n"))
                    replication:
            \(replicationLines.map { "          \($0)" }.joined(separator: "\n"))
            \(more.map { "    \($0)\n" }.joined())
            """
    }

    private func file(_ sites: String...) -> String { "name: test\nsites:\n" + sites.joined(separator: "\n") }

    private func problems(_ text: String) -> [String] {
        do throws(Diagnostics) {
            _ = try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
            return []
        } catch {
            return error.items.map(\.description)
        }
    }

    @Test("What may be left out has the default of the documentation")
    func defaults() throws {
        let text = file(site("dc-1", port: 1), site("dc2", port: 2))
        let topology = try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "")
        #expect(
            topology.sites[0]
                == Topology.Site(
                    name: "dc-1",
                    postgres: [
                        PostgresServer(
                            cluster: "main", connection: .init(host: "127.0.0.1", port: 1, user: "handover"),
                            replication: .init(
                                host: "127.0.0.1", port: 1, user: "replicator", applicationName: "dc-1", slot: "dc_1"))
                    ]))
    }

    @Test("Synapse's database is named by its cluster, and a mistake with its place")
    func synapse() throws {
        let sites = file(site("dc1", port: 1), site("dc2", port: 2))
        let text = "synapse: {cluster: main, database: synapse}\n" + sites
        let topology = try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "")
        #expect(topology.synapse == SynapseDatabase(cluster: "main", database: "synapse", margin: 1_000_000))
        #expect(
            problems("synapse: {cluster: mian, database: synapse}\n" + sites) == [
                "t.yaml:1:20: \"synapse\" is in the cluster \"mian\", which no site has. Did you mean \"main\"?"
            ])
        #expect(
            problems("synapse: {cluster: main}\n" + sites).first?.contains("\"synapse\" has no \"database\"") == true)
        #expect(problems("synapse: {cluster: main, database: a, margin: 0}\n" + sites).count == 1)
        #expect(problems("synapse: {cluster: main, database: a, marign: 5}\n" + sites).count == 1)
    }

    @Test("Alert hooks have a form and one address, which may be in a file")
    func alerts() throws {
        let sites = file(site("dc1", port: 1), site("dc2", port: 2))
        func hooks(_ text: String) -> String { "alerts: {a: {\(text)}}\n" + sites }
        let source = SourceText(file: "t.yaml", text: hooks("form: slack, urlFile: s/chat, secretFile: /k"))
        #expect(
            try Topology.decode(source, directory: "/etc").alerts == [
                AlertHook(name: "a", form: .slack, url: .secret(.file("/etc/s/chat")), secret: .file("/k"))
            ])
        for (text, expected) in [
            ("url: 'https://a.example.org'", "\"a\" has no \"form\""),
            ("form: slak, urlFile: a", "one of json, slack, alertmanager"),
            ("form: json", "the hook \"a\" has no address"),
            ("form: json, url: 'https://a', urlFile: b", "has url and urlFile"),
            ("form: json, url: 'https://user:4711@a'", "has a user or a password in it"),
        ] {
            let found = problems(hooks(text))
            #expect(found.contains { $0.contains(expected) } && !"\(found)".contains("4711"), "\(expected) in \(found)")
        }
    }

    @Test("Everything that can be written is read, and paths are kept beside the file")
    func readsAll() throws {
        let server = ["database: app", "passwordFile: s/a", "sslMode: verify-full", "sslRootCertificate: /ca.pem"]
        let replication = [
            "host: 10.0.0.1", "port: 6", "passwordEnvironment: REPLICATION", "sslMode: prefer",
            "applicationName: Site-A",
            "slot: a_1",
        ]
        let more = [
            "title: no",
            "kubernetes: {kubeconfig: k, context: c, namespace: n, release: ess, selector: a=b, replicas: {w: 2}, allowInsecureTLS: true}",
            "service: {url: \"http://h:80/x\", expectedStatus: 204, caCertificate: ca.pem}",
        ]
        let text = file(
            site("dc1", port: 5, server: server, replication: replication, more: more), site("dc2", port: 6))
        let topology = try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc/h/")
        #expect(
            topology.sites[0]
                == Topology.Site(
                    name: "dc1", title: "no",
                    postgres: [
                        PostgresServer(
                            cluster: "main",
                            connection: .init(
                                host: "127.0.0.1", port: 5, user: "handover", database: "app",
                                password: .file("/etc/h/s/a"),
                                sslMode: "verify-full", sslRootCertificate: "/ca.pem"),
                            replication: .init(
                                host: "10.0.0.1", port: 6, user: "replicator", password: .environment("REPLICATION"),
                                sslMode: "prefer", applicationName: "Site-A", slot: "a_1"))
                    ],
                    kubernetes: KubernetesRelease(
                        kubeconfig: "/etc/h/k", context: "c", namespace: "n", release: "ess", selector: "a=b",
                        replicas: ["w": 2], allowsInsecureTLS: true),
                    service: ServiceEndpoint(
                        url: "http://h:80/x", expectedStatus: 204, caCertificate: "/etc/h/ca.pem")))
    }

    @Test(
        "A wrong server is refused with what is wrong and what to write",
        arguments: [
            (["sslMode: verify"], [], "\"sslMode\" is one of disable, allow, prefer, require, verify-ca, verify-full"),
            (["prot: 5"], [], "unknown key \"prot\" in the cluster \"main\". Did you mean \"port\"?"),
            (["passwordFile: a", "passwordEnvironment: B"], [], "has passwordFile and passwordEnvironment. Keep one"),
            (["passwordFile: ~/secret"], [], "begins with ~, which only a shell replaces"),
            (["database: [x]"], [], "\"database\" wants a text, and this is a list"),
            ([], ["slot: DC-1"], "\"slot\" is of small letters, digits and _, at most 63"),
            ([], ["slot: \(String(repeating: "x", count: 64))"], "\"slot\" is of small letters"),
            ([], ["applicationName: a b"], "\"applicationName\" is of letters"),
            ([], ["passwordFileOnServer: x"], "\"passwordFileOnServer\" is a whole path"),
            ([], ["port: 70000"], "\"port\" is from 1 to 65535, and this is 70000"),
            ([], ["port: \"5432\""], "\"port\" wants a whole number, and this is the text \"5432\""),
            ([], ["host: \"h options=x\""], "\"host\" is one host name or address"),
        ] as [([String], [String], String)])
    func refusesServer(server: [String], replication: [String], expected: String) {
        let problems = problems(
            file(site("dc1", port: 1, server: server, replication: replication), site("dc2", port: 2)))
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains(expected) == true, "\(problems)")
    }

    @Test("A password in the file is refused and never repeated")
    func inlinePassword() {
        let texts = [
            file(site("dc1", port: 1, server: ["password: hunter2"]), site("dc2", port: 2)),
            file(site("dc1", port: 1, replication: ["password: hunter2"]), site("dc2", port: 2)),
            file(site("dc1", port: 1, server: ["passwordEnvironment: hunter2!"]), site("dc2", port: 2)),
            file(site("dc1", port: 1, more: ["service: {url: \"http://u:hunter2@h/\"}"]), site("dc2", port: 2)),
            file(site("dc1", port: 1, more: ["service: \"http://u:hunter2@h/\""]), site("dc2", port: 2)),
        ]
        for text in texts {
            let problems = problems(text)
            #expect(problems.count == 1, "\(problems)")
            #expect(!problems.joined().contains("hunter2"))
        }
        #expect(
            problems(texts[0]) == [
                "t.yaml:9:9: a password stands in the file. Never write it in the file; "
                    + "use \"passwordFile: secrets/NAME\", and change this password."
            ])
    }

    @Test(
        "A wrong system is refused",
        arguments: [
            ("kubernetes: {namespace: ess}", "\"kubernetes\" has no \"release\". Add a line like \"release: ess\"."),
            ("kubernetes: {release: ESS}", "\"release\" is a name as Helm has them, and this is \"ESS\""),
            ("kubernetes: {release: e, replicas: {w: -1}}", "\"w\" is from 0 to 10000, and this is -1"),
            (
                "kubernetes: {release: e, allowInsecureTLS: yes}",
                "\"allowInsecureTLS\" wants true or false, and this is \"yes\""
            ),
            ("kubernetes: ~", "\"kubernetes\" is a mapping, and this is \"~\""),
            ("service: {}", "\"service\" has no \"url\""),
            (
                "service: {url: ftp://h/}",
                "\"url\" begins with http:// or https:// and a host, and this is \"ftp://h/\""
            ),
            ("service: {url: \"https:///x\"}", "\"url\" begins with http:// or https:// and a host"),
            ("service: {url: http://h, expectedStatus: 20}", "\"expectedStatus\" is from 100 to 599, and this is 20"),
            ("servcie: {}", "unknown key \"servcie\" in the site \"dc1\". Did you mean \"service\"?"),
        ])
    func refusesSystem(line: String, expected: String) {
        let problems = problems(file(site("dc1", port: 1, more: [line]), site("dc2", port: 2)))
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains(expected) == true, "\(problems)")
    }

    @Test("Sites have names of their own, and there are at least two")
    func sites() {
        #expect(
            problems(file(site("dc1", port: 1))).first?.contains("wants at least two sites, and there is one") == true)
        for name in ["Dc1", "-a", "a_b", "a/b", "dc@1", String(repeating: "a", count: 32)] {
            let problems = problems(file(site("\"\(name)\"", port: 1, replication: ["slot: x"]), site("dc2", port: 2)))
            #expect(problems.contains { $0.contains("a site's name is of small letters") }, "\(name): \(problems)")
        }
        for name in StepSite.words {
            let problems = problems(file(site(name, port: 1), site("dc2", port: 2)))
            #expect(problems.first?.contains("because runbooks mean something else by it") == true)
        }
        #expect(problems(file(site("no", port: 1), site("0123", port: 2))).isEmpty, "YAML 1.1 has no say in names")
        #expect(problems(file("  dc1: {title: x}", site("dc2", port: 2))).first?.contains("has no system") == true)
    }

    @Test("Clusters are the same everywhere, and nothing is claimed by two sites")
    func acrossSites() {
        let other = site("dc2", port: 2).replacing("main:", with: "mian:")
        let clusters = problems(file(site("dc1", port: 1), other))
        #expect(clusters.count == 2)
        #expect(
            clusters.contains { $0.contains("dc2 has the cluster \"mian\", and dc1 does not. Did you mean \"main\"?") })
        #expect(
            clusters.contains { $0.contains("dc1 has the cluster \"main\", and dc2 does not. Add \"main:\" to dc2") })
        let names = problems(
            file(
                site("dc1", port: 1), site("dc2", port: 1, replication: ["applicationName: dc1", "slot: dc1"])))
        #expect(names.count == 3)
        for expected in [
            "the server \"127.0.0.1:1\" of dc2/main is that of dc1/main too",
            "the applicationName \"dc1\" of dc2/main is that of dc1/main too",
            "the slot \"dc1\" of dc2/main is that of dc1/main too",
        ] {
            #expect(names.contains { $0.contains(expected) }, "\(expected) in \(names)")
        }
    }
}
