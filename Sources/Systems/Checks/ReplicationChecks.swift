import FailoverModel

/// The checks of what runs between servers and takes a while: how long replay takes, whether a slot comes to its limit, and who
/// could follow whom after a failover.
struct ReplicationChecks: PostgresWorker {
    let access: PostgresAccess
    let looks: Looks
    let primary: (target: PostgresTarget, sight: ServerSight)?
    /// After which replay is late, and after which it is no longer waited for.
    var late = Duration.seconds(2)
    var longest = Duration.seconds(10)

    static let delay = Check(
        id: "replication.delay", why: "the loss in seconds is how long the standby is behind when the primary dies")
    static let room = Check(
        id: "replication.slot-room", why: "a slot that comes to its limit is lost, and the standby has to be made anew")
    private static let later = Check(
        id: "replication.later-parameters",
        why: "a standby with lower values than a new primary stops replaying after the failover")

    private var standbys: [(target: PostgresTarget, sight: ServerSight)] {
        guard let primary else { return [] }
        return looks.seen.filter {
            $0.target.site != primary.target.site && $0.sight.observation.isInRecovery
                && $0.sight.observation.systemIdentifier == primary.sight.observation.systemIdentifier
        }
    }

    func parts(within limit: Duration) -> [CheckPart] {
        guard let primary else { return [] }
        let standbys = standbys
        var parts = standbys.filter { isStreaming($0.sight) && !$0.sight.isReplayHeldBack }.map { standby in
            CheckPart(Self.delay, at: standby.target.site, within: limit) { [await delay(of: standby.target)] }
        }
        if primary.sight.settings.integer("max_slot_wal_keep_size") ?? -1 > 0 {
            parts.append(CheckPart(Self.room, at: primary.target.site, within: limit) { await room(standbys) })
        }
        return parts
    }

    private func isStreaming(_ sight: ServerSight) -> Bool { sight.observation.receiver?.status == "streaming" }

    /// How long the standby takes to replay what the primary has written by now, measured: the time of the last transaction
    /// says nothing on a primary where nobody writes.
    private func delay(of standby: PostgresTarget) async -> CheckResult {
        guard let primary else { return Self.delay.ok(standby.site, "there is no primary") }
        do throws(Fault) {
            let source = try await primary.target.connect()
            defer { source.close() }
            let copy = try await standby.connect()
            defer { copy.close() }
            let row = try await source.query(
                "SELECT pg_current_wal_flush_lsn() AS lsn", within: access.limits.statement
            ).one()
            let position = try row.required("lsn", row.position)
            let begun = ContinuousClock.now
            while true {
                let row = try await copy.query(
                    Self.replayQuery, [position.description], within: access.limits.statement
                )
                .one()
                let waited = begun.duration(to: .now)
                if row.flag("is_there") { return judged(waited, standby, isThere: true) }
                if waited > longest || Task.isCancelled { return judged(waited, standby, isThere: false) }
                try await pause()
            }
        } catch { return Self.delay.unseen(standby.site, error) }
    }

    /// What was flushed may end in the middle of a record, which is replayed when its end has come.
    private static let replayQuery = """
        SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn OR (pg_last_wal_receive_lsn() >= $1::pg_lsn AND EXISTS (
                 SELECT FROM pg_stat_activity WHERE backend_type = 'startup'
                    AND wait_event IN ('RecoveryWalStream', 'RecoveryRetrieveRetryInterval'))) AS is_there
        """

    private func judged(_ waited: Duration, _ standby: PostgresTarget, isThere: Bool) -> CheckResult {
        let seconds = Double(waited.wholeMilliseconds / 100) / 10
        let what = "\(standby.place) replayed what \(primary?.target.place ?? "") had written"
        guard isThere else {
            return Self.delay.warning(
                standby.site, "\(standby.place) had not replayed after \(seconds) s what the primary had written",
                fix: "See what holds it up: the network, its disk, or a long query there (pg_stat_activity)")
        }
        return waited <= late
            ? Self.delay.ok(standby.site, "\(what) within \(max(seconds, 0.1)) s")
            : Self.delay.warning(
                standby.site, "\(what) only after \(seconds) s",
                fix: "See whether the network, its disk or a long query there holds it up")
    }

    /// How much more log may come before the primary gives a standby's slot up.
    private func room(_ standbys: [(target: PostgresTarget, sight: ServerSight)]) async -> [CheckResult] {
        guard let primary else { return [] }
        do throws(Fault) {
            let connection = try await primary.target.connect()
            defer { connection.close() }
            return room(
                standbys.map(\.target), in: try await connection.query(Self.roomQuery, within: access.limits.statement))
        } catch { return [Self.room.unseen(primary.target.site, error)] }
    }

    func room(_ standbys: [PostgresTarget], in rows: PostgresRows) -> [CheckResult] {
        standbys.compactMap { standby in
            let name = standby.server.replication.slot
            guard let row = rows.all.first(where: { $0.text("slot_name") == name }),
                let left = row.integer("safe_wal_size"), let limit = row.integer("bytes")
            else { return nil }
            let owner = primary?.target.place ?? "the primary"
            let seen = "\(max(0, left) >> 20) MiB more may be written before the slot \(name) of \(owner) is lost"
            return left < limit / 5
                ? Self.room.warning(
                    standby.site, seen,
                    fix: "See why \(standby.place) is behind, or raise max_slot_wal_keep_size on the primary")
                : Self.room.ok(standby.site, seen)
        }
    }

    private static let roomQuery = """
        SELECT slot_name, safe_wal_size, pg_size_bytes(current_setting('max_slot_wal_keep_size')) AS bytes
          FROM pg_replication_slots
        """

    /// Whether each standby could follow each other one; what it lacks of the present primary is another check's.
    func laterParameters() -> [CheckResult] {
        standbys.compactMap { standby in
            let others = standbys.filter { $0.target.site != standby.target.site }
            guard !others.isEmpty, let primary else { return nil }
            let known = Set(standby.sight.settings.tooLow(for: primary.sight.settings).map(Self.name))
            let low = others.flatMap { other in
                standby.sight.settings.tooLow(for: other.sight.settings).filter { !known.contains(Self.name($0)) }
                    .map { "\($0) under \(other.target.place)" }
            }
            return low.isEmpty
                ? Self.later.ok(standby.target.site, "\(standby.target.place) could follow any of the other sites")
                : Self.later.failing(
                    standby.target.site, "\(standby.target.place): \(low.joined(separator: "; "))",
                    fix: "Raise them on \(standby.target.place) and restart it")
        }
    }

    private static func name(_ sentence: String) -> String { String(sentence.prefix { $0 != " " }) }
}
