package import FailoverModel

/// A privilege that Handover's role lacks, and the statement that grants it.
package struct MissingPrivilege: Equatable, Sendable {
    package var what: String
    /// To be run on the primary by a superuser; roles and grants reach the standbys by replication.
    package var grant: String
}

extension PostgresTarget {
    /// What the role lacks for a failover; empty where all is in place. PostgreSQL before 15 needs a superuser.
    package func privileges() async throws(Fault) -> [MissingPrivilege] {
        let connection = try await connect()
        defer { connection.close() }
        let role = server.connection.user
        let quoted = "\"" + role.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
        let own = try await connection.query(
            "SELECT rolsuper, rolreplication FROM pg_roles WHERE rolname = current_user", within: limits.statement
        ).one()
        if own.flag("rolsuper") { return [] }
        if try await connection.serverVersion() < 150_000 {
            return [MissingPrivilege(what: "superuser (before PostgreSQL 15)", grant: "ALTER ROLE \(quoted) SUPERUSER")]
        }
        let rows = try await connection.query(Self.missingPrivilegesQuery, within: limits.statement)
        var missing = rows.all.map { row in
            MissingPrivilege(what: row.text("what") ?? "", grant: "GRANT \(row.text("grant") ?? "") TO \(quoted)")
        }
        if !own.flag("rolreplication") {
            missing.append(MissingPrivilege(what: "REPLICATION", grant: "ALTER ROLE \(quoted) REPLICATION"))
        }
        return missing
    }

    private static let missingPrivilegesQuery = """
        SELECT name AS what, name AS "grant" FROM unnest(ARRAY['pg_monitor', 'pg_checkpoint', 'pg_signal_backend']) name
         WHERE NOT pg_has_role(current_user, name, 'USAGE')
        UNION ALL
        SELECT 'execute ' || name, 'EXECUTE ON FUNCTION ' || name
          FROM unnest(ARRAY['pg_promote(boolean,integer)', 'pg_reload_conf()']) name
         WHERE NOT has_function_privilege(name, 'EXECUTE')
        UNION ALL
        SELECT 'alter system ' || name, 'ALTER SYSTEM ON PARAMETER ' || name
          FROM unnest(ARRAY['primary_conninfo', 'primary_slot_name', 'default_transaction_read_only',
                            'synchronous_standby_names']) name
         WHERE NOT has_parameter_privilege(name, 'ALTER SYSTEM')
        """
}
