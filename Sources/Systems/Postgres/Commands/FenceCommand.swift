package import FailoverModel

/// `postgres.fence`: keeps an old primary that can still be reached from acknowledging another commit.
///
/// Sets `default_transaction_read_only` and a `synchronous_standby_names` that nothing satisfies, on this node only
/// (ALTER SYSTEM is not replicated), and ends the sessions that began before. Sessions that begin afterwards are read-only;
/// one that switches that off waits for ever in its commit. So they are left alone: ending them would only make the
/// applications reconnect. A commit that was already waiting stays unacknowledged, and its session is ended.
///
/// Where a setting of the server, a role or a database lets writers not wait (`synchronous_commit`), the finding says so.
package struct FenceCommand: PostgresCommand {
    package static let name = "postgres.fence"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let connection = try await target.connect()
        defer { connection.close() }
        let sight = try await target.look(on: connection)
        if sight.observation.isInRecovery {
            return Finding(
                .done, "\(target.place) is a standby: there is nothing to fence",
                facts: facts(Self.name, at: target, sight.brief.merging(["wasPrimary": false]) { $1 }),
                observations: [sight.siteObservation])
        }
        let sessions = try await Sessions.beforeReload(connection, within: access.limits.statement)
        let weaknesses = try await weaknesses(target, connection)
        var memory = memory(of: sight)
        // Later steps want what stood there before the fence, not the fence.
        if let settings = context.remembered?["settings"] { memory["settings"] = settings }
        let facts = facts(Self.name, at: target, memory.merging(sight.brief) { $1 })
        let superusers =
            sessions.superusers.isEmpty
            ? "" : "; sessions of superusers cannot be ended from here: \(sessions.superusers.joined(separator: ", "))"
        let isFenced = sight.observation.isFenced
        if isFenced && sessions.endable.isEmpty {
            return Finding(
                .done,
                "\(target.place) is fenced: transactions are read-only, and commits wait for a standby that does not exist"
                    + superusers + weaknesses, facts: facts,
                observations: [sight.siteObservation])
        }
        if !isFenced, let reason = await whyNobodyTakesOver(from: sight, context), await !hasSuccessor(sight, context) {
            return .refused(
                "nobody-takes-over",
                "\(target.place) serves, and \(reason): fencing it would leave no site that takes writes",
                facts: facts, observations: [sight.siteObservation])
        }
        let what = isFenced ? "is fenced already" : "takes writes and will be fenced"
        return Finding(
            .needed,
            "\(target.place) \(what); \(sessions.endable.count) sessions will be ended\(superusers)\(weaknesses)",
            facts: facts,
            observations: [sight.siteObservation])
    }

    /// Why the run's target could not take writes in this primary's place; `nil` where it could, or does already.
    func whyNobodyTakesOver(from primary: ServerSight, _ context: StepContext) async -> String? {
        guard context.site == context.from, !ProveUnwrittenCommand.isProven(self, at: context.site, context) else {
            return nil
        }
        let there: ServerSight
        let place: String
        do throws(Fault) {
            let target = try target(at: context.to, context)
            place = target.place
            there = try await target.look()
        } catch {
            return "\(context.to) cannot be looked at (\(error.what))"
        }
        let (own, its) = (primary.observation.timeline, there.observation.timeline)
        guard there.observation.isInRecovery else {
            // An old primary that crashed may have gone to a timeline of the same number when its operator started it again.
            let promoted = earlier(PromoteCommand.name, at: context.to, context)?["newTimeline"]?.integer
            return its > own || promoted == its
                ? nil : "\(place) is no standby of it (timeline \(its)); make it one first (pg_rewind or pg_basebackup)"
        }
        if its == own || there.observation.receiver?.status == "streaming" { return nil }
        return "\(place) does not follow it (timeline \(its), not \(own)); make it follow first"
    }

    /// Whether any other site takes the writes by now: one on a later timeline, the one that the journal saw promoted last
    /// (two promotions from the same fork have the same number), or the one that a named person answers for.
    func hasSuccessor(_ primary: ServerSight, _ context: StepContext) async -> Bool {
        guard let others = try? targets(except: [context.site], context) else { return false }
        return await look(at: others).seen.contains { target, sight in
            let there = sight.observation
            guard !there.isInRecovery, !there.isFenced,
                there.systemIdentifier == primary.observation.systemIdentifier
            else { return false }
            let promotion = context.recorded.serving[primary.cluster] ?? context.recorded.serving[""]
            return there.timeline > primary.observation.timeline
                || promotion.map { $0.site == target.site && there.timeline >= $0.timeline ?? .max } ?? false
                || context.accepted.contains("\(target.site)-serves")
        }
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let limit = access.limits.statement
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: false)
        if try await !target.look(on: connection).observation.isFenced {
            try await access.hand(for: target).fence(target, connection)
            let sight = try await look(at: target, within: access.limits.settle) { $0.observation.isFenced }
            guard sight.observation.isFenced else {
                throw Fault(
                    .uncertain, "the fence was asked for and is not in force yet", at: target.place,
                    next: "Look again; if it stays so, see the server's log")
            }
        }
        try await Sessions.end(connection, within: limit)
    }

    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        var context = context
        context.remembered = context.remembered ?? finding.facts
        var seen = try await examine(context)
        // A session that is ending is still listed for a moment; ending it again is what `act` would do too.
        let deadline = ContinuousClock.now + access.limits.settle
        while seen.verdict == .needed, ContinuousClock.now < deadline {
            try await pause()
            seen = try await examine(context)
        }
        return seen
    }

    /// Each value goes back as it came: by SET where ALTER SYSTEM had put it there, else by RESET, which uncovers what
    /// postgresql.conf or the default says. `pg_settings.sourcefile` (visible with pg_monitor) tells which.
    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        guard let remembered = context.remembered, remembered["wasPrimary"]?.flag == true else {
            return Finding(.done, "\(target.place) was not fenced by this run")
        }
        let sight = try await target.look()
        let isOurs = sight.settings["synchronous_standby_names"] == PostgresFence.synchronousStandbyNames
        if isOurs, !sight.observation.isInRecovery, let other = await writablePrimary(beside: target, context) {
            return .refused(
                "writable-primary-elsewhere",
                "\(other) takes writes, so \(target.place) stays fenced: two primaries cannot be merged again",
                facts: facts(Self.name, at: target, sight.brief), observations: [sight.siteObservation])
        }
        return Finding(
            isOurs ? .needed : .done,
            isOurs ? "the fence of \(target.place) will be taken away" : "\(target.place) is not fenced",
            facts: facts(Self.name, at: target, sight.brief), observations: [sight.siteObservation])
    }

    func writablePrimary(beside target: PostgresTarget, _ context: StepContext) async -> String? {
        guard let others = try? targets(except: [context.site], context) else { return nil }
        return await look(at: others).writablePrimary(except: context.site)?.place
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: nil)
        try await access.hand(for: target).unfence(target, connection, remembered: context.remembered)
        _ = try await look(at: target, within: access.limits.settle) { !$0.observation.isFenced }
    }

    private func memory(of sight: ServerSight) -> [String: JSONValue] {
        let settings = PostgresFence.settings.map { ($0.0, RememberedSetting(name: $0.0, in: sight.settings).json) }
        return ["wasPrimary": true, "settings": .object(Dictionary(settings) { $1 })]
    }

    /// Settings with which a writer that switches read-only off would not wait for the standby that does not exist.
    /// The server's own `synchronous_commit` is read on a session that does not set it, as ours does.
    private func weaknesses(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) -> String {
        let limit = access.limits.statement
        let plain = try await target.connect(.databaseReplication)
        defer { plain.close() }
        let server =
            try await plain.query("SHOW synchronous_commit", within: limit).one().text("synchronous_commit") ?? ""
        var found = ["off", "local"].contains(server) ? ["synchronous_commit is \(server) on the server"] : []
        let overrides = try await connection.query(
            """
            SELECT DISTINCT COALESCE('role ' || r.rolname, 'database ' || d.datname, 'all') || ' sets ' || s AS text
              FROM pg_db_role_setting o LEFT JOIN pg_roles r ON r.oid = o.setrole
              LEFT JOIN pg_database d ON d.oid = o.setdatabase, unnest(o.setconfig) s
             WHERE s IN ('default_transaction_read_only=off', 'synchronous_commit=off', 'synchronous_commit=local')
             ORDER BY 1
            """, within: limit)
        found += overrides.all.compactMap { $0.text("text") }
        return found.isEmpty
            ? "" : "; weak, because \(found.joined(separator: ", ")): stop the server as soon as possible"
    }

    /// Client sessions of others that began before the server last loaded its configuration.
    private struct Sessions {
        var endable: [Int64]
        var superusers: [String]

        static func beforeReload(_ connection: PostgresConnection, within limit: Duration) async throws(Fault)
            -> Sessions
        {
            let rows = try await connection.query(query, within: limit).all
            return Sessions(
                endable: rows.filter { !$0.flag("rolsuper") }.compactMap { $0.integer("pid") },
                superusers: rows.filter { $0.flag("rolsuper") && !$0.flag("is_patroni") }.map {
                    "\($0.text("usename") ?? "?") (process \($0.text("pid") ?? "?"))"
                })
        }

        static func end(_ connection: PostgresConnection, within limit: Duration) async throws(Fault) {
            try await connection.query(
                "SELECT pg_terminate_backend(pid) FROM (\(query)) s WHERE NOT rolsuper", effect: .changes, within: limit
            )
        }

        private static let query = """
            SELECT a.pid, a.usename, (r.rolsuper AND NOT me.rolsuper) AS rolsuper,
                   a.application_name LIKE 'Patroni%' AS is_patroni
              FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
              JOIN pg_roles me ON me.rolname = current_user
             WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
               AND a.usename <> current_user AND a.backend_start <= pg_conf_load_time()
            """
    }
}
