import Testing

@testable import FailoverModel

@Suite("Decoding who changes a PostgreSQL server's role")
struct TopologyDriverTests {
    private func text(_ first: String, _ second: String, kubernetes: Bool = true) -> String {
        func server(_ site: String, _ driver: String) -> String {
            let replication = driver.isEmpty ? "{user: replicator}" : "{slot: \(site)_slot}"
            return
                "{host: db.\(site), user: handover, replication: \(replication)\(driver.isEmpty ? "" : ", " + driver)}"
        }
        let release = kubernetes ? "    kubernetes: {release: ess}\n" : ""
        return """
            name: test
            sites:
              dc1:
            \(release)    postgres: {main: \(server("dc1", first))}
              dc2:
            \(release)    postgres: {main: \(server("dc2", second))}

            """
    }

    private func problems(_ text: String) -> [String] {
        do throws(Diagnostics) {
            _ = try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
            return []
        } catch { return error.items.map(\.description) }
    }

    @Test func `Everything that can be written is read`() throws {
        let patroni = """
            driver: patroni, patroni: {members: ["https://a.example:8008", "http://127.0.0.1:8009"], user: patroni, \
            passwordFile: secrets/p, caCertificate: ca.pem, clientCertificate: c.pem, clientKey: c.key}
            """
        let topology = try Topology.decode(
            SourceText(file: "t.yaml", text: text(patroni, patroni)), directory: "/etc")
        let server = topology.sites[0].postgres[0]
        #expect(
            server.driver
                == .patroni(
                    PatroniMembers(
                        urls: ["https://a.example:8008", "http://127.0.0.1:8009"], user: "patroni",
                        password: .file("/etc/secrets/p"), caCertificate: "/etc/ca.pem",
                        clientCertificate: "/etc/c.pem",
                        clientKey: "/etc/c.key")))
        #expect(server.replication.slot == "dc1_slot" && server.replication.user.isEmpty)
        let operators = "driver: cloudnativepg, cloudnativepg: {cluster: pg, namespace: db}"
        let other = text(operators, operators).replacing(", replication: {slot: dc1_slot}", with: ", replication: {}")
            .replacing(", replication: {slot: dc2_slot}", with: ", replication: {port: 5433}")
        #expect(
            try Topology.decode(SourceText(file: "t.yaml", text: other), directory: "").sites[1].postgres[0].driver
                == .cloudNativePG(CloudNativePGCluster(name: "pg", namespace: "db")))
        #expect(
            try Topology.decode(SourceText(file: "t.yaml", text: text("", "")), directory: "").sites[0].postgres[0]
                .driver == .sql)
    }

    @Test(arguments: [
        ("driver: stolon", "\"driver\" is one of sql, patroni, cloudnativepg, and this is \"stolon\""),
        ("driver: patroni", "has no \"patroni\""),
        ("driver: sql, patroni: {members: [https://a]}", "\"patroni\" means nothing for the driver sql"),
        ("driver: patroni, patroni: {members: []}", "\"members\" names nobody"),
        ("driver: patroni, patroni: {members: [\"a:8008\"]}", "a member is written as http:// or https://"),
        ("driver: patroni, patroni: {members: [\"https://a:8008/config\"]}", "and nothing behind it"),
        ("driver: patroni, patroni: {members: [\"https://u:secret@a:8008\"]}", "and nothing behind it"),
        (
            "driver: patroni, patroni: {members: [\"http://a:8008\"], user: u, passwordFile: p}",
            "would travel in the clear to a:8008"
        ),
        ("driver: patroni, patroni: {members: [https://a], user: u}", "has no \"passwordFile\" and a \"user\""),
        (
            "driver: patroni, patroni: {members: [https://a], clientKey: k}",
            "has a \"clientKey\" and no \"clientCertificate\""
        ),
        ("driver: patroni, patroni: {members: [https://a], password: hunter2}", "a password stands in the file"),
        ("driver: cloudnativepg, cloudnativepg: {cluster: PG}", "\"cluster\" is of small letters"),
    ])
    func `What is wrong is said`(driver: String, problem: String) {
        let found = problems(text(driver, driver))
        #expect(found.contains { $0.contains(problem) }, "\(found)")
        #expect(!found.contains { $0.contains("hunter2") || $0.contains("secret@") })
    }

    @Test func `A cluster has one driver, and an operator in Kubernetes needs Kubernetes`() {
        let patroni = "driver: patroni, patroni: {members: [https://a]}"
        let mixed = problems(text(patroni, "driver: sql"))
        #expect(mixed.contains { $0.contains("dc2/main has the driver sql, and dc1/main has patroni") }, "\(mixed)")
        let operators = "driver: cloudnativepg, cloudnativepg: {cluster: pg}"
        let alone = problems(text(operators, operators, kubernetes: false))
        #expect(alone.contains { $0.contains("is CloudNativePG's, and dc1 has no \"kubernetes\"") }, "\(alone)")
        #expect(
            problems(text(operators, operators)).contains {
                $0.contains("\"slot\" means nothing for the driver cloudnativepg")
            })
    }
}
