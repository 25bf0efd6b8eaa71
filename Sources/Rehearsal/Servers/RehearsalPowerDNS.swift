import GRDB

/// PowerDNS with its API, on SQLite.
struct RehearsalPowerDNS: Sendable {
    static let schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
    /// The file that holds the API's key.
    static let keyName = "names"

    var program: String
    var port: Int
    var apiPort: Int
    var files: RehearsalFiles

    func start() async throws -> ProcessIdentity {
        try SmallFile.write(try configuration, to: "\(files.names)/pdns.conf")
        guard let schema = SmallFile.text(at: Self.schema) else {
            throw SmallFile.failure("cannot be read", Self.schema)
        }
        try await DatabaseQueue(path: database).write { try $0.execute(sql: schema) }
        let zone = RehearsalNames.zone
        for words in [
            ["load-zone", zone, "\(files.names)/zone"], ["set-meta", zone, "SOA-EDIT-API", "INCREASE"],
        ] {
            try await launch("pdnsutil", words).succeed(within: .seconds(20), next: "See \(files.log("names"))")
        }
        return try launch(program).start()
    }

    private func launch(_ program: String, _ words: [String] = []) -> Launch {
        Launch(
            executable: program, arguments: ["--config-dir=\(files.names)"] + words, environment: files.environment(),
            output: .file(files.log("names")))
    }

    private var database: String { "\(files.names)/zones.sqlite" }

    private var configuration: String {
        get throws {
            """
            launch=gsqlite3
            gsqlite3-database=\(database)
            local-address=127.0.0.1
            local-port=\(port)
            socket-dir=\(files.names)
            daemon=no
            guardian=no
            disable-syslog=yes
            write-pid=no
            api=yes
            api-key=\(try files.readSecret(Self.keyName))
            webserver-address=127.0.0.1
            webserver-port=\(apiPort)
            webserver-allow-from=127.0.0.1
            cache-ttl=0
            query-cache-ttl=0
            negquery-cache-ttl=0

            """
        }
    }
}
