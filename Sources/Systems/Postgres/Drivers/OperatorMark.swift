import FailoverModel

/// What gives away that a server is run by an operator, whatever the topology says.
struct OperatorMark: Equatable, Sendable {
    /// As people call it.
    var owner: String
    var evidence: String
    /// What to write in the topology instead.
    var advice: String

    /// `nil` where nothing gives one away.
    ///
    /// Patroni's sessions call themselves so, and it gives settings to the server on its command line that nobody else puts
    /// there, which stay while Patroni itself is down (patroni/postgresql/config.py, `CMDLINE_OPTIONS`). CloudNativePG writes
    /// a setting of its own and archives through its instance manager (pkg/postgres/configuration.go).
    static func seen(at target: PostgresTarget) async throws(Fault) -> OperatorMark? {
        let connection = try await target.connect()
        defer { connection.close() }
        let row = try await connection.query(query, within: target.limits.statement).one()
        if row.flag("patroni_session") { return patroni("it has a session called Patroni") }
        if row.flag("patroni_command_line") {
            return patroni("it was started with cluster_name and wal_level on its command line, as Patroni does")
        }
        if row.flag("cnpg") {
            return OperatorMark(
                owner: "CloudNativePG",
                evidence: "it has the setting cnpg.config_sha256 or archives by /controller/manager",
                advice: "say \"driver: cloudnativepg\" for it in the topology")
        }
        return nil
    }

    private static func patroni(_ evidence: String) -> OperatorMark {
        OperatorMark(
            owner: "Patroni", evidence: evidence, advice: "say \"driver: patroni\" for it in the topology")
    }

    private static let query = """
        SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'Patroni%') AS patroni_session,
               (SELECT count(*) = 4 FROM pg_settings WHERE source = 'command line' AND name IN
                 ('cluster_name', 'wal_level', 'max_locks_per_transaction', 'track_commit_timestamp'))
                 AS patroni_command_line,
               current_setting('cnpg.config_sha256', true) IS NOT NULL
                 OR current_setting('archive_command') LIKE '/controller/manager %' AS cnpg
        """
}
