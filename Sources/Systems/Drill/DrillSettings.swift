import FailoverModel

/// The configuration of a drill's copy: its own wholly, and nothing of the site's.
///
/// Of the database's settings only those are taken that a copy of it cannot run without, or that decide how fast it answers.
/// No library is loaded: a scheduler in the copy would do its work twice.
struct DrillSettings: Sendable {
    var systemIdentifier: String
    var configuration: String
    var accessRules: String

    /// The copy must not have less of the first five than its primary had (PostgreSQL 15 §27.4.3).
    private static let taken =
        PostgresSettings.notLowerOnStandby + [
            "wal_level", "fsync", "full_page_writes", "dynamic_shared_memory_type", "work_mem", "effective_cache_size",
            "random_page_cost", "jit", "ssl", "ssl_cert_file", "ssl_key_file", "ssl_ca_file",
        ]

    init(
        for copy: DrillCopy, systemIdentifier: String, on connection: PostgresConnection, within limit: Duration
    ) async throws(Fault) {
        let rows = try await connection.query(
            "SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])",
            ["{" + Self.taken.joined(separator: ",") + "}"], within: limit)
        var values: [String: String] = [:]
        for row in rows.all { if let name = row.text("name") { values[name] = row.text("setting") } }
        for option in copy.drill.options {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        for (name, value) in Self.apart(copy) { values[name] = value }
        if try await connection.serverVersion() < 150_000 { values["archive_library"] = nil }
        var lines = "# Written by Handover for the drill of \(copy.owner.run.onOneLine(limit: 80)).\n"
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            lines += try SQLText.setting(name, value, at: copy.place)
        }
        self.systemIdentifier = systemIdentifier
        configuration = lines
        accessRules = Self.rules(copy)
    }

    /// What keeps it apart; nothing else may say otherwise.
    private static func apart(_ copy: DrillCopy) -> [String: String] {
        [
            "port": String(copy.drill.port), "listen_addresses": copy.drill.listen.joined(separator: ","),
            "unix_socket_directories": "", "cluster_name": copy.name, "hot_standby": "on", "primary_conninfo": "",
            "primary_slot_name": "", "restore_command": "", "archive_mode": "off", "archive_command": "",
            "archive_library": "", "archive_cleanup_command": "", "recovery_end_command": "",
            "synchronous_standby_names": "", "max_logical_replication_workers": "0", "autovacuum": "off",
            "restart_after_crash": "off", "logging_collector": "off", "default_transaction_read_only": "off",
        ]
    }

    /// Nobody but Handover's role, and those of the drill's release, from the addresses that the topology names. `md5` takes
    /// passwords that are kept for SCRAM too, and then does SCRAM (PostgreSQL 15 §21.5).
    private static func rules(_ copy: DrillCopy) -> String {
        let addresses = ["127.0.0.1/32", "::1/128"] + copy.drill.clients.map { "\($0.address)/\($0.prefixLength)" }
        let roles = [copy.target.server.connection.user] + copy.drill.roles
        return "# Written by Handover for a drill: nobody else is let in.\n"
            + addresses.flatMap { address in
                roles.map { "host all \"\($0.replacing("\"", with: "\"\""))\" \(address) md5\n" }
            }.joined()
    }
}
