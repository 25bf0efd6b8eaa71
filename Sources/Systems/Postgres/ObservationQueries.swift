import FailoverModel

/// The queries behind an observation (PostgreSQL 15 §9.27, §28.2, §54.19); they work on primaries and standbys.
enum ObservationQueries {
    /// One row. `pg_walfile_name` and `pg_current_wal_lsn` fail in recovery, so a CASE keeps them away.
    static func status(_ version: Int64) -> String {
        let pause =
            version >= 140_000
            ? "pg_get_wal_replay_pause_state()"
            : "CASE WHEN pg_is_wal_replay_paused() THEN 'paused' ELSE 'not paused' END"
        return """
            SELECT pg_is_in_recovery() AS in_recovery,
                   (SELECT system_identifier FROM pg_control_system()) AS sysid,
                   (SELECT timeline_id FROM pg_control_checkpoint()) AS ctl_tli,
                   CASE WHEN NOT pg_is_in_recovery() THEN
                     ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS wal_tli,
                   CASE WHEN pg_is_in_recovery() THEN GREATEST(COALESCE(pg_last_wal_receive_lsn(), '0/0'),
                                                               COALESCE(pg_last_wal_replay_lsn(), '0/0'))
                        ELSE pg_current_wal_flush_lsn() END AS pos,
                   pg_last_wal_replay_lsn() AS replay, pg_last_wal_receive_lsn() IS NOT NULL AS has_received,
                   (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000000)::bigint AS last_xact,
                   CASE WHEN pg_is_in_recovery() THEN \(pause) END AS pause,
                   (SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup' LIMIT 1) AS startup_wait,
                   current_setting('default_transaction_read_only') AS read_only,
                   (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
                      AND pid <> pg_backend_pid() AND usename IS DISTINCT FROM current_user) AS foreign_sessions,
                   (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock,
                   w.pid AS receiver_pid, w.status, w.received_tli, w.sender_host, w.sender_port, w.slot_name,
                   (extract(epoch FROM w.last_msg_receipt_time) * 1000000)::bigint AS last_msg
              FROM (SELECT 1) one LEFT JOIN pg_stat_wal_receiver w ON true
            """
    }

    /// Standbys only: Handover's own replication sessions are left out.
    static let senders = """
        SELECT application_name, COALESCE(state, 'hidden') AS state, replay_lsn,
               CASE WHEN NOT pg_is_in_recovery()
                    THEN pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint END AS lag
          FROM pg_stat_replication WHERE usename IS DISTINCT FROM current_user
            OR application_name NOT LIKE 'handover/%' ORDER BY application_name, pid
        """

    static let slots = """
        SELECT slot_name, active, wal_status,
               pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                    ELSE pg_current_wal_lsn() END, restart_lsn)::bigint AS retained
          FROM pg_replication_slots ORDER BY slot_name
        """

    static func sender(_ row: PostgresRows.Row) -> PostgresObservation.Sender {
        PostgresObservation.Sender(
            applicationName: row.text("application_name") ?? "", state: row.text("state") ?? "",
            replayed: row.position("replay_lsn"), lagBytes: row.integer("lag"))
    }

    static func slot(_ row: PostgresRows.Row) -> PostgresObservation.Slot {
        PostgresObservation.Slot(
            name: row.text("slot_name") ?? "", isActive: row.flag("active"), walStatus: row.text("wal_status"),
            retainedBytes: row.integer("retained"))
    }
}
