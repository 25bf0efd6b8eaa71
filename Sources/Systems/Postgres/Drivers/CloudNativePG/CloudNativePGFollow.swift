import FailoverModel

/// `postgres.follow` by CloudNativePG: names the new primary as the replica cluster's source.
struct CloudNativePGFollow: PostgresCommand {
    let access: PostgresAccess
    private var plain: FollowCommand { FollowCommand(access: access) }

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        var finding = try await plain.examine(context)
        finding.facts = finding.facts.with(
            "replica",
            context.remembered?["replica"] ?? ["primary": JSONValue(seen.primary), "source": JSONValue(seen.source)])
        if case .refused("still-a-primary", _) = finding.verdict {
            finding.verdict = .refused(rule: "clone-needed", acceptance: nil)
            finding.sentence =
                "\(target.place) is a primary that was failed over from, and CloudNativePG cannot take it back: delete \(object.place) "
                + "and create it anew as a replica of the new primary"
            return finding
        }
        switch finding.verdict {
        case .refused, .unobservable: return finding
        case .done, .waiting, .needed: break
        }
        let other = try await primaryName(context)
        guard seen.primary != other || seen.source != other else {
            if finding.verdict == .needed { finding.verdict = .waiting }
            return finding
        }
        guard seen.knows(other) else {
            finding.verdict = .refused(rule: "external-cluster-missing", acceptance: nil)
            finding.sentence =
                "\(object.place) has no \(other) in spec.externalClusters, so it cannot follow it; add it"
            return finding
        }
        finding.verdict = .needed
        finding.sentence = "\(target.place) will be a replica of \(other)"
        return finding
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        let other = try await primaryName(context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        try await object.patch(
            ["spec": ["replica": ["primary": .string(other), "source": .string(other), "promotionToken": .null]]],
            of: seen)
    }

    /// As after any re-pointing: receiver, sender, timeline, and a message through the log. The operator may restart it.
    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await plain.verify(context, after: finding)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        guard let memory = context.remembered?["replica"] else {
            return Finding(.done, "\(target.place) was not changed by this run")
        }
        let seen = try await CloudNativePGObject(target).look()
        let isBack = memory["primary"] == JSONValue(seen.primary) && memory["source"] == JSONValue(seen.source)
        let facts = facts(FollowCommand.name, at: target, [:])
        return Finding(
            isBack ? .done : .needed,
            isBack
                ? "\(target.place) has its former source" : "\(target.place) will get its former source back",
            facts: facts)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let memory = context.remembered?["replica"] else { return }
        let object = try CloudNativePGObject(target(at: context.site, context))
        try await object.patch(["spec": ["replica": memory]], of: try await object.look())
    }

    private func primaryName(_ context: StepContext) async throws(Fault) -> String {
        try await CloudNativePGObject(target(at: context.to, context)).look().ownName
    }
}
