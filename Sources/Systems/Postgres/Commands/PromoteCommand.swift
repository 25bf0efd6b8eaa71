package import FailoverModel

/// `postgres.promote`: makes `to` the primary. The pivot: from here on going back means moving data back.
///
/// Everything that forbids it is read again immediately before (`PromotionRules`). That the server is a primary afterwards
/// is not proof enough, since a lost standby.signal looks the same: the timeline must be higher than before and its history
/// must name the old one. `pg_promote` answering false, late or not at all is unknown, never failure.
package struct PromoteCommand: PostgresCommand {
    package static let name = "postgres.promote"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let looks = await look(at: try targets(except: [], context))
        if let fault = looks.fault(of: context.to) { throw fault }
        guard let here = looks.sight(of: context.to) else {
            return Finding(.waiting, "\(target.place) was not looked at")
        }
        if !here.observation.isInRecovery { return try await prove(target, here, looks, context) }
        let comparison = StandbyComparison(here: here, from: context.from, looks: looks)
        // A planned move: the old primary was stopped by this run, and its last record is here.
        let isProven = await StoppedPrimary.isProven(access, for: target, context)
        let loss =
            isProven
            ? LossEstimate.none(lastTransactionAt: here.observation.lastTransactionAt)
            : loss(keeping: here, source: comparison.source, context)
        let facts = facts(
            Self.name, at: target,
            comparison.facts(loss).merging(["oldTimeline": .integer(here.observation.timeline)]) { $1 })
        var rules = PromotionRules(access: access, target: target, comparison: comparison, context: context)
        if isProven { rules.stoppedByUs = context.from }
        if let refusal = rules.firstRefusal() {
            return .refused(
                refusal.rule, refusal.sentence, acceptance: refusal.acceptance, facts: facts,
                observations: looks.observations)
        }
        let held = here.isReplayHeldBack ? "; replay is paused or delayed there, which ends" : ""
        return Finding(
            .needed, "\(target.place) will be promoted at \(here.position); \(loss)\(held)", facts: facts,
            observations: looks.observations)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let lock = try await PromotionLock.take(at: try targets(except: [context.from], context))
        defer { lock.release() }
        let again = try await examine(context)
        switch again.verdict {
        case .refused: throw Fault(.refused, again.sentence, at: target.place, next: "See what changed, then resume")
        case .done, .waiting, .unobservable: return
        case .needed: break
        }
        let wanted = context.parameters["seconds"]?.integer ?? access.limits.promote.components.seconds
        let seconds = min(max(1, wanted), 86_400)
        let connection = try await target.connect(statementTimeout: nil)
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        try await access.hand(for: target).promote(target, connection, within: seconds)
    }

    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        var context = context
        context.remembered = context.remembered ?? finding.facts
        let sight = try await look(at: target, within: access.limits.settle) { !$0.observation.isInRecovery }
        var looks = Looks()
        looks.seen = [(target, sight)]
        guard sight.observation.isInRecovery else {
            var proof = try await prove(target, sight, looks, context)
            if proof.verdict == .done, let missing = try await access.hand(for: target).unconfirmedPromotion(target) {
                proof.verdict = .waiting
                proof.sentence += "; \(missing)"
            }
            return proof
        }
        return Finding(
            .waiting, "\(target.place) is still in recovery; the promotion that was asked for may yet happen",
            facts: facts(
                Self.name, at: target, sight.brief.merging(["oldTimeline": .integer(sight.observation.timeline)]) { $1 }
            ),
            observations: looks.observations)
    }

    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let sight = try await target.look()
        if sight.observation.isInRecovery { return Finding(.done, "\(target.place) was not promoted") }
        return .refused(
            "past-the-pivot",
            "\(target.place) is the primary now; the way back is a switchover once the other site follows it",
            facts: facts(Self.name, at: target, sight.brief), observations: [sight.siteObservation])
    }

    /// The server is a primary: was it this run that made it one?
    private func prove(
        _ target: PostgresTarget, _ sight: ServerSight, _ looks: Looks, _ context: StepContext
    ) async throws(Fault) -> Finding {
        let memory = [
            context.remembered, earlier(Self.name, at: context.to, context),
            earlier(FastForwardCommand.name, at: context.to, context),
            earlier(FreezeCommand.name, at: context.to, context),
        ].compactMap { $0 }
        let oldTimeline = memory.lazy.compactMap { $0["oldTimeline"]?.integer ?? $0["timeline"]?.integer }.first
        let identifier = memory.lazy.compactMap { $0["systemIdentifier"]?.text }.first
        let timeline = sight.observation.timeline
        var more = sight.brief
        func refused(_ why: String) -> Finding {
            .refused(
                "not-promoted-by-us",
                "\(target.place) is a primary already, and \(why); find out who promoted it and when",
                facts: facts(Self.name, at: target, more), observations: looks.observations)
        }
        guard let oldTimeline else { return refused("this run never saw it as a standby") }
        guard identifier == nil || identifier == sight.observation.systemIdentifier else {
            return refused("its system identifier is not the one this run saw")
        }
        guard timeline > oldTimeline else {
            return refused("its timeline \(timeline) is not higher than \(oldTimeline), so it was never promoted")
        }
        guard let fork = try await target.history(of: timeline).fork(from: oldTimeline) else {
            return refused("the history of its timeline \(timeline) does not name timeline \(oldTimeline)")
        }
        more["oldTimeline"] = .integer(oldTimeline)
        more["newTimeline"] = .integer(timeline)
        more["forkPosition"] = .string(fork.description)
        // Commits return only once such standbys stream from here, and they follow later.
        let streaming = sight.observation.senders.map(\.applicationName)
        let names = sight.observation.synchronousStandbyNames
        if let wanted = SynchronousStandbyNames(names), !wanted.isSatisfied(by: streaming) {
            more["commitsWaitFor"] = .string(names)
        }
        if let loss = memory.lazy.compactMap({ $0["loss"] }).first {
            more["loss"] = loss
            more["lossText"] = .string(LossEstimate(json: loss).description)
        }
        return Finding(
            .done, "\(target.place) is the primary on timeline \(timeline), forked from \(oldTimeline) at \(fork)",
            facts: facts(Self.name, at: target, more), observations: looks.observations)
    }
}
