package import FailoverModel

/// `postgres.drop-slots`: drops slots that nobody will use again and that would keep log until the disk is full.
///
/// Dropped are inactive physical slots with a name that the topology knows and that no following site needs: on `to` its own
/// and that of a `from` which does not follow; on a standby all known ones. Never an active one, never an unknown name.
package struct DropSlotsCommand: PostgresCommand {
    package static let name = "postgres.drop-slots"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        if let lapsed = try await lapsed(Self.name, context) { return lapsed }
        let target = try target(at: context.site, context)
        let looks = await look(at: try targets(except: [], context))
        if let fault = looks.fault(of: context.site) { throw fault }
        guard let sight = looks.sight(of: context.site) else {
            return Finding(.waiting, "\(target.place) was not looked at")
        }
        if sight.observation.isInRecovery == false, context.site != context.to {
            return .refused(
                "still-a-primary",
                "\(target.place) is a primary other than \(context.to): its slots may still be needed",
                facts: facts(Self.name, at: target, sight.brief), observations: looks.observations)
        }
        if context.site == context.to, sight.observation.isInRecovery {
            return .refused(
                "not-promoted", "\(target.place) is still a standby; promote it first (postgres.promote)",
                facts: facts(Self.name, at: target, sight.brief), observations: looks.observations)
        }
        let known = Set(try targets(except: [], context).map(\.server.replication.slot))
        let needed = needed(context, looks, try targets(except: [context.to], context))
        let physical = try await physicalSlots(target)
        let drop = physical.filter { known.contains($0) && !needed.contains($0) }
        let unknown = physical.filter { !known.contains($0) }
        let note = unknown.isEmpty ? "" : "; left alone, unknown to the topology: \(unknown.joined(separator: ", "))"
        let facts = facts(Self.name, at: target, sight.brief.merging(["drop": .array(drop.map { .string($0) })]) { $1 })
        return Finding(
            drop.isEmpty ? .done : .needed,
            (drop.isEmpty
                ? "\(target.place) has no slot that is not needed"
                : "slots \(drop.joined(separator: ", ")) on \(target.place) are not needed and will be dropped") + note,
            facts: facts, observations: looks.observations)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: context.site != context.to)
        let unused = finding.facts["drop"]?.elements?.compactMap(\.text) ?? []
        try await access.hand(for: target).dropSlots(unused, target, connection)
    }

    /// On `to`: the slots of the other sites, except of a `from` or of an old primary that is not a standby (it will need a
    /// rewind first, and its slot is made when it follows). On any other server: none.
    private func needed(_ context: StepContext, _ looks: Looks, _ others: [PostgresTarget]) -> Set<String> {
        guard context.site == context.to else { return [] }
        let timeline = looks.sight(of: context.to)?.observation.timeline ?? 0
        let followers = others.filter { other in
            if let seen = looks.sight(of: other.site) { return seen.observation.isInRecovery }
            let last = context.recorded.databases[other.place]?.observation
            let isOldPrimary = last.map { !$0.isInRecovery && $0.timeline < timeline } ?? false
            return other.site != context.from && !isOldPrimary
        }
        return Set(followers.map(\.server.replication.slot))
    }

    private func physicalSlots(_ target: PostgresTarget) async throws(Fault) -> [String] {
        let connection = try await target.connect()
        defer { connection.close() }
        let rows = try await connection.query(
            """
            SELECT slot_name FROM pg_replication_slots
             WHERE slot_type = 'physical' AND NOT active AND NOT temporary ORDER BY slot_name
            """, within: access.limits.statement)
        return rows.all.compactMap { $0.text("slot_name") }
    }
}
