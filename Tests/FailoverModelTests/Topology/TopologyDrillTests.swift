import Testing

@testable import FailoverModel

@Suite("Decoding where drills go")
struct TopologyDrillTests {
    private static let host = "databaseHost: {driver: pg_ctl, binaries: /b, data: /srv/main}"

    private func decode(
        database drill: String, host: String = Self.host, release: String? = nil
    ) throws(Diagnostics) -> Topology.Site {
        let chart = release == nil ? "" : "chart: {reference: c}"
        let values = release == nil ? "" : ", values: [v]"
        let more = release.map { ", drill: {\($0)}" } ?? ""
        let text = """
            name: t
            \(chart)
            sites:
              dc1: {postgres: {main: {host: a, user: h, replication: {user: r}, \(host), drill: {\(drill)}}}, \
            kubernetes: {release: ess, namespace: ess\(values)\(more)}}
              dc2: {postgres: {main: {host: b, user: h, replication: {user: r}}}}
            """
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc").sites[0]
    }

    private func problems(_ work: () throws(Diagnostics) -> Topology.Site) -> [String] {
        do throws(Diagnostics) {
            _ = try work()
            return []
        } catch { return error.items.map(\.description) }
    }

    @Test func `What may be left out has its default`() throws {
        #expect(
            try decode(database: "port: 5499, clients: [10.0.0.7]").postgres[0].drill
                == DrillDatabase(
                    host: "a", port: 5499, listen: ["a"], clients: [try #require(InternetNetwork("10.0.0.7"))],
                    path: "/srv/main.handover-drill"))
        let local = try decode(
            database: "port: 5499, host: 127.0.0.1, path: /big/drill, socket: /run/postgresql, roles: [synapse], "
                + "options: [shared_buffers=1GB], database: synapse, statements: [\"SELECT 1\", with x as (select 1) table x]"
        ).postgres[0].drill
        #expect(
            local
                == DrillDatabase(
                    host: "127.0.0.1", port: 5499, roles: ["synapse"], path: "/big/drill", socket: "/run/postgresql",
                    options: ["shared_buffers=1GB"], database: "synapse",
                    statements: ["SELECT 1", "with x as (select 1) table x"]))
        let release = try decode(
            database: "port: 5499, host: localhost",
            release: "release: ess-drill, namespace: drills, values: [v.yaml], allow: [10.2.0.5], "
                + "hosts: {synapse: m.drill.test}, ingress: \"10.2.0.9:8443\""
        ).kubernetes?.drill
        #expect(
            release
                == DrillRelease(
                    release: "ess-drill", namespace: "drills", values: ["/etc/v.yaml"],
                    allow: [try #require(InternetNetwork("10.2.0.5"))], hosts: .init(synapse: "m.drill.test"),
                    ingress: HostAndPort(host: "10.2.0.9", port: 8443)))
    }

    @Test(
        arguments: [
            ("host: localhost", "has no \"port\""), ("port: 5499", "nobody is let in"),
            ("port: 5432, host: localhost", "has the port of the database itself"),
            ("port: 5499, clients: [10.0.0.7/8]", "\"clients\" is of addresses and networks"),
            ("port: 5499, host: localhost, path: /srv", "are one inside the other"),
            ("port: 5499, host: localhost, path: /srv/main/drill", "are one inside the other"),
            ("port: 5499, host: localhost, path: /srv/main", "are one inside the other"),
            ("port: 5499, host: localhost, path: drill", "\"path\" is a whole path"),
            ("port: 5499, host: localhost, options: [Archive_Mode=on]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [port=1]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [shared_preload_libraries=pg_cron]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [session_preload_libraries=x]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [jit_provider=x]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [ssl_passphrase_command=x]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [log_directory=/srv/main]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [include=/etc/x.conf]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [HBA_file=/etc/x]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [temp_tablespaces=x]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, options: [primary_conninfo=host=dc1]", "keeps a drill's copy apart"),
            ("port: 5499, host: localhost, statements: [DELETE FROM events]", "begin with SELECT, WITH or TABLE"),
            ("port: 5499, host: localhost, roles: ['a\"b']", "\"roles\" is of names of roles"),
            ("port: 5499, listen: [db.example.org], clients: [10.0.0.7]", "\"listen\" is of addresses"),
            ("port: 5499, host: localhost, password: hidden", "unknown key \"password\""),
        ])
    func `What is wrong with a database's place is said`(drill: String, problem: String) {
        let found = problems { () throws(Diagnostics) in try decode(database: drill) }
        #expect(found.contains { $0.contains(problem) && $0.hasPrefix("t.yaml:4:") }, "\(found)")
        #expect(!found.contains { $0.contains("hidden") })
    }

    @Test(
        arguments: [
            ("namespace: drills, values: [v]", "has no \"release\""),
            ("release: ess, namespace: drills, values: [v]", "has the name of the real one"),
            ("release: ess-drill, namespace: ess, values: [v]", "in the namespace of the real one"),
            ("release: ess-drill, values: [v]", "has no \"namespace\""),
            ("release: ess-drill, namespace: drills", "has no \"values\""),
        ])
    func `What is wrong with a release's place is said`(release: String, problem: String) {
        let found = problems { () throws(Diagnostics) in
            try decode(database: "port: 5499, host: localhost", release: release)
        }
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    @Test(
        arguments: [
            "service: {serverName: ess.test, hosts: {synapse: matrix.ess.test}}",
            "dns: {driver: powerdns, zone: ess.test, servers: [192.0.2.1], url: \"https://192.0.2.1:8081\", apiKeyFile: k}",
        ])
    func `A drill's release is asked under no name of the users'`(expected: String) {
        func found(_ hosts: String) -> [String] {
            func site(_ name: String, _ address: String, _ drill: String) -> String {
                "  \(name): {kubernetes: {release: ess, namespace: ess, values: [v]\(drill)}, "
                    + (expected.hasPrefix("dns")
                        ? "dns: {matrix.ess.test: {A: [\(address)]}}}\n" : "service: {ingress: \(address)}}\n")
            }
            let drill = ", drill: {release: d, namespace: d, values: [v], hosts: {\(hosts)}}"
            let text =
                "name: t\nchart: {reference: c}\n\(expected)\nsites:\n" + site("dc1", "192.0.2.1", drill)
                + site("dc2", "192.0.2.2", "")
            return problems { () throws(Diagnostics) in
                try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc").sites[0]
            }
        }
        #expect(found("synapse: matrix.drill.test") == [])
        for host in ["mas: Matrix.ess.test", "synapse: matrix.ess.test"] {
            let taken = found(host)
            #expect(
                taken.count == 1 && taken[0].hasPrefix("t.yaml:5:")
                    && taken[0].contains("\"matrix.ess.test\" is the users'"), "\(taken)")
        }
    }

    @Test func `Without the database's host there is no place`() {
        let found = problems { () throws(Diagnostics) in try decode(database: "port: 5499", host: "port: 5433") }
        #expect(found.contains { $0.contains("the cluster has no \"databaseHost\"") }, "\(found)")
    }

    @Test func `Two copies do not share a port of a host`() {
        let cluster = "host: a, user: h, replication: {user: r}, \(Self.host), drill: {port: 5499, clients: [10.0.0.7]}"
        let text = """
            name: t
            sites:
              dc1: {postgres: {main: {\(cluster)}, mas: {port: 5433, \(cluster)}}}
              dc2: {postgres: {main: {host: b, user: h, replication: {user: r}}, mas: {host: c, user: h, replication: {user: r}}}}
            """
        let found = problems { () throws(Diagnostics) in
            try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc").sites[0]
        }
        #expect(found.contains { $0.contains("a:5499, where dc1 has its copy of \"mas\" for drills") }, "\(found)")
    }
}
