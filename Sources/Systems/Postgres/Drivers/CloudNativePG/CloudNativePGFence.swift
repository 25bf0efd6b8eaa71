import FailoverModel

/// `postgres.fence` by CloudNativePG: stands an old primary down.
///
/// Where its PostgreSQL answers it is demoted to a replica cluster of the new site: the operator stops it in order and writes
/// down where it ended, the token with which the new site is promoted without a loss. Where PostgreSQL does not answer, all
/// instances are fenced, which is to stop them; then there is no token, and the promotion is a failover.
struct CloudNativePGFence: PostgresCommand {
    let access: PostgresAccess
    private static let name = FenceCommand.name

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        let looks = await look(at: [target])
        let sight = looks.sight(of: target.site)
        let memory = memory(seen, sight, context)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(
                verdict, sentence, facts: facts(Self.name, at: target, (sight?.brief ?? [:]).merging(memory) { $1 }),
                observations: looks.observations)
        }
        if seen.isReplica { return finding(standing(seen, sight), sentence(seen, sight, target)) }
        if seen.isFenced, sight == nil {
            return finding(.done, "all instances of \(target.place) are fenced, so none runs")
        }
        guard let sight else {
            return finding(
                .needed,
                "\(target.place) does not answer; all its instances will be fenced, and there will be no promotion token"
            )
        }
        guard seen.isDistributed else {
            return finding(
                .refused(rule: "not-distributed", acceptance: nil),
                "\(object.place) is of no distributed topology (spec.replica.primary); add it, or it could never come back"
            )
        }
        if let why = await FenceCommand(access: access).whyNobodyTakesOver(from: sight, context) {
            return finding(
                .refused(rule: "nobody-takes-over", acceptance: nil),
                "\(target.place) serves, and \(why): fencing it would leave no site that takes writes")
        }
        let other = try await CloudNativePGObject(self.target(at: context.to, context)).look().ownName
        guard seen.knows(other) else {
            return finding(
                .refused(rule: "external-cluster-missing", acceptance: nil),
                "\(object.place) has no \(other) in spec.externalClusters, so it could not follow it; add it")
        }
        return finding(
            .needed,
            "\(target.place) takes writes and will be stood down as a replica of \(other); where it ends will be the "
                + "promotion token")
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        guard !seen.isReplica else { return }
        if finding.facts["way"]?.text == Way.instances.rawValue {
            return try await object.patch(
                [
                    "metadata": [
                        "annotations": .object([CloudNativePGSight.fencing: .string(CloudNativePGSight.allInstances)])
                    ]
                ],
                of: seen)
        }
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: false)
        let other = try await CloudNativePGObject(self.target(at: context.to, context)).look().ownName
        try await object.patch(
            ["spec": ["replica": ["primary": .string(other), "source": .string(other), "promotionToken": .null]]],
            of: seen)
    }

    /// The operator does it in rounds, so it is looked at for a while.
    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        var context = context
        context.remembered = context.remembered ?? finding.facts
        let deadline = ContinuousClock.now + access.limits.operators
        var seen = try await examine(context)
        while seen.verdict == .waiting, ContinuousClock.now < deadline {
            try await pause()
            seen = try await examine(context)
        }
        return seen
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        guard let remembered = context.remembered, remembered["wasPrimary"]?.flag == true else {
            return Finding(.done, "\(target.place) was not stood down by this run")
        }
        let seen = try await CloudNativePGObject(target).look()
        let facts = facts(Self.name, at: target, ["isReplica": .bool(seen.isReplica)])
        let others = await look(at: try targets(except: [context.site], context))
        if let other = others.writablePrimary(except: context.site) {
            return .refused(
                "writable-primary-elsewhere",
                "\(other.place) takes writes, so \(target.place) stays as it is: two primaries cannot be merged again",
                facts: facts, observations: others.observations)
        }
        let isBack = !seen.isReplica && !seen.isFenced
        if !isBack, seen.isReplica, seen.demotionToken == nil || seen.isSwitching {
            return Finding(.waiting, "CloudNativePG is still standing \(target.place) down", facts: facts)
        }
        return Finding(
            isBack ? .done : .needed,
            isBack
                ? "\(target.place) is a primary again"
                : "\(target.place) will be made the primary again, where it ended",
            facts: facts)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let object = try CloudNativePGObject(target(at: context.site, context))
        let seen = try await object.look()
        var change: [String: JSONValue] = [:]
        if seen.isReplica {
            change["spec"] = [
                "replica": [
                    "primary": .string(seen.ownName), "source": context.remembered?["source"] ?? .null,
                    "promotionToken": JSONValue(seen.demotionToken),
                ]
            ]
        }
        if seen.isFenced {
            let old = context.remembered?["fencedInstances"] ?? .null
            change["metadata"] = ["annotations": .object([CloudNativePGSight.fencing: old])]
        }
        try await object.patch(.object(change), of: seen)
    }

    private enum Way: String { case demotion, instances }

    private func memory(
        _ seen: CloudNativePGSight, _ sight: ServerSight?, _ context: StepContext
    ) -> [String: JSONValue] {
        let first = context.remembered
        return [
            "wasPrimary": first?["wasPrimary"] ?? .bool(!seen.isReplica),
            "source": first?["source"] ?? JSONValue(seen.source),
            "fencedInstances": first?["fencedInstances"] ?? JSONValue(seen.fencedInstances),
            "way": .string((sight == nil && !seen.isReplica ? Way.instances : .demotion).rawValue),
            "token": JSONValue(seen.isReplica ? seen.demotionToken : nil),
        ]
    }

    private func standing(_ seen: CloudNativePGSight, _ sight: ServerSight?) -> Finding.Verdict {
        if let sight, !sight.observation.isInRecovery { return .waiting }
        return seen.demotionToken == nil || seen.isSwitching ? .waiting : .done
    }

    private func sentence(_ seen: CloudNativePGSight, _ sight: ServerSight?, _ target: PostgresTarget) -> String {
        guard standing(seen, sight) == .done, let token = seen.demotionToken.flatMap(PromotionToken.init) else {
            return "CloudNativePG is standing \(target.place) down (\(seen.phase))"
        }
        return
            "\(target.place) is a replica cluster; as a primary it ended at \(token.redo) on timeline \(token.timeline)"
    }
}
