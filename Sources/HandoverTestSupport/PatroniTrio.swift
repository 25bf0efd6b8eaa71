package import FailoverModel
import Foundation
import Glibc

/// Three Patroni clusters of one member each over one etcd: dc1 leads, dc2 and dc3 are standby clusters of it.
///
/// Passwords, roles and tables are those of `PostgresTrio`. Patroni looks once a second, so what is asked of it takes about one.
package final class PatroniTrio: Sendable {
    package let directory: String
    package let topology: Topology
    private let ports: [String: (sql: Int, rest: Int)]
    private let etcd: (client: Int, peer: Int)
    private let running = Processes()

    package static let sites = PostgresTrio.sites
    /// The reference of the REST API's password, and the password.
    package static let rest = "PATRONI_REST"
    package static let restPassword = "Rest-sEcret-23"
    private static let superuserPassword = "Super-sEcret-65"

    /// Processes by name: `etcd`, or a site for its Patroni.
    private actor Processes {
        var children: [String: ChildProgram] = [:]
        func add(_ name: String, _ child: ChildProgram) { children[name] = child }
        func take(_ name: String) -> ChildProgram? { children.removeValue(forKey: name) }
        func child(_ name: String) -> ChildProgram? { children[name] }
        var names: [String] { Array(children.keys) }
    }

    /// Runs `body` with fresh clusters, and leaves no process and no file whatever happens.
    package static func with(_ body: (PatroniTrio) async throws -> Void) async throws {
        let trio = try PatroniTrio()
        do {
            try await trio.start()
            try await body(trio)
        } catch {
            await trio.remove()
            throw error
        }
        await trio.remove()
    }

    private init() throws {
        directory = try Shell.temporaryDirectory()
        let free = try Shell.freePorts(8)
        etcd = (free[6], free[7])
        var ports: [String: (sql: Int, rest: Int)] = [:]
        for (index, site) in Self.sites.enumerated() { ports[site] = (free[2 * index], free[2 * index + 1]) }
        self.ports = ports
        topology = Topology(
            name: "patroni",
            sites: Self.sites.map { site in
                let (sql, rest) = ports[site] ?? (0, 0)
                return Topology.Site(
                    name: site,
                    postgres: [
                        PostgresServer(
                            cluster: PostgresTrio.cluster,
                            connection: .init(
                                host: "127.0.0.1", port: sql, user: "handover",
                                password: .environment(TrioSecrets.handover)),
                            replication: .init(
                                host: "127.0.0.1", port: sql, user: "", applicationName: site, slot: site),
                            driver: .patroni(
                                PatroniMembers(
                                    urls: ["http://127.0.0.1:\(rest)"], user: "patroni",
                                    password: .environment(Self.rest))))
                    ])
            })
    }

    package func sqlPort(_ site: String) -> Int { ports[site]?.sql ?? 0 }
    package func restPort(_ site: String) -> Int { ports[site]?.rest ?? 0 }

    /// The topology in YAML, with passwords in files of the folder.
    package func topologyFile(passwords folder: String) throws -> String {
        try (TrioSecrets.handoverPassword + "\n").write(toFile: "\(folder)/handover", atomically: true, encoding: .utf8)
        try (Self.restPassword + "\n").write(toFile: "\(folder)/rest", atomically: true, encoding: .utf8)
        for file in ["handover", "rest"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/\(file)")
        }
        let sites = Self.sites.map { site in
            """
              \(site):
                postgres:
                  main:
                    {host: 127.0.0.1, port: \(sqlPort(site)), user: handover, passwordFile: handover, replication: {},
                     driver: patroni,
                     patroni: {members: ["http://127.0.0.1:\(restPort(site))"], user: patroni, passwordFile: rest}}
            """
        }
        return "name: patroni\nsites:\n" + sites.joined(separator: "\n") + "\n"
    }

    // MARK: Processes

    private func start() async throws {
        try await startEtcd()
        for site in Self.sites {
            try configuration(site).write(toFile: "\(directory)/\(site).yml", atomically: false, encoding: .utf8)
        }
        try await startPatroni("dc1")
        try await wait(at: "dc1", for: "SELECT NOT pg_is_in_recovery()")
        try await sql("dc1", TrioTemplate.handover)
        try await sql("dc1", TrioTemplate.tables)
        for site in ["dc2", "dc3"] { try await startPatroni(site) }
        try await wait(at: "dc1", for: "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
        for site in Self.sites { try await waitForLeader(site) }
    }

    package func startEtcd() async throws {
        let (client, peer) = ("http://127.0.0.1:\(etcd.client)", "http://127.0.0.1:\(etcd.peer)")
        try await launch(
            "etcd", "etcd",
            [
                "--data-dir", "\(directory)/etcd", "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster",
                "default=\(peer)", "--unsafe-no-fsync",
            ])
    }

    package func startPatroni(_ site: String) async throws {
        try await launch(site, "patroni", ["\(directory)/\(site).yml"])
    }

    private func launch(_ name: String, _ program: String, _ arguments: [String]) async throws {
        let user = getuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        let child = try ChildProgram.start("setpriv", user + [program] + arguments)
        await running.add(name, child)
    }

    /// Sends a signal to etcd or to a site's Patroni, not to its server.
    package func send(_ signal: Int32, to name: String) async { await running.child(name)?.send(signal) }

    /// Kills a site's Patroni and its server, as a power cut would.
    package func kill(_ site: String) async {
        await end(site)
        let file = try? String(contentsOfFile: "\(directory)/\(site)/postmaster.pid", encoding: .utf8)
        guard let postmaster = file?.split(separator: "\n").first.flatMap({ Int32($0) }) else { return }
        // A postmaster that dies takes its children with it, but not at once, and the next server needs their port.
        Glibc.kill(postmaster, SIGQUIT)
        for _ in 0..<200 where Glibc.kill(postmaster, 0) == 0 { try? await Task.sleep(for: .milliseconds(25)) }
        Glibc.kill(postmaster, SIGKILL)
    }

    package func end(_ name: String) async {
        guard let child = await running.take(name) else { return }
        child.send(SIGKILL)
        _ = await child.end()
    }

    private func remove() async {
        for site in Self.sites { await kill(site) }
        await end("etcd")
        try? FileManager.default.removeItem(atPath: directory)
    }

    // MARK: Looking

    /// As superuser with psql, which knows nothing of the code under test.
    @discardableResult
    package func sql(_ site: String, _ text: String, user: String = "postgres") async throws -> String {
        try await Shell.asPostgres([
            Shell.program("psql"), "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", directory, "-p", String(sqlPort(site)),
            "-U", user, "-d", "postgres", "-c", text,
        ])
    }

    package func wait(at site: String, for query: String, seconds: Double = 60) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let answer = try? await sql(site, query)
            if answer == "t" { return }
            if ContinuousClock.now > deadline { throw TrioFailure("\(site) never answered true to: \(query)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until a site's member holds the leader's lock, and says so.
    package func waitForLeader(_ site: String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? await curl(site, "/leader")) == nil {
            if ContinuousClock.now > deadline { throw TrioFailure("\(site) got no leader") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What Patroni's REST API says, by curl.
    package func curl(_ site: String, _ path: String, patch: String? = nil) async throws -> String {
        let change = patch.map { ["-u", "patroni:\(Self.restPassword)", "-X", "PATCH", "-d", $0] } ?? []
        return try await Shell.run(["curl", "-sf", "-m", "5"] + change + ["http://127.0.0.1:\(restPort(site))\(path)"])
    }

    private func configuration(_ site: String) -> String {
        let (sql, rest) = (sqlPort(site), restPort(site))
        let role =
            site == "dc1"
            ? "slots: {dc2: {type: physical}, dc3: {type: physical}}"
            : "standby_cluster: {host: 127.0.0.1, port: \(sqlPort("dc1")), primary_slot_name: \(site), create_replica_methods: [basebackup]}"
        return """
            scope: \(site)
            name: \(site)-0
            restapi:
              listen: 127.0.0.1:\(rest)
              connect_address: 127.0.0.1:\(rest)
              authentication: {username: patroni, password: \(Self.restPassword)}
            etcd3: {host: "127.0.0.1:\(etcd.client)"}
            bootstrap:
              dcs:
                ttl: 20
                loop_wait: 1
                retry_timeout: 3
                \(role)
                postgresql:
                  use_pg_rewind: true
                  use_slots: true
                  parameters:
                    {wal_level: replica, hot_standby: "on", max_wal_senders: 10, max_replication_slots: 10, wal_log_hints: "on",
                     max_connections: 40, shared_buffers: 16MB, fsync: "off", wal_retrieve_retry_interval: 200ms}
              initdb: [{encoding: UTF8}, data-checksums, no-sync, {locale: C}, {auth-host: scram-sha-256}, {auth-local: trust}]
              pg_hba:
                - local all all trust
                - host replication replicator 127.0.0.1/32 scram-sha-256
                - host all all 127.0.0.1/32 scram-sha-256
            postgresql:
              listen: 127.0.0.1:\(sql)
              connect_address: 127.0.0.1:\(sql)
              data_dir: \(directory)/\(site)
              bin_dir: \(Shell.binaries)
              pgpass: \(directory)/\(site).pgpass
              authentication:
                replication: {username: replicator, password: \(TrioSecrets.replicatorPassword)}
                superuser: {username: postgres, password: \(Self.superuserPassword)}
                rewind: {username: rewinder, password: \(Self.superuserPassword)}
              parameters: {unix_socket_directories: \(directory)}
              basebackup: [{checkpoint: fast}, no-sync]

            """
    }
}
