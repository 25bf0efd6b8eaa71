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
        if let lapsed = try await lapsed(Self.name, context) { return lapsed }
        let pair = try await pair(context)
        let facts = pair.facts(Self.name, self, context)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: pair.observations)
        }
        // An old primary of an earlier run: the way back makes it a standby again, and it owes nothing to this one.
        if context.site != context.from, pair.standby.sight.observation.isFenced,
            !pair.primary.sight.observation.isInRecovery, !access.hand(for: pair.standby.target).demotes
        {
            return finding(
                .done,
                "\(pair.standby.target.place) is a fenced old primary: it takes no writes, and follows once it is rejoined"
            )
        }
        if let refusal = try await refusal(pair, context) {
            return .refused(
                refusal.rule, refusal.sentence, acceptance: refusal.acceptance, facts: facts,
                observations: pair.observations)
        }
        let standby = pair.standby.target.place
        let primary = pair.primary.target.place
        let unproven = pair.unproven
        if unproven.isEmpty, hasLeftoverFence(pair) {
            return finding(
                .needed, "\(standby) streams from \(primary), and what is left of its fence will be taken away")
        }
        if unproven.isEmpty, pair.hasCaughtUp {
            return finding(
                .done, "\(standby) streams from \(primary) on timeline \(pair.primary.sight.observation.timeline)")
        }
        if unproven.isEmpty { return finding(.waiting, "\(standby) streams from \(primary) and has not caught up yet") }
        let credentials = try await tryCredentials(pair.primary.target)
        let demoted = pair.standby.sight.observation.isInRecovery ? "" : "will be made a standby and "
        return finding(.needed, "\(standby) \(demoted)will stream from \(primary)\(credentials)")
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let pair = try await pair(context)
        if let refusal = try await refusal(pair, context) {
            throw Fault(
                .refused, refusal.sentence, at: pair.standby.target.place, next: "See what changed, then resume")
        }
        let primary = pair.primary.target
        let standby = pair.standby.target
        let slot = standby.server.replication.slot
        let upstream = try await primary.connect()
        defer { upstream.close() }
        try await confirm(upstream, is: primary, on: finding, inRecovery: false)
        try await access.hand(for: primary).makeSlots([slot], primary, upstream)
        let old =
            finding.facts["upstream"].flatMap { Upstream(json: $0) }?.connection
            ?? earlier(FreezeCommand.name, at: standby.site, context).flatMap {
                Upstream(json: $0["upstream"] ?? .null)
            }?.connection
        let connection = try await standby.connect()
        defer { connection.close() }
        try await confirm(connection, is: standby, on: finding, inRecovery: pair.standby.sight.observation.isInRecovery)
        let fence = earlier(FenceCommand.name, at: standby.site, context)
        try await access.hand(for: standby).follow(
            standby, primary, connection, carrying: old, remembered: fence ?? context.remembered)
    }

    /// A hand that rewinds by itself would throw away what the primary never had, so that is asked first. What a fenced server
    /// wrote after the standby had caught up with it holds no commit.
    private func refusal(_ pair: FollowPair, _ context: StepContext) async throws(Fault) -> FollowRules.Refusal? {
        let standby = pair.standby.target
        let hand = access.hand(for: standby)
        guard var refusal = try await FollowRules(pair: pair, mayDemote: hand.demotes).firstRefusal() else {
            return nil
        }
        guard refusal.rule == "diverged", hand.demotes else { return refusal }
        let acceptance = "data-of-\(standby.site)"
        let caughtUp = earlier(CatchUpCommand.name, at: context.to, context)
        let isFenced = pair.standby.sight.observation.isFenced
        if context.accepted.contains(acceptance) || (isFenced && caughtUp?["isCaughtUp"]?.flag == true) { return nil }
        refusal.sentence += "; Patroni would rewind it by itself and throw them away, so a person has to say so"
        refusal.acceptance = acceptance
        return refusal
    }

    /// A former primary that an operator has made a standby is still fenced by its settings, and would be when it is promoted.
    private func hasLeftoverFence(_ pair: FollowPair) -> Bool {
        access.hand(for: pair.standby.target).demotes
            && pair.standby.sight.settings["synchronous_standby_names"] == PostgresFence.synchronousStandbyNames
    }

    /// The full acceptance test, with a message through the log as its last part. An operator may restart the server
    /// meanwhile, more than once where it rewinds it.
    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let restarts = try target(at: context.site, context).server.driver != .sql
        let deadline = ContinuousClock.now + (restarts ? access.limits.operators : access.limits.settle)
        var context = context
        context.remembered = context.remembered ?? finding.facts
        while true {
            do throws(Fault) {
                let seen = try await acceptance(context, until: deadline)
                if seen.verdict == .done || ContinuousClock.now >= deadline { return seen }
            } catch {
                guard restarts, error.kind.mayPass, ContinuousClock.now < deadline else { throw error }
            }
            try await pause()
        }
    }

    private func acceptance(
        _ context: StepContext, until deadline: ContinuousClock.Instant
    ) async throws(Fault) -> Finding {
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
        return Finding(
            .waiting,
            "\(pair.standby.target.place) does not follow yet: \(missing.joined(separator: "; ")). The reason is in its "
                + "server log", facts: facts, observations: pair.observations)
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
        if let fault = looks.fault(of: standby.site) { throw fault }
        if let fault = looks.fault(of: primary.site) { throw fault.ofUpstream(primary, for: standby.site) }
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
        if primary.server.driver != .sql { return "" }
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
