import FailoverModel

/// The checks of one PostgreSQL server that want more than an observation: its data, and its room for standbys.
struct PostgresHealthChecks: Sendable {
    let target: PostgresTarget
    let sight: ServerSight
    /// How many standbys it would have as a primary.
    let standbys: Int64
    let isPrimary: Bool

    static let checksums = Check(
        id: "postgres.checksums", why: "data that a disk has spoilt is copied to every site, and into every backup")
    private static let capacity = Check(
        id: "replication.capacity", why: "a new primary without room for its standbys leaves the other sites behind")
    private static let slotLimit = Check(
        id: "replication.slot-limit",
        why: "after a failover the slot of the dead site keeps log until the disk of the new primary is full")

    func results() async -> [CheckResult] {
        let site = target.site
        do throws(Fault) {
            let connection = try await target.connect()
            defer { connection.close() }
            return judged(try await connection.query(Self.query, within: target.limits.statement).one())
        } catch { return [Self.checksums.unseen(site, error)] }
    }

    func judged(_ row: PostgresRows.Row) -> [CheckResult] {
        [checksums(row), capacity(row), slotLimit] + (isPrimary ? [names(row)] : [])
    }

    private static let query = """
        SELECT current_setting('data_checksums') AS checksums,
               (SELECT string_agg(COALESCE(datname, 'the shared catalogue') || ' ' || checksum_failures, ', ')
                  FROM pg_stat_database WHERE checksum_failures > 0) AS failures,
               current_setting('max_wal_senders')::bigint AS senders,
               current_setting('max_replication_slots')::bigint AS slots,
               (SELECT count(*) FROM pg_replication_slots) AS used_slots,
               (SELECT string_agg(application_name, ', ') FROM
                  (SELECT application_name FROM pg_stat_replication
                    WHERE application_name NOT LIKE 'handover/%'
                    GROUP BY application_name HAVING count(*) > 1) twice) AS twice
        """

    private func checksums(_ row: PostgresRows.Row) -> CheckResult {
        let check = Self.checksums
        if let failures = row.text("failures") {
            return check.failing(
                target.site, "\(target.place) has read pages with a wrong checksum: \(failures)",
                fix:
                    "See its log for the files, find a copy that is whole (pg_amcheck), and do not fail over to this one"
            )
        }
        return row.text("checksums") == "on"
            ? check.ok(target.site, "\(target.place) has checksums, and none was wrong")
            : check.warning(
                target.site, "\(target.place) has no data checksums, so a spoilt page goes unnoticed",
                fix: "Stop it on a quiet day, run pg_checksums --enable, and start it again; standbys alike")
    }

    /// Slots of the other sites are made on a new primary, beside those that it has.
    private func capacity(_ row: PostgresRows.Row) -> CheckResult {
        let (senders, slots) = (row.integer("senders") ?? 0, row.integer("slots") ?? 0)
        let used = isPrimary ? 0 : row.integer("used_slots") ?? 0
        var short: [String] = []
        if senders < standbys { short.append("max_wal_senders = \(senders)") }
        if slots - used < standbys {
            short.append("max_replication_slots = \(slots)" + (used > 0 ? " of which \(used) are in use" : ""))
        }
        return short.isEmpty
            ? Self.capacity.ok(target.site, "\(target.place) has room for \(standbys) standbys")
            : Self.capacity.failing(
                target.site,
                "\(target.place) would have \(standbys) standbys, and has \(short.joined(separator: ", "))",
                fix: "Raise these settings there and restart it")
    }

    private var slotLimit: CheckResult {
        sight.settings.integer("max_slot_wal_keep_size") ?? -1 < 0
            ? Self.slotLimit.warning(
                target.site, "\(target.place) has max_slot_wal_keep_size = -1: slots may keep log without end",
                fix: "Set max_slot_wal_keep_size there to what its disk can spare, and reload")
            : Self.slotLimit.ok(target.site, "\(target.place) limits what a slot may keep")
    }

    private func names(_ row: PostgresRows.Row) -> CheckResult {
        let check = Check(
            id: "replication.names",
            why: "a standby under another's name may be taken for it, also by synchronous_standby_names")
        return row.text("twice").map {
            check.warning(
                target.site, "more than one standby of \(target.place) calls itself \($0)",
                fix: "Give each its own application_name in primary_conninfo")
        } ?? check.ok(target.site, "no two standbys of \(target.place) have the same name")
    }
}
