import FailoverModel

extension RejoinWork {
    /// pg_rewind reads the primary's files by SQL, which takes four functions (PostgreSQL 15, pg_rewind, Notes).
    func requireRewindPrivileges() async throws(Fault) {
        let connection = try await look.source.target.connect()
        defer { connection.close() }
        let rows = try await connection.query(
            """
            SELECT name FROM unnest(ARRAY[
                'pg_ls_dir(text,boolean,boolean)', 'pg_stat_file(text,boolean)', 'pg_read_binary_file(text)',
                'pg_read_binary_file(text,bigint,bigint,boolean)']) name
             WHERE NOT has_function_privilege('pg_catalog.' || name, 'EXECUTE')
            """, within: access.limits.statement)
        let missing = rows.all.compactMap { $0.text("name") }
        guard !missing.isEmpty else { return }
        let role = look.source.target.server.connection.user
        throw Fault(
            .forbidden, "the role \(role) may not do what pg_rewind needs: execute \(missing.joined(separator: ", "))",
            at: look.source.target.place,
            next: "As a superuser in the database \(look.source.target.server.connection.database) there: "
                + "GRANT EXECUTE ON FUNCTION \(missing.joined(separator: ", ")) TO \(role)")
    }

    /// What stands against a copy; looked at before anything is moved.
    func whyNoCopy() async throws(Fault) -> StandbyComparison.Refusal? {
        let connection = try await look.source.target.connect()
        defer { connection.close() }
        let row = try await connection.query(
            """
            SELECT (SELECT sum(pg_database_size(oid))::bigint FROM pg_database) AS bytes,
                   (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces
            """, within: access.limits.statement
        ).one()
        let place = look.target.place
        if (row.integer("tablespaces") ?? 0) > 0 || look.host?.sight.hasTablespaces == true {
            return .init(
                rule: "has-tablespaces",
                sentence:
                    "\(look.source.target.place) has tablespaces, and where those of \(place) are to lie is not for "
                    + "Handover to guess; copy it by hand with pg_basebackup --tablespace-mapping")
        }
        let needed = (row.integer("bytes") ?? 0) + 64 * 1_048_576
        guard let free = look.host?.sight.freeBytes, free < needed else { return nil }
        return .init(
            rule: "no-room-for-copy",
            sentence: "\(place) has \(free / 1_048_576) MB free beside its data directory, and a copy of "
                + "\(look.source.target.place) takes \(needed / 1_048_576) MB; the old data is kept until a person removes "
                + "it, so make room first")
    }
}
