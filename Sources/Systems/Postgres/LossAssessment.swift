import FailoverModel

extension PostgresWorker {
    /// What promoting `kept` loses, from what the run and the journal know of `from`; unknown where they know nothing.
    func loss(keeping kept: ServerSight, source: ServerSight?, _ context: StepContext) -> LossEstimate {
        let last = kept.observation.lastTransactionAt
        let caughtUp =
            earlier(CatchUpCommand.name, at: context.to, context)
            ?? earlier(CatchUpCommand.name, at: context.site, context)
        if caughtUp?["isCaughtUp"]?.flag == true,
            let target = caughtUp?["target"]?.text.flatMap({ LogPosition($0) }), kept.position >= target
        {
            return .none(lastTransactionAt: last)
        }
        if let source, source.observation.isInRecovery == false {
            let isFinal = source.observation.isFenced
            if isFinal, source.position <= kept.position { return .none(lastTransactionAt: last) }
            var loss = LossEstimate.since(
                source.position, at: source.clock, kept: kept.position, lastTransactionAt: last)
            if isFinal { loss.isAtLeastAsOf = nil }
            return loss
        }
        guard let recorded = context.recorded.databases["\(context.from)/\(kept.cluster)"],
            !recorded.observation.isInRecovery,
            recorded.observation.systemIdentifier == kept.observation.systemIdentifier,
            recorded.observation.timeline == kept.observation.timeline
                || forkedLater(recorded.observation, kept, context)
        else { return .unknown(lastTransactionAt: last) }
        return .since(recorded.observation.position, at: recorded.at, kept: kept.position, lastTransactionAt: last)
    }

    /// Whether the old primary was promoted, as the journal knows, at or after what is kept: then all of its log from there on
    /// is lost, and positions may be compared across the fork.
    private func forkedLater(
        _ primary: PostgresObservation, _ kept: ServerSight, _ context: StepContext
    ) -> Bool {
        guard let promotion = context.recorded.serving[kept.cluster], promotion.site == context.from,
            promotion.timeline == primary.timeline, promotion.oldTimeline == kept.observation.timeline,
            let fork = promotion.forkPosition
        else { return false }
        return fork >= kept.position
    }
}
