package import FailoverModel

/// The settings of a server that decide whether it can be failed over to, followed or rewound.
package struct PostgresSettings: Equatable, Sendable {
    /// A setting as `pg_settings` shows it.
    package struct Value: Equatable, Sendable {
        package var value: String
        /// `default`, `configuration file`, `command line`, …
        package var source: String
        /// The file it comes from, where the role may see it (`pg_monitor`).
        package var file: String?

        /// Whether `ALTER SYSTEM` put it there; restoring it then means SET, else RESET.
        package var isFromAlterSystem: Bool { file?.hasSuffix("postgresql.auto.conf") == true }
    }

    package var values: [String: Value]

    package subscript(_ name: String) -> String? { values[name]?.value }
    package func integer(_ name: String) -> Int64? { values[name].flatMap { Int64($0.value) } }

    /// The five that a standby must not have lower than its primary (PostgreSQL 15 §27.4.3).
    package static let notLowerOnStandby = [
        "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
        "max_locks_per_transaction",
    ]

    static let names =
        notLowerOnStandby + [
            "wal_log_hints", "data_checksums", "full_page_writes", "max_slot_wal_keep_size", "max_replication_slots",
            "recovery_target_timeline", "recovery_min_apply_delay", "wal_level", "hot_standby", "primary_conninfo",
            "primary_slot_name", "synchronous_standby_names", "default_transaction_read_only", "wal_receiver_timeout",
            "restore_command", "wal_keep_size", "archive_mode",
        ]

    /// Which of the five are lower here than on `primary`: `max_connections is 50, the primary has 100`.
    package func tooLow(for primary: PostgresSettings) -> [String] {
        Self.notLowerOnStandby.compactMap { name in
            guard let here = integer(name), let there = primary.integer(name), here < there else { return nil }
            return "\(name) is \(here), \(there) is needed"
        }
    }

    /// Whether pg_rewind could repair this server after a divergence (PostgreSQL 15, pg_rewind, Notes).
    package var allowsRewind: Bool {
        (self["wal_log_hints"] == "on" || self["data_checksums"] == "on") && self["full_page_writes"] == "on"
    }

    package init(values: [String: Value]) { self.values = values }

    static func read(_ connection: PostgresConnection, within limit: Duration) async throws(Fault) -> PostgresSettings {
        let names = "{" + names.joined(separator: ",") + "}"
        let rows = try await connection.query(
            "SELECT name, setting, source, sourcefile FROM pg_settings WHERE name = ANY($1::text[])", [names],
            within: limit)
        var values: [String: Value] = [:]
        for row in rows.all {
            guard let name = row.text("name") else { continue }
            values[name] = Value(
                value: row.text("setting") ?? "", source: row.text("source") ?? "", file: row.text("sourcefile"))
        }
        return PostgresSettings(values: values)
    }
}

extension PostgresTarget {
    /// The settings that matter for a failover, in one round trip.
    package func settings() async throws(Fault) -> PostgresSettings {
        let connection = try await connect()
        defer { connection.close() }
        return try await PostgresSettings.read(connection, within: limits.statement)
    }
}
