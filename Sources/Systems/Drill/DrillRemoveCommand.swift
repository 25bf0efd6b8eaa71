import FailoverModel

/// `drill.remove`: takes down whatever a drill has made at a site, the release first and then the copies it was on.
///
/// Everything is found by its place and its mark, so it does not matter which run of this journal made it and how far it came.
struct DrillRemoveCommand: StepCommand {
    static let name = DrillCommandName.remove
    let access: PostgresAccess
    let helm: HelmAccess?

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let left = try await left(context)
        let facts: JSONValue = [
            "command": .string(Self.name), "site": .string(context.site),
            "removed": .array((context.remembered?["removed"]?.elements ?? left.sentences.map { .string($0) })),
        ]
        if let refusal = left.refusal {
            var refusal = refusal
            refusal.facts = facts
            return refusal
        }
        guard left.sentences.isEmpty else {
            return Finding(.needed, left.sentences.joined(separator: "; "), facts: facts)
        }
        return Finding(
            .done, (["nothing of a drill is left at \(context.site)"] + left.remarks).joined(separator: "; "),
            facts: facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        if let release = try release(context) { try await DrillReleaseCommand.takeDown(release, context) }
        for copy in try copies(context) { try await DrillRemoval(copy, try await copy.look(), context).remove() }
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let left = try await left(context)
        guard left.sentences.isEmpty, left.refusal == nil else {
            return Finding(.waiting, "still there: \(left.sentences.joined(separator: "; "))", facts: finding.facts)
        }
        return Finding(.done, "nothing of the drill is left at \(context.site)", facts: finding.facts)
    }

    private struct Left {
        var sentences: [String] = []
        var remarks: [String] = []
        var refusal: Finding?
    }

    private func left(_ context: StepContext) async throws(Fault) -> Left {
        var left = Left()
        if let release = try release(context) {
            let seen = try await release.look()
            if let remark = DrillReleaseCommand.staysAnothers(release, seen, context) {
                left.remarks.append(remark)
            } else if seen.isLeft {
                left.refusal = DrillReleaseCommand.otherDrill(release, seen, context)
                left.sentences.append("\(release.title) will be uninstalled, and what it leaves behind deleted")
            }
            if seen.isForeign { left.remarks.append("\(release.title) is not a drill's, and stays") }
        }
        for copy in try copies(context) {
            let removal = DrillRemoval(copy, try await copy.look(), context)
            if let refusal = removal.refusalToRemove {
                left.refusal = .refused(refusal.rule, refusal.sentence, acceptance: refusal.acceptance)
            }
            left.sentences += [removal.sentence].compactMap(\.self)
            left.remarks += [removal.remark].compactMap(\.self)
        }
        return left
    }

    private func release(_ context: StepContext) throws(Fault) -> DrillReleaseAtSite? {
        guard let helm else { return nil }
        return try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey)
    }

    private func copies(_ context: StepContext) throws(Fault) -> [DrillCopy] {
        var copies: [DrillCopy] = []
        for server in context.topology.site(named: context.site)?.postgres ?? [] where server.drill != nil {
            let target = try access.server(
                at: context.site, cluster: server.cluster, in: context.topology, run: context.run)
            copies.append(try DrillCopy(of: target, for: context.drillOwner, access))
        }
        return copies
    }
}
