import FailoverModel

/// `drill.promote`: starts the copy and promotes it, and nothing else.
///
/// On the host it works by the copy's own folder, mark and system identifier. What answers at the copy's address is then asked
/// for its folder, its name and its port before it is told to write. What failing over at this moment would have lost is
/// measured just before, at the real standby and the primary.
struct DrillPromoteCommand: DrillDatabaseCommand {
    static let name = DrillCommandName.promote
    let access: PostgresAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let copy = try copy(context)
        let (sight, refusal) = try await own(copy, context)
        if let refusal { return refusal }
        if sight.task?.isRunning == true {
            return Finding(.waiting, "the copy of \(copy.target.place) is at work on its host (\(sight.phase))")
        }
        if sight.phase == "promoted", sight.isRunning {
            return try await prove(copy, sight, context, context.remembered ?? [:])
        }
        if sight.isPortTaken {
            return .refused(
                "port-taken",
                "something else listens on port \(copy.drill.port) of the host of \(copy.target.place); end it, or name another "
                    + "\"port\" below \"drill\" and begin the drill anew")
        }
        guard ["copied", "starting", "promoting", "promoted"].contains(sight.phase) else {
            return .refused("no-copy", "the copy of \(copy.target.place) is not whole (\(sight.phase)); clone it first")
        }
        let moment = try await moment(context)
        var more = moment.facts
        more["timeline"] = .integer(moment.standby.observation.timeline)
        more["systemIdentifier"] = JSONValue(sight.systemIdentifier)
        let loss =
            moment.primary == nil
            ? "the primary cannot be asked what failing over now would lose"
            : "failing over now would have this \(moment.loss)"
        return Finding(
            .needed,
            "the copy of \(copy.target.place) will be started on port \(copy.drill.port) and promoted; \(loss)",
            facts: facts(Self.name, at: copy.target, more), observations: moment.observations)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let copy = try copy(context)
        let (sight, refusal) = try await own(copy, context)
        if let refusal {
            throw Fault(.refused, refusal.sentence, at: copy.place, next: "See what changed, then resume")
        }
        if sight.task?.isRunning != true { try await copy.begin(DrillScripts.promote(copy), "beginning the promotion") }
        try await copy.waitForTask(access.limits)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let copy = try copy(context)
        let (sight, refusal) = try await own(copy, context)
        if let refusal { return refusal }
        guard sight.phase == "promoted", sight.isRunning else {
            return Finding(
                .waiting, "the copy of \(copy.target.place) is not promoted yet (\(sight.phase))", facts: finding.facts)
        }
        return try await prove(copy, sight, context, context.remembered ?? finding.facts)
    }

    /// What answers at the copy's address is the copy, is a primary of a later timeline, and takes a write.
    private func prove(
        _ copy: DrillCopy, _ sight: DrillSight, _ context: StepContext, _ found: JSONValue
    ) async throws(Fault) -> Finding {
        let connection = try await DrillProof(copy: copy, systemIdentifier: sight.systemIdentifier, access: access)
            .connect()
        defer { connection.close() }
        let seen = try await copy.server.look(on: connection)
        guard !seen.observation.isInRecovery else {
            return Finding(.waiting, "the copy of \(copy.target.place) is still in recovery", facts: found)
        }
        let history = try await copy.server.history(of: seen.observation.timeline)
        guard let fork = history.switches.last else {
            return .refused(
                "not-promoted", "the copy of \(copy.target.place) is a primary without having been promoted",
                facts: found)
        }
        try await write(connection, copy, context)
        var more = found.fields ?? [:]
        more[DrillFacts.clonePosition] = .string(fork.position.description)
        more["timeline"] = .integer(fork.parent)
        more["newTimeline"] = .integer(seen.observation.timeline)
        more["lastTransactionAt"] = JSONValue(seen.observation.lastTransactionAt?.microseconds)
        more[DrillFacts.startMilliseconds] = JSONValue(sight.facts["startMilliseconds"])
        more[DrillFacts.promoteMilliseconds] = JSONValue(sight.facts["promoteMilliseconds"])
        more["tookWrite"] = true
        let (start, promotion) = (sight.facts["startMilliseconds"], sight.facts["promoteMilliseconds"])
        let times = [start.map { "took connections after \($0) ms" }, promotion.map { "was promoted in \($0) ms" }]
            .compactMap(\.self).joined(separator: " and ")
        return Finding(
            .done,
            "the copy of \(copy.target.place) \(times.isEmpty ? "is a primary" : times), on timeline "
                + "\(seen.observation.timeline) from \(fork.position) on, and took a write",
            facts: facts(Self.name, at: copy.target, more))
    }

    /// A transaction that commits: a message in the log, which every role may write.
    private func write(_ connection: PostgresConnection, _ copy: DrillCopy, _ context: StepContext) async throws(Fault)
    {
        let row = try await connection.query(
            "SELECT pg_logical_emit_message(true, 'handover', $1) AS position", [context.idempotencyKey],
            effect: .changes, within: access.limits.statement
        ).one()
        let position = try row.required("position", row.position)
        let after = try await connection.query(
            "SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS is_written", [position.description],
            within: access.limits.statement
        ).one()
        guard after.flag("is_written") else {
            throw Fault(
                .uncertain, "what was written at \(position) is not on its disk", at: copy.place,
                next: "Resume: it is tried again")
        }
    }
}

/// Opens a session on a drill's copy and proves that it is on nothing else.
struct DrillProof: Sendable {
    var copy: DrillCopy
    var systemIdentifier: String?
    var access: PostgresAccess

    func connect(database: String? = nil, statementTimeout: Duration = .seconds(30)) async throws(Fault)
        -> PostgresConnection
    {
        let connection = try await copy.server.connect(database: database, statementTimeout: statementTimeout)
        do throws(Fault) {
            let row = try await connection.query(
                """
                SELECT (SELECT system_identifier FROM pg_control_system()) AS sysid, current_setting('cluster_name') AS name,
                       current_setting('data_directory') AS directory, current_setting('port') AS port
                """, within: access.limits.statement
            ).one()
            let wrong = [
                row.text("name") == copy.name ? nil : "is called \(row.text("name") ?? "nothing")",
                row.text("directory") == copy.data
                    ? nil : "has its data in \(row.text("directory") ?? "an unknown place")",
                row.text("port") == String(copy.drill.port) ? nil : "has the port \(row.text("port") ?? "?")",
                systemIdentifier == nil || row.text("sysid") == systemIdentifier
                    ? nil : "has the system identifier \(row.text("sysid") ?? "?")",
            ].compactMap(\.self)
            guard wrong.isEmpty else {
                throw Fault(
                    .refused,
                    "what answers there is not the copy of this drill: it \(wrong.joined(separator: " and "))",
                    at: "\(copy.place) at \(copy.drill.host):\(copy.drill.port)",
                    next: "Correct \"host\" and \"port\" below \"drill\"; nothing was written there")
            }
        } catch {
            connection.close()
            throw error
        }
        return connection
    }
}
