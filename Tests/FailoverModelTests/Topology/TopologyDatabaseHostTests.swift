import Testing

@testable import FailoverModel

@Suite("Decoding how a database's host is worked on")
struct TopologyDatabaseHostTests {
    private static let paths = "binaries: /usr/lib/postgresql/15/bin, data: /srv/main"

    private func decode(_ host: String) throws(Diagnostics) -> DatabaseHost? {
        let text = """
            name: t
            sites:
              dc1: {kubernetes: {release: ess}, postgres: {main: {host: a, user: h, replication: {user: r}, databaseHost: {\(host)}}}}
              dc2: {postgres: {main: {host: b, user: h, replication: {user: r}}}}
            """
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
            .sites[0].postgres[0].databaseHost
    }

    private func problems(_ host: String) -> [String] {
        do throws(Diagnostics) {
            _ = try decode(host)
            return []
        } catch { return error.items.map(\.description) }
    }

    @Test func `What may be left out has its default`() throws {
        #expect(
            try decode("driver: pg_ctl, \(Self.paths)")
                == DatabaseHost(binaries: "/usr/lib/postgresql/15/bin", data: "/srv/main", log: "/srv/main.log"))
        #expect(
            try decode("driver: pg_ctlcluster, cluster: 15/main, rebuild: allowed, program: [ssh, db], \(Self.paths)")
                == DatabaseHost(
                    driver: .pgCtlCluster(version: "15", name: "main"), program: ["ssh", "db"],
                    binaries: "/usr/lib/postgresql/15/bin", data: "/srv/main", mayRebuild: true))
        #expect(try decode("driver: pg_ctl, options: [port=5433], \(Self.paths)")?.options == ["port=5433"])
        #expect(
            try decode("driver: statefulset, name: postgres, data: /srv/main")
                == DatabaseHost(driver: .statefulSet(.init(name: "postgres")), binaries: "", data: "/srv/main"))
        let configured = try decode(
            "driver: statefulset, name: pg, namespace: db, container: main, configuration: /etc/pg.conf, \(Self.paths)")
        #expect(configured?.statefulSet == .init(name: "pg", namespace: "db", container: "main"))
        #expect(configured?.configuration == "/etc/pg.conf")
        let programs = "run: [db, run], status: [db, status], stop: [db, stop], start: [db, start], environment: [T]"
        #expect(
            try decode("driver: programs, \(programs), \(Self.paths)")?.driver
                == .programs(
                    .init(
                        run: ["db", "run"], status: ["db", "status"], stop: ["db", "stop"], start: ["db", "start"],
                        environment: ["T"])))
    }

    @Test(
        arguments: [
            (paths, "has no \"driver\""),
            ("driver: systemd, \(paths)", "\"driver\" is pg_ctl, pg_ctlcluster, statefulset"),
            ("driver: statefulset, data: /srv/main", "has no \"name\""),
            ("driver: statefulset, name: A B, data: /srv/main", "\"name\" is of small letters"),
            ("driver: statefulset, name: a, program: [ssh], data: /d", "\"program\" means nothing for the driver"),
            ("driver: programs, run: [a], status: [a], stop: [a], \(paths)", "has no \"start\""),
            (
                "driver: programs, run: [./a], status: [a], stop: [a], start: [a], \(paths)",
                "\"run\" begins with a program"
            ),
            ("driver: programs, run: [a], status: [a], stop: [a], start: [a], data: /d", "has no \"binaries\""),
            ("driver: pg_ctl, data: /srv/main", "has no \"binaries\""),
            ("driver: pg_ctl, binaries: /b, data: main", "\"data\" is a whole path"),
            ("driver: pg_ctl, binaries: /b, data: /srv/../etc", "\"data\" is a whole path"),
            ("driver: pg_ctl, binaries: /b, data: /", "\"data\" is a whole path"),
            ("driver: pg_ctlcluster, \(paths)", "has no \"cluster\""),
            ("driver: pg_ctlcluster, cluster: main, \(paths)", "\"cluster\" is a version and a name"),
            ("driver: pg_ctlcluster, cluster: 15/main, log: /l, \(paths)", "\"log\" means nothing for the driver"),
            ("driver: pg_ctl, cluster: 15/main, \(paths)", "\"cluster\" means nothing for the driver"),
            ("driver: pg_ctl, options: [\"port=1 -D /x\"], \(paths)", "\"options\" is of the form name=value"),
            ("driver: pg_ctl, options: [\"a=$(x)\"], \(paths)", "\"options\" is of the form name=value"),
            ("driver: pg_ctl, rebuild: yes, \(paths)", "\"rebuild\" is allowed or ask"),
            ("driver: pg_ctl, program: [./ssh], \(paths)", "\"program\" begins with a program"),
            ("driver: pg_ctl, password: hidden, \(paths)", "unknown key \"password\""),
        ])
    func `What is wrong is shown with its line`(host: String, problem: String) {
        let found = problems(host)
        #expect(found.contains { $0.contains(problem) && $0.hasPrefix("t.yaml:3:") }, "\(found)")
        #expect(!found.contains { $0.contains("hidden") })
    }
}
