import FailoverModel
import Glibc
import Systems

/// One site's PostgreSQL server: its files, its start, and sessions on it.
struct PostgresSite: Sendable {
    var name: String
    var port: Int
    var programs: String
    var dataRoot: String
    var account: Account?
    var files: RehearsalFiles

    init(_ site: RehearsalRecord.Site, of record: RehearsalRecord, files: RehearsalFiles) throws {
        name = site.name
        port = site.ports.postgres
        programs = record.postgresPrograms
        dataRoot = record.dataRoot
        account = try Account.forPostgres()
        self.files = files
    }

    var data: String { "\(dataRoot)/\(name)" }
    var log: String { files.log("\(name)-postgres") }
    /// The slot on the upstream that this site's receiver uses, and the same on every upstream.
    var slot: String { name.replacing("-", with: "_") }
    /// libpq's password file on the standbys' host. All sites share it here; in life it lies under the same path at each.
    static func passwordFile(in dataRoot: String) -> String { "\(dataRoot)/replication.pgpass" }
    var passwordFile: String { Self.passwordFile(in: dataRoot) }

    func program(_ name: String, _ arguments: [String], environment: [String: String] = [:], log: String) -> Launch {
        Launch(
            executable: "\(programs)/\(name)", arguments: arguments, environment: files.environment(environment),
            account: account, output: .file(log))
    }

    /// The server that runs on this data directory, whoever started it: Handover stops and starts it too, from its host.
    func process(recorded: ProcessIdentity?) -> ProcessIdentity? {
        guard let first = lockFileLines.first, let pid = Int32(first), pid != recorded?.pid,
            let process = ProcessIdentity(pid: pid), process.isAlive,
            (SmallFile.text(at: "/proc/\(pid)/cmdline") ?? "").split(separator: "\0").contains(data[...])
        else { return recorded }
        return process
    }

    /// How Handover works on this host: as PostgreSQL's account, and marked, so that `down` finds what it starts.
    var hostProgram: [String] {
        let marked = ["env", "\(files.marker.name)=\(files.marker.value)", "HOME=/nonexistent", "PGTZ=UTC"]
        guard let account else { return marked }
        return marked + ["setpriv", "--reuid=\(account.user)", "--regid=\(account.group)", "--init-groups", "--"]
    }

    /// What a server writes to that Handover starts: in a place where its account may write.
    var hostLog: String { "\(dataRoot)/\(name).log" }

    /// Starts the server on its data directory as it is: a former primary comes back as a primary.
    func start() throws -> ProcessIdentity {
        // The last life of this server is over (its record says so); a number in this file that somebody else has by
        // now, or that only a zombie bears, would keep the server from starting.
        unlink("\(data)/postmaster.pid")
        return try program("postgres", ["-D", data], log: log).start()
    }

    /// Waits until the server takes connections, as pg_ctl does: by the eighth line of `postmaster.pid`.
    func waitUntilReady(_ process: ProcessIdentity, within limit: Duration = .seconds(20)) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let lines = lockFileLines
            if lines.count > 7, lines[0] == String(process.pid), lines[7].hasPrefix("ready") { return }
            guard process.isAlive, ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "PostgreSQL did not start: \(SmallFile.lastLines(3, of: log))", at: name,
                    next: "See \(log)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// A session as this role; its password is read from the directory's secrets.
    func connect(
        as role: String, database: String, limit: Duration = .seconds(2), applicationName: String = "rehearsal"
    ) async throws -> PostgresConnection {
        let password = try Secret(files.readSecret(role))
        return try await PostgresConnection.open(
            PostgresConnectionSettings(
                host: "127.0.0.1", port: port, user: role, database: database, password: password, sslMode: "disable",
                applicationName: applicationName, place: "\(name)/main", connectLimit: limit))
    }

    /// The lines of `postmaster.pid`; some are empty.
    private var lockFileLines: [Substring] {
        (SmallFile.text(at: "\(data)/postmaster.pid") ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Frees the System V segment a killed server left behind; its number is in the last word of `postmaster.pid` line 7.
    func freeLeftMemory() {
        let lines = lockFileLines
        guard lines.count > 6, let number = lines[6].split(separator: " ").last.flatMap({ Int32($0) }) else { return }
        var segment = shmid_ds()
        guard shmctl(number, IPC_STAT, &segment) == 0, segment.shm_nattch == 0 else { return }
        shmctl(number, IPC_RMID, nil)
    }
}
