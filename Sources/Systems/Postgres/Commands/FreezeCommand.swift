package import FailoverModel

/// `postgres.freeze`: cuts a standby from its upstream, so that its position cannot move while positions are compared, and
/// so that a half-dead primary cannot feed it any more.
///
/// Remembers the upstream without its password. Undo builds it again, with the password of the topology.
package struct FreezeCommand: PostgresCommand {
    package static let name = "postgres.freeze"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let connection = try await target.connect()
        defer { connection.close() }
        let first = try await target.look(on: connection)
        guard first.observation.isInRecovery else { return notAStandby(target, first, context) }
        guard let upstream = Upstream(of: first.settings) else {
            throw Fault(
                .invalid, "primary_conninfo is no connection string that libpq can read", at: target.place,
                next: "Correct primary_conninfo on the server")
        }
        let before = before(first, upstream, context)
        if !first.isFrozen {
            if first.isReplayPaused, first.observation.receiver != nil { return paused(target, first) }
            return try needed(target, first, upstream, before, context)
        }
        try await pause()
        let second = try await target.look(on: connection)
        let facts = facts(Self.name, at: target, second.brief.merging(before) { $1 })
        let isStill = second.position == first.position && second.observation.replayed == first.observation.replayed
        guard second.isFrozen, isStill, second.isReplayComplete else {
            return Finding(
                .waiting, "\(target.place) has no upstream any more and is still replaying what it received",
                facts: facts, observations: [second.siteObservation])
        }
        let acceptance = "data-of-\(target.site)"
        if second.mayHoldMore, !context.accepted.contains(acceptance) {
            return .refused(
                "position-unknown",
                "\(target.place) was restarted, and its replay is paused or delayed, so how much it holds is not known. Let it "
                    + "replay (recovery_min_apply_delay = 0, pg_wal_replay_resume()), or take responsibility for what is lost",
                acceptance: acceptance, facts: facts, observations: [second.siteObservation])
        }
        let paused =
            second.isReplayHeldBack && (second.observation.replayed ?? second.position) < second.position
            ? "; replay is paused or delayed, promotion will end that" : ""
        return Finding(
            .done,
            "\(target.place) stands still at \(second.position) on timeline \(second.observation.timeline)\(paused)",
            facts: facts, observations: [second.siteObservation])
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        try await access.hand(for: target).freeze(target, connection)
        _ = try await look(at: target, within: access.limits.settle) { $0.isFrozen }
    }

    /// As `examine`, but what was seen of the receiver before the freeze stays in the facts for the promotion.
    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        var context = context
        context.remembered = context.remembered ?? finding.facts
        return try await examine(context)
    }

    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        return try await UpstreamRestoring(access: access).examine(target, context, command: Self.name)
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        try await UpstreamRestoring(access: access).restore(target, context, on: finding)
    }

    /// What the first look of this step found: from memory where there is one, since the world has changed by then.
    private func before(_ sight: ServerSight, _ upstream: Upstream, _ context: StepContext) -> [String: JSONValue] {
        let receiver = sight.observation.receiver.map { receiver -> JSONValue in
            [
                "status": .string(receiver.status), "senderHost": .string(receiver.senderHost),
                "senderPort": .integer(receiver.senderPort),
                "lastMessageAgeMilliseconds": JSONValue(
                    receiver.lastMessageAt.map { sight.clock.milliseconds(since: $0) }),
                "timeoutMilliseconds": JSONValue(sight.settings.integer("wal_receiver_timeout")),
            ]
        }
        return [
            "upstream": context.remembered?["upstream"] ?? upstream.json,
            "receiver": context.remembered?["receiver"] ?? receiver ?? .null,
        ]
    }

    private func needed(
        _ target: PostgresTarget, _ sight: ServerSight, _ upstream: Upstream, _ before: [String: JSONValue],
        _ context: StepContext
    ) throws(Fault) -> Finding {
        let facts = facts(Self.name, at: target, sight.brief.merging(before) { $1 })
        if let reason = UpstreamRestoring(access: access).whyNotReversible(
            upstream, of: target, among: try targets(except: [context.site], context))
        {
            return .refused(
                "freeze-not-reversible",
                "\(target.place): \(reason); give that site's replication a password in the topology", facts: facts,
                observations: [sight.siteObservation])
        }
        return Finding(
            .needed, "\(target.place) streams from \(upstream.description) and will be cut from it", facts: facts,
            observations: [sight.siteObservation])
    }

    /// A receiver is ended by the startup process, which does nothing of the kind while it is paused.
    private func paused(_ target: PostgresTarget, _ sight: ServerSight) -> Finding {
        .refused(
            "replay-paused",
            "replay is paused at \(target.place), so it would not let go of its upstream. If somebody paused it, SELECT "
                + "pg_wal_replay_resume() there. If its log says \"insufficient parameter settings\", raise them and restart it",
            facts: facts(Self.name, at: target, sight.brief), observations: [sight.siteObservation])
    }

    private func notAStandby(_ target: PostgresTarget, _ sight: ServerSight, _ context: StepContext) -> Finding {
        let facts = facts(Self.name, at: target, sight.brief)
        let promoted = earlier(PromoteCommand.name, at: context.site, context)
        if promoted?["newTimeline"]?.integer == sight.observation.timeline {
            return Finding(
                .done, "\(target.place) has been promoted in this run", facts: facts,
                observations: [sight.siteObservation])
        }
        return .refused(
            "not-a-standby",
            "\(target.place) is a primary; only a standby can be frozen. Fence it instead (postgres.fence)",
            facts: facts, observations: [sight.siteObservation])
    }
}
