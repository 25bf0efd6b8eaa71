import FailoverModel

/// Whether chosen tables have the same rows at the primary and at a standby, both seen at one moment.
///
/// Nothing is paused, locked or written: two transactions are opened (REPEATABLE READ, READ ONLY), again and again until both see
/// exactly the same committed transactions; then each counts the rows and sums their hashes. They end with the session, also where
/// Handover is killed. All it needs is SELECT on the tables.
struct ConsistencyCheck: Sendable {
    let tables: ComparedTables
    let primary: PostgresTarget
    let standby: PostgresTarget
    /// How long to look for a common moment, and how long a table may take.
    var search = Duration.seconds(20)
    var perTable = Duration.seconds(900)

    static let check = Check(
        id: "postgres.consistency",
        why: "a copy that is not one is only noticed when it serves, and the original is gone")

    func result() async -> CheckResult {
        let site = standby.site
        do throws(Fault) {
            let (here, there) = (try await session(primary), try await session(standby))
            defer {
                here.close()
                there.close()
            }
            guard let moment = try await commonMoment(here, there) else {
                return Self.check.unknown(
                    site,
                    Fault(
                        .unavailable,
                        "no moment was found within \(search.wholeMilliseconds / 1000) s at which both saw the same transactions",
                        at: "\(primary.place) and \(standby.place)",
                        next: "Try again when less is written, and see whether the standby keeps up"))
            }
            async let left = digests(here, primary)
            async let right = digests(there, standby)
            let (one, other) = try await (left.get(), right.get())
            return judged(one, other, moment)
        } catch {
            return Self.check.unknown(site, error)
        }
    }

    private func judged(_ one: [Digest], _ other: [Digest], _ moment: String) -> CheckResult {
        let differences = zip(one, other).filter { $0 != $1 }.map { one, other in
            one.rows == other.rows
                ? "\(one.table) has \(one.rows) rows at both, and not the same"
                : "\(one.table) has \(one.rows) rows at \(primary.site) and \(other.rows) at \(standby.site)"
        }
        let rows = one.reduce(0) { $0 + $1.rows }
        return differences.isEmpty
            ? Self.check.ok(
                standby.site,
                "\(rows) rows in \(one.count) tables of \(tables.database) are those of \(primary.site), seen at \(moment)"
            )
            : Self.check.failing(
                standby.site, "seen at \(moment): \(differences.joined(separator: "; "))",
                fix:
                    "Do not fail over to \(standby.place); keep its files for whoever finds out why, and make it anew with "
                    + "pg_basebackup")
    }

    // MARK: One moment

    /// The standby's position in the log when both saw the same; nil where that did not happen in time.
    private func commonMoment(
        _ here: PostgresConnection, _ there: PostgresConnection
    ) async throws(Fault) -> String? {
        let base =
            try await here.query(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS base", within: primary.limits.statement
            ).one().text("base") ?? "0"
        let deadline = ContinuousClock.now + search
        while ContinuousClock.now < deadline, !Task.isCancelled {
            guard let wanted = try await pin(here, since: base, primary) else { continue }
            // The standby comes by this moment soon or has passed it: then another one is taken.
            for _ in 0..<20 {
                if let seen = try await pin(there, since: base, standby) {
                    if seen == wanted {
                        return try await there.query(
                            "SELECT pg_last_wal_replay_lsn()::text AS lsn", within: standby.limits.statement
                        ).one().text("lsn") ?? ""
                    }
                    if !seen.isSubset(of: wanted) { break }
                }
                do { try await Task.sleep(for: .milliseconds(5)) } catch { return nil }
            }
        }
        return nil
    }

