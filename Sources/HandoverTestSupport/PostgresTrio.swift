package import FailoverModel
import Foundation
package import Systems

/// Three real PostgreSQL servers in a temporary directory: dc1 primary, dc2 and dc3 hot standbys with a slot each.
///
/// Checksums, scram passwords, roles with the least privileges; everything on 127.0.0.1. Data directories are made once a
/// process and copied for each trio, so a fresh one costs about a second. Server programs refuse to run as root, so under
/// root they are started as the user `postgres`.
package final class PostgresTrio: Sendable {
    package let directory: String
    package let ports: [String: Int]
    package let topology: Topology
    package let secrets = TrioSecrets()

    package static let sites = ["dc1", "dc2", "dc3"]
    package static let cluster = "main"

    /// Starts a fresh trio, with dc2 and dc3 streaming.
    package static func start() async throws -> PostgresTrio {
        let template = try await TrioTemplate.shared.directory()
        let trio = try PostgresTrio(directory: Shell.temporaryDirectory())
        for site in sites {
            try await Shell.asPostgres(["cp", "-a", "\(template)/\(site)", "\(trio.directory)/\(site)"])
            if site != "dc1" { try trio.configure(site) }
            try await trio.start(site)
        }
        try await trio.wait(at: "dc1", for: "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
        return trio
    }

    /// Runs `body` with a fresh trio, and leaves no process and no file whatever happens.
    package static func with(_ body: (PostgresTrio) async throws -> Void) async throws {
        let trio = try await start()
        do { try await body(trio) } catch {
            await trio.remove()
            throw error
        }
        await trio.remove()
    }

    private init(directory: String) throws {
        self.directory = directory
        var ports: [String: Int] = [:]
        for (site, port) in zip(Self.sites, try Shell.freePorts(Self.sites.count)) { ports[site] = port }
        self.ports = ports
        topology = Topology(
            name: "trio",
            sites: Self.sites.map {
                Topology.Site(name: $0, postgres: [Self.server($0, port: ports[$0] ?? 0, directory: directory)])
            })
    }

    private static func server(_ site: String, port: Int, directory: String) -> PostgresServer {
        PostgresServer(
            cluster: cluster,
            connection: .init(
                host: "127.0.0.1", port: port, user: "handover", password: .environment(TrioSecrets.handover)),
            replication: .init(
                host: "127.0.0.1", port: port, user: "replicator", password: .environment(TrioSecrets.replicator),
                applicationName: site, slot: site),
            databaseHost: DatabaseHost(
                program: Shell.asPostgres, binaries: Shell.binaries, data: "\(directory)/\(site)",
                log: "\(directory)/\(site).log", options: ["port=\(port)", "unix_socket_directories=\(directory)"]))
    }

    package func port(of site: String) -> Int { ports[site] ?? 0 }

    /// The upstream as pg_basebackup -R would have left it, password and all.
    private func configure(_ site: String) throws { try configure(site, under: "dc1", slot: site) }

    private func configure(_ site: String, under upstream: String, slot: String) throws {
        let text = """
            primary_conninfo = 'host=127.0.0.1 port=\(port(of: upstream)) user=replicator password=\(TrioSecrets.replicatorPassword) \
            application_name=\(site)'
            primary_slot_name = '\(slot)'

            """
        let path = "\(directory)/\(site)/postgresql.auto.conf"
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Starts a server; `settings` are given on its command line (`max_connections=50`).
    package func start(_ site: String, settings: [String] = []) async throws {
        let options = (["port=\(port(of: site))", "unix_socket_directories=\(directory)"] + settings).map { "-c \($0)" }
        try await Shell.asPostgres([
            Shell.program("pg_ctl"), "-D", "\(directory)/\(site)", "-l", "\(directory)/\(site).log", "-w", "-t", "30",
            "-o",
            options.joined(separator: " "), "start",
        ])
    }

    /// `immediate` is as a crash, `fast` as an orderly stop.
    package func stop(_ site: String, mode: String = "immediate") async throws {
        try await Shell.asPostgres([Shell.program("pg_ctl"), "-D", "\(directory)/\(site)", "-m", mode, "-w", "stop"])
    }

    /// Runs one of PostgreSQL's programs on a site's data directory, as the account of the servers.
    @discardableResult
    package func program(_ name: String, _ arguments: [String], at site: String) async throws -> String {
        try await Shell.asPostgres([Shell.program(name), "-D", "\(directory)/\(site)"] + arguments)
    }

    /// Runs a program as the account of the servers.
    @discardableResult
    package func asServer(_ words: String...) async throws -> String { try await Shell.asPostgres(words) }

    /// Puts an empty database cluster in a site's place: a primary with another system identifier.
    package func replaceByForeignCluster(_ site: String) async throws {
        _ = try? await stop(site)
        try await Shell.asPostgres(["rm", "-rf", "\(directory)/\(site)"])
        try await TrioTemplate.initialise("\(directory)/\(site)")
        try await start(site)
        try await sql(site, TrioTemplate.roles)
    }

    /// Runs SQL as superuser with psql (so not with the code under test) and returns its unaligned output.
    @discardableResult
    package func sql(
        _ site: String, _ text: String, user: String = "postgres", database: String = "postgres"
    ) async throws -> String {
        try await Shell.asPostgres(psql(site, user: user) + ["-d", database, "-c", text])
    }

    /// What pg_controldata says of a server that is stopped, by its labels.
    package func controlData(_ site: String) async throws -> [String: String] {
        let text = try await Shell.asPostgres([Shell.program("pg_controldata"), "\(directory)/\(site)"])
        let lines = text.split(separator: "\n").compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (String(line[..<colon]), value)
        }
        return Dictionary(lines) { first, _ in first }
    }

    /// Makes a server that is stopped a standby of another site's when it starts again, without a slot.
    package func demote(_ site: String, under upstream: String) async throws {
        try configure(site, under: upstream, slot: "")
        try await Shell.asPostgres(["touch", "\(directory)/\(site)/standby.signal"])
    }

    package func psql(_ site: String, user: String = "postgres") -> [String] {
        [
            Shell.program("psql"), "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", directory, "-p", String(port(of: site)),
            "-U",
            user, "-d", "postgres",
        ]
    }

    /// Waits until a query gives `t`.
    package func wait(at site: String, for query: String, seconds: Double = 60) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let answer = try? await sql(site, query)
            if answer == "t" { return }
            if ContinuousClock.now > deadline { throw TrioFailure("\(site) never answered true to: \(query)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Process id of a server's postmaster, or of its child with this word in its title.
    package func process(_ site: String, _ word: String? = nil) async throws -> Int32 {
        let file = try String(contentsOfFile: "\(directory)/\(site)/postmaster.pid", encoding: .utf8)
        guard let postmaster = file.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw TrioFailure("\(site) does not run")
        }
        guard let word else { return postmaster }
        let found = try await Shell.run(["pgrep", "-P", String(postmaster), "-f", word])
        guard let child = found.split(separator: "\n").first.flatMap({ Int32($0) }) else {
            throw TrioFailure("\(site) has no process \(word)")
        }
        return child
    }

    package func remove() async {
        for site in Self.sites { try? await stop(site) }
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// The passwords of a trio, which tests look for in everything that is written.
package struct TrioSecrets: SecretSource {
    package static let handover = "TRIO_HANDOVER"
    package static let replicator = "TRIO_REPLICATOR"
    package static let handoverPassword = "Hnd0ver-sEcret-41"
    package static let replicatorPassword = "Repl-sEcret-87"

    /// Values that differ from the real ones, by reference name: for tests with a wrong password.
    package var overrides: [String: String] = [:]

    package init(overrides: [String: String] = [:]) { self.overrides = overrides }

    package func value(of reference: SecretReference) throws(Fault) -> Secret {
        guard case .environment(let name) = reference, let value = overrides[name] ?? Self.known[name] else {
            throw Fault(.invalid, "no such secret", at: "trio", next: "Use one of the trio's")
        }
        return Secret(value)
    }

    private static let known = [
        handover: handoverPassword, replicator: replicatorPassword, PatroniTrio.rest: PatroniTrio.restPassword,
    ]
}

package struct TrioFailure: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

/// The data directories every trio is copied from; made once a process.
actor TrioTemplate {
    static let shared = TrioTemplate()
    private var making: Task<String, any Error>?

    func directory() async throws -> String {
        if let making { return try await making.value }
        let task = Task { try await Self.make() }
        making = task
        return try await task.value
    }

    private static func make() async throws -> String {
        let directory = try Shell.temporaryDirectory()
        removeAtExit(directory)
        let primary = "\(directory)/dc1"
        let port = try Shell.freePorts(1)[0]
        try await initialise(primary)
        let control = [Shell.program("pg_ctl"), "-D", primary, "-w"]
        let options = "-c port=\(port) -c unix_socket_directories=\(directory)"
        try await Shell.asPostgres(control + ["-l", "\(directory)/log", "-o", options, "start"])
        do {
            let client = ["-h", directory, "-p", String(port), "-U", "postgres"]
            let psql = [Shell.program("psql"), "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", "postgres"] + client
            try await Shell.asPostgres(psql + ["-c", roles, "-c", slots])
            for site in ["dc2", "dc3"] {
                let backup = [
                    Shell.program("pg_basebackup"), "-D", "\(directory)/\(site)", "-X", "stream", "-c", "fast",
                ]
                try await Shell.asPostgres(backup + ["--no-sync", "-S", site] + client)
                try await Shell.asPostgres(["touch", "\(directory)/\(site)/standby.signal"])
            }
        } catch {
            _ = try? await Shell.asPostgres(control + ["-m", "immediate", "stop"])
            throw error
        }
        try await Shell.asPostgres(control + ["-m", "fast", "stop"])
        return directory
    }

    /// An empty cluster that listens on 127.0.0.1 only.
    static func initialise(_ path: String) async throws {
        try await Shell.asPostgres([
            Shell.program("initdb"), "-D", path, "-U", "postgres", "--no-sync", "--data-checksums", "-A", "trust", "-E",
            "UTF8", "--locale=C",
        ])
        try append(configuration, to: "\(path)/postgresql.conf")
        try hba.write(toFile: "\(path)/pg_hba.conf", atomically: false, encoding: .utf8)
    }

    private static func append(_ text: String, to path: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private static let configuration = """
        listen_addresses = '127.0.0.1'
        wal_level = replica
        hot_standby = on
        max_wal_senders = 10
        max_replication_slots = 10
        max_connections = 40
        shared_buffers = 8MB
        fsync = off
        wal_retrieve_retry_interval = '200ms'
        password_encryption = 'scram-sha-256'
        log_line_prefix = '%m [%b] '

        """

    private static let hba = """
        local all all trust
        local replication all trust
        host all all 127.0.0.1/32 scram-sha-256
        host replication replicator 127.0.0.1/32 scram-sha-256

        """

    static let handover = """
        CREATE ROLE handover LOGIN REPLICATION PASSWORD '\(TrioSecrets.handoverPassword)';
        GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO handover;
        GRANT EXECUTE ON FUNCTION pg_promote(bool, int), pg_reload_conf() TO handover;
        GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean),
              pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, boolean) TO handover;
        GRANT ALTER SYSTEM ON PARAMETER primary_conninfo, primary_slot_name, default_transaction_read_only,
              synchronous_standby_names TO handover;
        """

    static let roles = """
        \(handover)
        CREATE ROLE replicator LOGIN REPLICATION PASSWORD '\(TrioSecrets.replicatorPassword)';
        \(tables)
        """

    static let tables = """
        CREATE ROLE app LOGIN PASSWORD 'app';
        CREATE TABLE numbers (value int);
        GRANT ALL ON numbers TO app;
        """

    private static let slots =
        "SELECT pg_create_physical_replication_slot('dc2', true), pg_create_physical_replication_slot('dc3', true)"
}

/// The template's directory is removed when the process ends; nothing runs in it by then.
private nonisolated(unsafe) var directoryToRemove: UnsafeMutablePointer<CChar>?

private func removeAtExit(_ directory: String) {
    directoryToRemove = strdup(directory)
    atexit {
        if let directoryToRemove { try? FileManager.default.removeItem(atPath: String(cString: directoryToRemove)) }
    }
}

/// Runs programs to their end on a dispatch queue.
package enum Shell {
    package static let binaries =
        ProcessInfo.processInfo.environment["HANDOVER_POSTGRES_BIN"] ?? "/usr/lib/postgresql/15/bin"
    private static let isRoot = getuid() == 0

    static func program(_ name: String) -> String { "\(binaries)/\(name)" }

    @discardableResult
    package static func asPostgres(_ arguments: [String]) async throws -> String {
        try await run(asPostgres + arguments)
    }

    static let asPostgres = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []

    @discardableResult
    static func run(_ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try runBlocking(arguments) })
            }
        }
    }

    /// By posix_spawn: Foundation's Process waits for whoever holds a descriptor of its own, and a server that pg_ctl
    /// left running does. The output goes to a file, since a pipe would stay open for the same reason.
    private static func runBlocking(_ arguments: [String]) throws -> String {
        let output = "/tmp/handover-\(UUID().uuidString)"
        defer { unlink(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
        guard failure == 0 else {
            throw TrioFailure("\(arguments[0]) cannot be started: \(String(cString: strerror(failure)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let text = try String(contentsOfFile: output, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard status == 0 else {
            throw TrioFailure("\(arguments.joined(separator: " ")) ended with status \(status): \(text)")
        }
        return text
    }

    /// A directory only the servers' user can enter.
    static func temporaryDirectory() throws -> String {
        let path = "/tmp/handover-pg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        if isRoot, let user = getpwnam("postgres") { chown(path, user.pointee.pw_uid, user.pointee.pw_gid) }
        return path
    }

    /// Ports below Linux' ephemeral range (32768), so that no outgoing connection takes one while its server is down.
    package static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for descriptor in sockets { close(descriptor) } }
        var ports: [Int] = []
        for port in (12_000..<32_000).shuffled() where ports.count < count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port)).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isBound { ports.append(port) }
        }
        guard ports.count == count else { throw TrioFailure("no free port on 127.0.0.1") }
        return ports
    }
}
