package import FailoverModel

/// `postgres.fast-forward`: brings the standby that is to be promoted up to the most advanced standby, by streaming from it.
///
/// Works on frozen standbys, so that the positions compared stay what they are, and leaves `to` frozen again. Never sets a
/// recovery target: that could wait for a record that never arrives.
package struct FastForwardCommand: PostgresCommand {
    package static let name = "postgres.fast-forward"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let comparison = try await compare(context)
        let looks = comparison.looks
        let facts = facts(
            Self.name, at: target, comparison.facts(loss(keeping: comparison.best, source: comparison.source, context)))
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: looks.observations)
        }
        let here = comparison.here
        guard here.observation.isInRecovery else {
            let promoted = earlier(PromoteCommand.name, at: context.to, context)
            if promoted?["newTimeline"]?.integer == here.observation.timeline {
                return finding(.done, "\(target.place) has been promoted in this run")
            }
            return finding(
                .refused(rule: "not-a-standby", acceptance: nil),
                "\(target.place) is a primary; there is nothing to forward")
        }
        if let refusal = comparison.refusal(context) {
            return .refused(
                refusal.rule, refusal.sentence, acceptance: refusal.acceptance, facts: facts,
                observations: looks.observations)
        }
        if !here.isFrozen, earlier(FreezeCommand.name, at: context.to, context) == nil {
            return finding(
                .refused(rule: "standby-not-frozen", acceptance: nil),
                "\(target.place) still has its upstream, and fast-forwarding would forget it; freeze it first (postgres.freeze)"
            )
        }
        let ahead = comparison.best.position.bytesAhead(of: here.position)
        let estimate = loss(keeping: comparison.best, source: comparison.source, context)
        if ahead > 0 {
            return finding(
                .needed,
                "\(comparison.best.place) is \(ahead) bytes ahead of \(target.place), which will stream from it first; \(estimate)"
            )
        }
        if !here.isFrozen {
            return finding(.needed, "\(target.place) has what the others have and will be frozen again; \(estimate)")
        }
        return finding(.done, "no other standby is ahead of \(target.place) at \(here.position); \(estimate)")
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let comparison = try await compare(context)
        if let refusal = comparison.refusal(context) {
            throw Fault(.refused, refusal.sentence, at: target.place, next: "See what changed, then resume")
        }
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        if comparison.best.position > comparison.here.position {
            let source = try self.target(at: comparison.best.site, context)
            try await access.hand(for: target).stream(target, from: source, connection, carrying: carried(context))
            do throws(Fault) {
                try await reach(comparison.best.position, target, connection)
            } catch {
                try? await freeze(target, on: connection)
                throw error
            }
        }
        try await freeze(target, on: connection)
    }

    /// Waits until all of it is received and replayed; gives up where nothing moves for the stall limit.
    private func reach(
        _ position: LogPosition, _ target: PostgresTarget, _ connection: PostgresConnection
    ) async throws(Fault) {
        var best = LogPosition(bytes: 0)
        var deadline = ContinuousClock.now + access.limits.stall
        while true {
            let sight = try await target.look(on: connection)
            let replayed = sight.observation.replayed ?? LogPosition(bytes: 0)
            if sight.position >= position, sight.isReplayComplete { return }
            if max(replayed, sight.position) > best {
                best = max(replayed, sight.position)
                deadline = ContinuousClock.now + access.limits.stall
            }
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "fast-forwarding stands still at \(best), \(position) is to be reached",
                    at: target.place,
                    next:
                        "See the server's log: the other standby must let the replication user in and have a free WAL sender"
                )
            }
            try await pause()
        }
    }

    private func freeze(_ target: PostgresTarget, on connection: PostgresConnection) async throws(Fault) {
        try await access.hand(for: target).freeze(target, connection)
        _ = try await look(at: target, within: access.limits.settle) { $0.isFrozen }
    }

    private func carried(_ context: StepContext) -> ConnectionString? {
        earlier(FreezeCommand.name, at: context.to, context).flatMap { Upstream(json: $0["upstream"] ?? .null) }?
            .connection
    }

    private func compare(_ context: StepContext) async throws(Fault) -> StandbyComparison {
        let looks = await look(at: try targets(except: [], context))
        if let fault = looks.fault(of: context.to) { throw fault }
        guard let here = looks.sight(of: context.to) else {
            throw Fault(
                .invalid, "site \(context.to) is not in the topology", at: "step \(context.step)", next: "Correct it")
        }
        return StandbyComparison(here: here, from: context.from, looks: looks)
    }
}
