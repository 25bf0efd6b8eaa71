import FailoverModel
import Systems

/// The roles and tables of a rehearsal, made once on the first primary; the standbys have them by replication.
struct PostgresRoles {
    var files: RehearsalFiles

    static let names = ["postgres", "handover", "replicator", "synapse"]

    func create(on primary: PostgresSite, standbys: [PostgresSite], withStandIn: Bool) async throws {
        let session = try await primary.connect(as: "postgres", database: "postgres", limit: .seconds(5))
        defer { session.close() }
        // A statement that fails would otherwise be written to the server's log with the password in it.
        try await change("SET log_min_error_statement = 'panic'", session)
        try await createHandover(session)
        try await createRole("replicator", "LOGIN REPLICATION", session)
        try await createRole("synapse", "LOGIN", session)
        try await change(
            "CREATE DATABASE synapse OWNER synapse ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
            session)
        for standby in standbys {
            try await change("SELECT pg_create_physical_replication_slot('\(standby.slot)', true)", session)
        }
        try await createTables(on: primary, withStandIn: withStandIn)
    }

    /// The least privileges a failover needs from PostgreSQL 15 on; no superuser.
    private func createHandover(_ session: PostgresConnection) async throws {
        try await createRole("handover", "LOGIN REPLICATION", session)
        try await change("GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO handover", session)
        try await change(
            "GRANT EXECUTE ON FUNCTION pg_promote(bool, int), pg_reload_conf(), pg_switch_wal() TO handover", session)
        try await change(
            """
            GRANT ALTER SYSTEM ON PARAMETER primary_conninfo, primary_slot_name, default_transaction_read_only,
                synchronous_standby_names, wal_retrieve_retry_interval TO handover
            """, session)
        // What pg_rewind reads the primary's files with.
        try await change(
            """
            GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean),
                pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, boolean) TO handover
            """, session)
    }

    private func createTables(on primary: PostgresSite, withStandIn: Bool) async throws {
        let session = try await primary.connect(as: "synapse", database: "synapse")
        defer { session.close() }
        // No unique index: a row written twice is to be counted, not refused.
        try await change(
            """
            CREATE TABLE rehearsal_writes (
                n bigint NOT NULL, site text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())
            """, session)
        try await change("CREATE TABLE ingress_probe (site text PRIMARY KEY, at timestamptz NOT NULL)", session)
        if withStandIn {
            try await createSynapseTables(session)
            try await grantSynapse(session)
        }
    }

    /// The privileges that preparing Synapse's own schema needs, which is there once Synapse has run.
    func grantSynapse(on primary: PostgresSite) async throws {
        let session = try await primary.connect(as: "synapse", database: "synapse")
        defer { session.close() }
        try await grantSynapse(session)
    }

    private func grantSynapse(_ session: PostgresConnection) async throws {
        for statement in [
            "GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO handover",
            "GRANT SELECT ON stream_positions TO handover",
            "GRANT SELECT, TRUNCATE ON e2e_one_time_keys_json TO handover",
        ] {
            try await change(statement, session)
        }
    }

    /// What of Synapse's own schema a failover is about.
    private func createSynapseTables(_ session: PostgresConnection) async throws {
        for statement in [
            "CREATE SEQUENCE events_stream_seq", "CREATE SEQUENCE device_inbox_sequence",
            "SELECT setval('events_stream_seq', 206), setval('device_inbox_sequence', 12)",
            "CREATE TABLE stream_positions (stream_name text, instance_name text, stream_id bigint)",
            "INSERT INTO stream_positions VALUES ('events', 'master', 206), ('to_device', 'master', 12)",
            """
            CREATE TABLE e2e_one_time_keys_json (
                user_id text, device_id text, algorithm text, key_id text, ts_added_ms bigint, key_json text)
            """,
            "INSERT INTO e2e_one_time_keys_json VALUES ('@a:ess.test', 'A', 'signed_curve25519', 'AAAA', 0, '{}')",
        ] {
            try await change(statement, session)
        }
    }

    /// CREATE ROLE takes no parameters; our passwords are hexadecimal, so quoting them cannot go wrong.
    private func createRole(_ name: String, _ options: String, _ session: PostgresConnection) async throws {
        let password = try files.readSecret(name)
        try await session.query(
            "CREATE ROLE \(name) \(options) PASSWORD '\(password)'", effect: .changes, secrets: [Secret(password)])
    }

    private func change(_ text: String, _ session: PostgresConnection) async throws {
        try await session.query(text, effect: .changes, within: .seconds(30))
    }

    /// From now on the primary acknowledges a commit when any one standby has it. By ALTER SYSTEM and after the base
    /// backups, so that no standby inherits it.
    static func makeSynchronous(_ primary: PostgresSite, standbys: [String]) async throws {
        let session = try await primary.connect(as: "postgres", database: "postgres")
        defer { session.close() }
        let names = standbys.map { "\"\($0)\"" }.joined(separator: ", ")
        try await session.query(
            "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (\(names))'", effect: .changes)
        try await session.query("SELECT pg_reload_conf()", effect: .changes)
    }

    /// Waits until every standby streams from the primary.
    static func waitUntilStreaming(_ primary: PostgresSite, standbys: [String]) async throws {
        let session = try await primary.connect(as: "handover", database: "postgres")
        defer { session.close() }
        let deadline = ContinuousClock.now + .seconds(15)
        while true {
            let rows = try await session.query(
                "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'")
            let missing = Set(standbys).subtracting(rows.all.compactMap { $0.text("application_name") })
            if missing.isEmpty { return }
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "no streaming from \(primary.name) to \(missing.sorted().joined(separator: ", "))",
                    at: primary.name, next: "See \(primary.log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
