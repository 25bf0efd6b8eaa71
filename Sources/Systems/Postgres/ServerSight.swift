package import FailoverModel

/// A server as a command looks at it: the observation, and what only commands need beside it.
struct ServerSight: Equatable, Sendable {
    var site: String
    var cluster: String
    var observation: PostgresObservation
    var settings: PostgresSettings
    /// The server's own clock when it was looked at.
    var clock: Moment
    /// `pg_control_checkpoint().timeline_id`: lags behind the timeline of the log until a checkpoint.
    var controlTimeline: Int64
    var isReplayPaused: Bool
    /// Whether the server knows up to where it received: it forgets that when it is restarted.
    var hasReceived: Bool
    /// Whether the startup process has nothing to replay and waits for more.
    var isStartupWaitingForLog: Bool

    var position: LogPosition { observation.position }
    var place: String { "\(site)/\(cluster)" }
    var siteObservation: SiteObservation {
        SiteObservation(site: site, cluster: cluster, seen: .postgres(observation))
    }

    /// Whether replay is held back on purpose, so that what was received is not replayed before promotion.
    var isReplayHeldBack: Bool { isReplayPaused || (settings.integer("recovery_min_apply_delay") ?? 0) > 0 }

    /// Whether replay has nothing left to do, or is held back. The log received may end in the middle of a record (the
    /// primary sends whole pages), and then replay never reaches `position`; so the startup process is asked.
    var isReplayComplete: Bool {
        isReplayHeldBack || isStartupWaitingForLog || (observation.replayed ?? position) >= position
    }

    /// Up to where the standby is bound to its timeline: what it replayed, once it has replayed what it can.
    var recoveryPoint: LogPosition {
        isReplayComplete && !isReplayHeldBack ? observation.replayed ?? position : position
    }

    /// Whether the log that it holds on disk may go beyond `position`, nobody knows how far.
    var mayHoldMore: Bool { isReplayHeldBack && !hasReceived }

    /// Whether no upstream is configured and none is connected.
    var isFrozen: Bool { settings["primary_conninfo"] == "" && observation.receiver == nil }
}

extension PostgresTarget {
    /// The server's observation, on at most two connections.
    package func observe() async throws(Fault) -> PostgresObservation { try await look().observation }

    func look() async throws(Fault) -> ServerSight {
        let connection = try await connect()
        defer { connection.close() }
        return try await look(on: connection)
    }

    /// Looks on a connection that is already open, so that what is seen is what the next statement meets.
    func look(on connection: PostgresConnection) async throws(Fault) -> ServerSight {
        let limit = limits.statement
        let version = try await connection.serverVersion()
        let status = try await connection.query(ObservationQueries.status(version), within: limit).one()
        let senders = try await connection.query(ObservationQueries.senders, within: limit)
        let slots = try await connection.query(ObservationQueries.slots, within: limit)
        let settings = try await PostgresSettings.read(connection, within: limit)
        let isInRecovery = status.flag("in_recovery")
        // A standby's replay timeline is to be had from the replication protocol only (PostgreSQL 15 §55.4).
        let timeline =
            isInRecovery
            ? try await identity().timeline : try status.required("wal_tli", status.integer)
        let observation = PostgresObservation(
            systemIdentifier: try status.required("sysid", status.text), serverVersion: version,
            isInRecovery: isInRecovery, timeline: timeline, position: try status.required("pos", status.position),
            replayed: status.position("replay"), lastTransactionAt: status.moment("last_xact"),
            isReadOnlyByDefault: status.text("read_only") == "on",
            synchronousStandbyNames: settings["synchronous_standby_names"] ?? "",
            foreignSessions: status.integer("foreign_sessions") ?? 0, receiver: try receiver(status),
            senders: senders.all.map(ObservationQueries.sender), slots: slots.all.map(ObservationQueries.slot))
        return ServerSight(
            site: site, cluster: server.cluster, observation: observation, settings: settings,
            clock: try status.required("clock", status.moment),
            controlTimeline: try status.required("ctl_tli", status.integer),
            isReplayPaused: status.text("pause") == "paused", hasReceived: status.flag("has_received"),
            isStartupWaitingForLog: Self.waitsForLog.contains(status.text("startup_wait") ?? ""))
    }

    /// PostgreSQL 15 §28.2.3, tables of wait events.
    private static let waitsForLog: Set<String> = ["RecoveryWalStream", "RecoveryRetrieveRetryInterval"]

    /// A receiver that the role may not see in full is a missing privilege, not a missing receiver.
    private func receiver(_ status: PostgresRows.Row) throws(Fault) -> PostgresObservation.Receiver? {
        guard status.text("receiver_pid") != nil else { return nil }
        guard let state = status.text("status") else {
            throw Fault(
                .forbidden, "the role may not see the state of the WAL receiver", at: place,
                next: "GRANT pg_monitor TO the role on the primary")
        }
        return PostgresObservation.Receiver(
            status: state, timeline: status.integer("received_tli") ?? 0, senderHost: status.text("sender_host") ?? "",
            senderPort: status.integer("sender_port") ?? 0, slot: status.text("slot_name"),
            lastMessageAt: status.moment("last_msg"))
    }
}