    /// Opens a transaction and tells which transactions since `base` it sees; nil where that cannot be told for certain.
    ///
    /// A snapshot does not tell it by itself: a standby's does not list what runs, and none lists subtransactions. So the
    /// state of each is asked before and after the snapshot is taken, and what was committed in between makes it uncertain.
    private func pin(
        _ connection: PostgresConnection, since base: String, _ target: PostgresTarget
    ) async throws(Fault) -> Set<String>? {
        let limit = target.limits.statement
        try await connection.query("ROLLBACK", within: limit)
        let before = try await committed(connection, since: base, limit)
        try await connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", within: limit)
        let after = try await committed(connection, since: base, limit)
        guard let before, let after else { return nil }
        // Before 14.5 a transaction that still ran might be told as committed.
        let isExact = try await connection.serverVersion() >= 140_005
        let sure = isExact ? before.committed.union(after.complete) : after.complete
        return after.committed.isSubset(of: sure) ? after.committed : nil
    }

    private struct Seen {
        var committed: Set<String>
        /// Those of them that ended before the oldest that ran when the snapshot was taken.
        var complete: Set<String>
    }

    private func committed(
        _ connection: PostgresConnection, since base: String, _ limit: Duration
    ) async throws(Fault) -> Seen? {
        let row = try await connection.query(Self.committedQuery, [base], within: limit).one()
        guard row.flag("is_after_base") else { return nil }
        let split = { (text: String?) in Set((text ?? "").split(separator: ",").map(String.init)) }
        return Seen(committed: split(row.text("committed")), complete: split(row.text("complete")))
    }

    /// PostgreSQL 15 §9.27.9. `pg_xact_status` looks first whether a transaction runs, and only then whether it committed.
    private static let committedQuery = """
        WITH snapshot AS MATERIALIZED (
                 SELECT pg_snapshot_xmin(s)::text::bigint AS low, pg_snapshot_xmax(s)::text::bigint AS high
                   FROM pg_current_snapshot() s),
             ended AS MATERIALIZED (
                 SELECT x, low FROM snapshot, generate_series($1::bigint, high - 1) x
                  WHERE pg_xact_status(x::text::xid8) = 'committed')
        SELECT low >= $1::bigint AS is_after_base,
               (SELECT string_agg(x::text, ',') FROM ended) AS committed,
               (SELECT string_agg(x::text, ',') FROM ended WHERE x < low) AS complete
          FROM snapshot
        """

    // MARK: Rows

    private struct Digest: Equatable, Sendable {
        var table: String
        var rows: Int64
        var sum: String
    }

    /// Rows as text look the same at both only under the same settings.
    private func session(_ target: PostgresTarget) async throws(Fault) -> PostgresConnection {
        let connection = try await target.connect(database: tables.database, statementTimeout: perTable)
        do throws(Fault) {
            for setting in [
                "datestyle = 'ISO, YMD'", "timezone = 'UTC'", "intervalstyle = 'iso_8601'",
                "extra_float_digits = 3", "bytea_output = 'hex'", "xmlbinary = 'base64'", "search_path = 'public'",
                "lc_monetary = 'C'",
            ] {
                try await connection.query("SET \(setting)", within: target.limits.statement)
            }
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    private func digests(
        _ connection: PostgresConnection, _ target: PostgresTarget
    ) async -> Result<[Digest], Fault> {
        var digests: [Digest] = []
        do throws(Fault) {
            for table in tables.tables {
                // A sum does not ask in which order the rows lie.
                let row = try await connection.query(
                    """
                    SELECT count(*) AS rows, COALESCE(sum(hashtextextended(compared_row::text, 0)::numeric), 0)::text AS sum
                      FROM \(Self.quoted(table)) AS compared_row
                    """, within: perTable
                ).one()
                digests.append(
                    Digest(table: table, rows: try row.required("rows", row.integer), sum: row.text("sum") ?? ""))
            }
            return .success(digests)
        } catch {
            guard error.kind == .forbidden else { return .failure(error) }
            return .failure(
                Fault(
                    .forbidden, "\(error.what)", at: error.place,
                    next: "On the primary, in \(tables.database): GRANT SELECT ON "
                        + "\(tables.tables.map(Self.quoted).joined(separator: ", ")) TO \"\(target.server.connection.user)\""
                ))
        }
    }

    /// `public.users` as `"public"."users"`.
    static func quoted(_ table: String) -> String {
        table.split(separator: ".", maxSplits: 1).map { "\"\($0.replacing("\"", with: "\"\""))\"" }
            .joined(separator: ".")
    }
}
