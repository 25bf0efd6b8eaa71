package import FailoverModel

/// `postgres.catch-up`: waits until the standbys have everything that a reachable, fenced old primary has. Writes nothing.
package struct CatchUpCommand: PostgresCommand {
    package static let name = "postgres.catch-up"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let source = try self.target(at: context.from, context)
        let looks = await look(at: [source] + (try targets(except: [context.from], context)))
        if let fault = looks.fault(of: context.to) { throw fault }
        guard let here = looks.sight(of: context.to) else {
            return Finding(.waiting, "\(target.place) was not looked at")
        }
        if let fault = looks.fault(of: context.from), fault.kind != .unreachable, fault.kind != .uncertain {
            throw fault
        }
        if let refusal = notAStandby(target, here, looks, context) { return refusal }
        guard let primary = looks.sight(of: context.from) else { return notReachable(source, target, here, looks) }
        var facts = here.brief
        facts["target"] = .string(primary.position.description)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(
                verdict, sentence, facts: self.facts(Self.name, at: target, facts), observations: looks.observations)
        }
        if primary.observation.isInRecovery {
            return finding(.done, "\(source.place) is a standby itself: there is nothing to catch up with")
        }
        guard primary.observation.isFenced else {
            return finding(
                .refused(rule: "not-fenced", acceptance: nil),
                "\(source.place) still takes writes, so catching up would never end; fence it first (postgres.fence)")
        }
        // With synchronous_commit off there may be commits that are acknowledged and not sent yet.
        let end = try await source.endOnDisk(within: access.limits.settle, every: access.limits.interval)
        guard primary.position >= end else {
            return finding(.waiting, "\(source.place) writes its last records to its disk")
        }
        let behind = looks.seen.map(\.sight).filter {
            $0.site != context.from && $0.position < primary.position
                && ($0.site == context.to || $0.observation.receiver?.status == "streaming")
        }
        guard !behind.isEmpty else {
            facts["isCaughtUp"] = true
            return finding(.done, "\(target.place) has everything of \(source.place), up to \(primary.position)")
        }
        let list = behind.map { "\($0.place) by \(primary.position.bytesAhead(of: $0.position)) bytes" }
        return finding(.waiting, "behind \(source.place): \(list.joined(separator: ", "))")
    }

    /// The run is to activate a site that takes writes already, or that somebody else promoted.
    private func notAStandby(
        _ target: PostgresTarget, _ here: ServerSight, _ looks: Looks, _ context: StepContext
    ) -> Finding? {
        let promoted = earlier(PromoteCommand.name, at: context.to, context)?["newTimeline"]?.integer
        if here.observation.isInRecovery || promoted == here.observation.timeline { return nil }
        return .refused(
            "not-a-standby",
            "\(target.place) is a primary on timeline \(here.observation.timeline), not a standby: check --from and --to",
            facts: facts(Self.name, at: target, here.brief), observations: looks.observations)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}

    private func notReachable(
        _ source: PostgresTarget, _ target: PostgresTarget, _ here: ServerSight, _ looks: Looks
    ) -> Finding {
        let reason = looks.fault(of: source.site)?.what ?? "not looked at"
        return Finding(
            .done, "\(source.place) cannot be reached (\(reason)), so the standbys keep what they have",
            facts: facts(Self.name, at: target, here.brief.merging(["isCaughtUp": false]) { $1 }),
            observations: looks.observations)
    }
}
