package import FailoverModel

/// `postgres.follow`: has a standby stream from `to`, and proves that it really does.
///
/// A receiver with the right sender is not proof: after a fork it shows up too and repeats an error for ever. So the
/// standby's position is compared with where the new timeline forked before, and afterwards the receiver, the sender, the
/// slot and a message that must arrive are all looked at.
package struct FollowCommand: PostgresCommand {
    package static let name = "postgres.follow"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let pair = try await pair(context)
        let facts = pair.facts(Self.name, self, context)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: pair.observations)
        }
        if let refusal = try await FollowRules(pair: pair).firstRefusal() {
            return .refused(refusal.rule, refusal.sentence, facts: facts, observations: pair.observations)
        }
        let standby = pair.standby.target.place
        let primary = pair.primary.target.place
        let unproven = pair.unproven
        if unproven.isEmpty, pair.hasCaughtUp {
            return finding(
                .done, "\(standby) streams from \(primary) on timeline \(pair.primary.sight.observation.timeline)")
        }
        if unproven.isEmpty { return finding(.waiting, "\(standby) streams from \(primary) and has not caught up yet") }
        let credentials = try await tryCredentials(pair.primary.target)
        return finding(.needed, "\(standby) will stream from \(primary)\(credentials)")
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let pair = try await pair(context)
        if let refusal = try await FollowRules(pair: pair).firstRefusal() {
            throw Fault(
                .refused, refusal.sentence, at: pair.standby.target.place, next: "See what changed, then resume")
        }
        let limit = access.limits.statement
        let primary = pair.primary.target
        let standby = pair.standby.target
        let slot = standby.server.replication.slot
        let upstream = try await primary.connect()
        defer { upstream.close() }
        try await confirm(upstream, is: primary, on: finding, inRecovery: false)
        try await Slots.create(slot, on: upstream, within: limit)
        let password = try Upstream.password(for: primary)
        let old =
            finding.facts["upstream"].flatMap { Upstream(json: $0) }?.connection
            ?? earlier(FreezeCommand.name, at: standby.site, context).flatMap {
                Upstream(json: $0["upstream"] ?? .null)
            }?.connection
        let text = Upstream.connection(to: primary, for: standby.server, carrying: old).text(password: password)
        let connection = try await standby.connect()
        defer { connection.close() }
        try await confirm(connection, is: standby, on: finding, inRecovery: true)
        try await connection.alterSystem("primary_slot_name", to: slot, at: standby.place, within: limit)
        try await connection.alterSystem(
            "primary_conninfo", to: text, at: standby.place, within: limit, secrets: password.map { [$0] } ?? [])
        try await connection.reload(within: limit)
    }

    /// The full acceptance test, with a message through the log as its last part.
    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let deadline = ContinuousClock.now + access.limits.settle
        var context = context
        context.remembered = context.remembered ?? finding.facts
        while true {
            let pair = try await pair(context)
            let facts = pair.facts(Self.name, self, context)
            var missing = pair.unproven
            if missing.isEmpty {
                if try await messageArrives(pair, context, until: deadline) {
                    return Finding(
                        .done,
                        "\(pair.standby.target.place) streams from \(pair.primary.target.place) on timeline "
                            + "\(pair.primary.sight.observation.timeline), and a message through the log arrived",
                        facts: facts, observations: pair.observations)
                }
                missing = ["a message through the log has not arrived"]
            }
            if ContinuousClock.now >= deadline {
                return Finding(
                    .waiting,
                    "\(pair.standby.target.place) does not follow yet: \(missing.joined(separator: "; ")). The reason is in its "
                        + "server log", facts: facts, observations: pair.observations)
            }
            try await pause()
        }
    }

    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        return try await UpstreamRestoring(access: access).examine(target, context, command: Self.name)
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        try await UpstreamRestoring(access: access).restore(target, context, on: finding)
    }

    private func pair(_ context: StepContext) async throws(Fault) -> FollowPair {
        let primary = try target(at: context.to, context)
        let standby = try target(at: context.site, context)
        let looks = await look(at: [primary, standby])
        for target in [standby, primary] {
            if let fault = looks.fault(of: target.site) { throw fault }
        }
        guard context.site != context.to, let above = looks.sight(of: context.to),
            let below = looks.sight(of: context.site)
        else {
            throw Fault(
                .invalid, "a site cannot follow itself", at: "step \(context.step)",
                next: "Let the step work on the other sites")
        }
        return FollowPair(primary: (primary, above), standby: (standby, below))
    }

    /// Opens a replication session with what the standby will use. What cannot be tried from here is said.
    private func tryCredentials(_ primary: PostgresTarget) async throws(Fault) -> String {
        if primary.server.replication.password == nil {
            return " (its replication password is on its own host and was not tried from here)"
        }
        do throws(Fault) {
            let connection = try await primary.connectAsStandby()
            defer { connection.close() }
            _ = try await PostgresTarget.identity(on: connection, within: access.limits.statement)
            return ""
        } catch {
            guard error.kind == .unreachable else { throw error }
            return " (the replication address \(primary.server.replication.host) cannot be tried from here)"
        }
    }

    private func messageArrives(
        _ pair: FollowPair, _ context: StepContext, until deadline: ContinuousClock.Instant
    ) async throws(Fault) -> Bool {
        let limit = access.limits.statement
        let upstream = try await pair.primary.target.connect()
        defer { upstream.close() }
        let sent = try await upstream.query(
            "SELECT pg_logical_emit_message(false, 'handover', $1) AS position", [context.idempotencyKey],
            effect: .changes, within: limit
        ).one()
        let position = try sent.required("position", sent.position)
        let connection = try await pair.standby.target.connect()
        defer { connection.close() }
        while true {
            let row = try await connection.query(
                "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS arrived", [position.description], within: limit
            ).one()
            if row.flag("arrived") { return true }
            if ContinuousClock.now >= deadline { return false }
            try await pause()
        }
    }
}
