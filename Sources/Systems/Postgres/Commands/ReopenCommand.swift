package import FailoverModel

/// `postgres.reopen`: takes the fence of the old primary away, so that it takes writes again in the place of the server that
/// was promoted.
///
/// The point of no return of winding back: from here on the old primary's history is the one that counts. So everything is
/// looked at again: nobody else takes writes, the promoted server is fenced, and it has committed nothing.
package struct ReopenCommand: PostgresCommand {
    package static let name = "postgres.reopen"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let looks = await look(at: try targets(except: [], context))
        if let fault = looks.fault(of: target.site) { throw fault }
        guard let sight = looks.sight(of: target.site) else {
            return Finding(.waiting, "\(target.place) was not looked at")
        }
        // As a promotion leaves them: the projection of who serves reads them, and the report.
        let own: [String: JSONValue] = [
            "newTimeline": .integer(sight.observation.timeline), "loss": LossEstimate.none(lastTransactionAt: nil).json,
        ]
        let facts = facts(Self.name, at: target, sight.brief.merging(own) { $1 })
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: looks.observations)
        }
        if sight.observation.isInRecovery {
            return finding(
                .refused(rule: "no-primary", acceptance: nil),
                "\(target.place) is a standby; what was no primary cannot take its place again")
        }
        if let other = looks.writablePrimary(except: target.site) {
            return finding(
                .refused(rule: "writable-primary-elsewhere", acceptance: nil),
                "\(other.place) takes writes, so \(target.place) is not opened: two primaries cannot be merged again")
        }
        for (other, fault) in looks.unseen {
            // A standby that is away is in nobody's way; what may be a primary is.
            if context.recorded.databases[other.place]?.observation.isInRecovery == true { continue }
            throw fault
        }
        // Rejoined already, in a run that is resumed.
        if !sight.observation.isFenced, looks.sight(of: context.from)?.observation.isInRecovery == true {
            return finding(.done, "\(target.place) takes writes, and \(context.from) is a standby")
        }
        let judgement = try await judgement(context)
        guard judgement.isPossible else {
            return finding(
                .refused(rule: "cannot-wind-back", acceptance: nil),
                "\(judgement.reason); roll this run back (handover rollback \(context.run)), and ess-failback.yaml leads to "
                    + "\(context.to) all the same")
        }
        guard sight.observation.isFenced else { return finding(.done, "\(target.place) takes writes") }
        return finding(
            .needed,
            "the fence of \(target.place) will be taken away: \(judgement.reason). synchronous_standby_names will be what "
                + "its configuration files say")
    }

    /// Of this cluster, or of another at the site that forbids it: all are opened, or none.
    private func judgement(_ context: StepContext) async throws(Fault) -> WindBack {
        let own = try cluster(context)
        let others = context.topology.site(named: context.to)?.postgres.map(\.cluster).filter { $0 != own } ?? []
        for cluster in others {
            var other = context
            other.cluster = cluster
            let former = try target(at: context.to, other)
            // One that this run has opened is no question any more.
            guard try await former.look().observation.isFenced else { continue }
            let judgement = try await WindingBack(access: access).judge(
                promoted: try target(at: context.from, other), former: former)
            if !judgement.isPossible { return judgement }
        }
        return try await WindingBack(access: access).judge(
            promoted: try target(at: context.from, context), former: try target(at: context.to, context))
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: false)
        try await access.hand(for: target).unfence(target, connection, remembered: nil)
    }

    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let sight = try await look(at: target, within: access.limits.settle) { !$0.observation.isFenced }
        let isOpen = !sight.observation.isFenced && !sight.observation.isInRecovery
        return Finding(
            isOpen ? .done : .waiting,
            isOpen
                ? "\(target.place) takes writes again on timeline \(sight.observation.timeline)"
                : "\(target.place) does not take writes yet",
            facts: finding.facts, observations: [sight.siteObservation])
    }
}
