import FailoverModel

/// Synapse's database as it was seen.
struct SynapseSight: Equatable, Sendable {
    var systemIdentifier: String
    var isInRecovery: Bool
    struct Sequence: Equatable, Sendable {
        /// The last number given out.
        var value: Int64
        /// The highest number it may give out.
        var most: Int64
    }

    /// By their full names; without those that never gave out a number.
    var sequences: [String: Sequence]
    /// The highest position of each of Synapse's streams as its processes last wrote it down, by the sequence's full name.
    var written: [String: Int64]
    /// Whether there are one-time keys; nil where the table is not there.
    var hasKeys: Bool?
    /// `application_name` of Synapse's own sessions.
    var sessions: [String]
    /// What the role may not do.
    var missing: [String]

    static func look(
        on connection: PostgresConnection, release: String?, within limit: Duration
    ) async throws(Fault) -> SynapseSight {
        let server = try await connection.query(
            """
            SELECT (SELECT system_identifier FROM pg_control_system()) AS sysid, pg_is_in_recovery() AS in_recovery,
                   to_regclass('e2e_one_time_keys_json') IS NOT NULL AS has_keys_table,
                   to_regclass('stream_positions') IS NOT NULL AS has_positions
            """, within: limit
        ).one()
        let missing = try await connection.query(missingQuery, within: limit)
        let sequences = try await connection.query(
            """
            SELECT format('%I.%I', schemaname, sequencename) AS name, last_value, max_value FROM pg_sequences
             WHERE last_value IS NOT NULL AND increment_by > 0
               AND pg_table_is_visible(format('%I.%I', schemaname, sequencename)::regclass)
            """, within: limit)
        let sessions = try await connection.query(
            """
            SELECT DISTINCT application_name AS name FROM pg_stat_activity
             WHERE datname = current_database() AND starts_with(application_name, $1) ORDER BY name
            """, [release.map { "\($0)-synapse-" } ?? "synapse"], within: limit)
        var sight = SynapseSight(
            systemIdentifier: server.text("sysid") ?? "", isInRecovery: server.flag("in_recovery"), sequences: [:],
            written: [:], hasKeys: nil, sessions: sessions.all.compactMap { $0.text("name") },
            missing: missing.all.compactMap { $0.text("what") })
        for row in sequences.all {
            sight.sequences[try row.required("name") { row.text($0) }] = Sequence(
                value: try row.required("last_value") { row.integer($0) },
                most: try row.required("max_value") { row.integer($0) })
        }
        guard sight.missing.isEmpty else { return sight }
        if server.flag("has_keys_table") {
            sight.hasKeys = try await connection.query(
                "SELECT EXISTS (SELECT 1 FROM e2e_one_time_keys_json) AS has", within: limit
            ).one().flag("has")
        }
        if server.flag("has_positions") {
            let rows = try await connection.query(
                "SELECT stream_name, max(stream_id) AS position FROM stream_positions GROUP BY 1", within: limit)
            for row in rows.all {
                guard let sequence = Self.streams[row.text("stream_name") ?? ""],
                    let name = sight.sequences.keys.first(where: { $0.hasSuffix(".\(sequence)") })
                else { continue }
                sight.written[name] = row.integer("position")
            }
        }
        return sight
    }

    func checkPrivileges(database: String, role: String, at place: String) throws(Fault) {
        guard !missing.isEmpty else { return }
        let quoted = "\"" + role.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
        throw Fault(
            .forbidden, "the role \(role) lacks privileges in \(database): \(missing.joined(separator: ", "))",
            at: place,
            next:
                "As the owner of Synapse's tables, in \(database) on the primary: GRANT SELECT, UPDATE ON ALL SEQUENCES IN "
                + "SCHEMA public TO \(quoted); ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, UPDATE ON SEQUENCES TO "
                + "\(quoted); GRANT SELECT ON stream_positions TO \(quoted); GRANT SELECT, TRUNCATE ON "
                + "e2e_one_time_keys_json TO \(quoted)")
    }

    private static let missingQuery = """
        SELECT count(*) || ' sequences (SELECT, UPDATE)' AS what FROM pg_class c
         WHERE c.relkind = 'S' AND pg_table_is_visible(c.oid)
           AND NOT (has_sequence_privilege(c.oid, 'SELECT') AND has_sequence_privilege(c.oid, 'UPDATE'))
        HAVING count(*) > 0
        UNION ALL
        SELECT c.relname || ' (' || wanted.privilege || ')' FROM pg_class c
          JOIN (VALUES ('stream_positions', 'SELECT'), ('e2e_one_time_keys_json', 'SELECT'),
                       ('e2e_one_time_keys_json', 'TRUNCATE')) AS wanted (name, privilege) ON wanted.name = c.relname
         WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) AND NOT has_table_privilege(c.oid, wanted.privilege)
        """

    /// Synapse's streams and their sequences. Of the backfill stream negative positions are written down, so it is not one.
    /// Source: Synapse 1.159.0, the MultiWriterIdGenerators of `storage/databases/main`.
    private static let streams = [
        "events": "events_stream_seq", "account_data": "account_data_sequence",
        "caches": "cache_invalidation_stream_seq", "to_device": "device_inbox_sequence",
        "device_lists_stream": "device_lists_sequence", "e2e_cross_signing_keys": "e2e_cross_signing_keys_sequence",
        "un_partial_stated_event_stream": "un_partial_stated_event_stream_sequence",
        "un_partial_stated_room_stream": "un_partial_stated_room_stream_sequence",
        "presence_stream": "presence_stream_sequence", "profile_updates": "profile_updates_sequence",
        "push_rules_stream": "push_rules_stream_sequence", "pushers": "pushers_sequence",
        "receipts": "receipts_sequence", "sticky_events": "sticky_events_sequence",
        "thread_subscriptions": "thread_subscriptions_sequence",
    ]
}
