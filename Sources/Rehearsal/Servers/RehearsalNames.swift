import FailoverModel
import GRDB

/// The users' names in a zone of its own, on a real PowerDNS with its API, outside of all sites.
struct RehearsalNames: Sendable {
    static let zone = "ess.test"
    static let names = ["account", "admin", "element", "matrix", "mrtc"]
    static let schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"
    /// The file that holds the API's key.
    static let keyName = "names"

    var program: String
    var port: Int
    var apiPort: Int
    var files: RehearsalFiles

    init?(_ record: RehearsalRecord, files: RehearsalFiles) {
        guard let program = record.programs.nameServer else { return nil }
        self.program = program
        self.files = files
        port = record.shared.names
        apiPort = record.shared.namesAPI
    }

    /// The address that the users' names lead to where this site serves; one of those set aside for examples (RFC 5737).
    static func address(of index: Int) -> String { "203.0.113.\(index + 11)" }

    /// Makes the zone, in which every name leads to the first site, and starts the server.
    func start() async throws -> ProcessIdentity {
        try SmallFile.makeDirectory(files.names)
        try SmallFile.write(try configuration, to: "\(files.names)/pdns.conf")
        try SmallFile.write(zoneFile, to: "\(files.names)/zone")
        guard let schema = SmallFile.text(at: Self.schema) else {
            throw SmallFile.failure("cannot be read", Self.schema)
        }
        try await DatabaseQueue(path: database).write { try $0.execute(sql: schema) }
        for words in [
            ["load-zone", Self.zone, "\(files.names)/zone"], ["set-meta", Self.zone, "SOA-EDIT-API", "INCREASE"],
        ] {
            try await launch("pdnsutil", words).succeed(within: .seconds(20), next: "See \(log)")
        }
        return try launch(program).start()
    }

    var log: String { files.log("names") }

    private func launch(_ program: String, _ words: [String] = []) -> Launch {
        Launch(
            executable: program, arguments: ["--config-dir=\(files.names)"] + words, environment: files.environment(),
            output: .file(log))
    }

    private var database: String { "\(files.names)/zones.sqlite" }

    private var zoneFile: String {
        let names = (["@"] + Self.names).map { "\($0) IN A \(Self.address(of: 0))" }
        let server = "ns1.\(Self.zone)."
        let lines = [
            "$ORIGIN \(Self.zone).", "$TTL 60", "@ IN SOA \(server) hostmaster.\(Self.zone). 1 3600 3600 86400 60",
            "@ IN NS \(server)", "ns1 IN A 127.0.0.1",
        ]
        return (lines + names).joined(separator: "\n") + "\n"
    }

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
