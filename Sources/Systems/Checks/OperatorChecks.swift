import FailoverModel

/// Whether whoever changes a server's role can be reached, and is the one that the topology names: `postgres.operator`.
struct OperatorChecks: Sendable {
    let access: PostgresAccess

    static let check = Check(
        id: "postgres.operator",
        why: "a server's role is changed by whoever is in charge of it; behind its back it would be changed back")

    func result(_ target: PostgresTarget, _ sight: ServerSight) async -> CheckResult {
        do throws(Fault) {
            switch target.server.driver {
            case .sql: return try await unmanaged(target)
            case .patroni(let members): return try await patroni(target, sight, members)
            case .cloudNativePG: return try await cloudNativePG(target, sight)
            }
        } catch { return Self.check.failing(target.site, error) }
    }

    private func unmanaged(_ target: PostgresTarget) async throws(Fault) -> CheckResult {
        guard let mark = try await OperatorMark.seen(at: target) else {
            return Self.check.ok(target.site, "nobody else is in charge of \(target.place)")
        }
        return Self.check.failing(
            target.site, "\(target.place) is run by \(mark.owner): \(mark.evidence)",
            fix: "In the topology, \(mark.advice)")
    }

    private func patroni(
        _ target: PostgresTarget, _ sight: ServerSight, _ members: PatroniMembers
    ) async throws(Fault) -> CheckResult {
        let client = PatroniClient(target, members)
        let seen = try await client.look()
        let finding = Finding(.needed, "", facts: .object(sight.brief).with("site", .string(target.site)))
        let grip = try await PatroniHand(access: access, members: members)
            .grip(on: target, for: CreateSlotsCommand.name, finding)
        if case .hindered(let refusal) = grip {
            return Self.check.failing(target.site, refusal.sentence, fix: "Put it right before a failover is needed")
        }
        if !seen.mayRewind {
            return Self.check.warning(
                target.site, "\(client.place) has no use_pg_rewind, so a former primary could not follow by itself",
                fix: "patronictl edit-config: postgresql.use_pg_rewind: true")
        }
        return Self.check.ok(
            target.site,
            "Patroni \(seen.leader.version ?? "") leads \(target.place) as \(seen.leader.role), and lets Handover change it"
        )
    }

    private func cloudNativePG(_ target: PostgresTarget, _ sight: ServerSight) async throws(Fault) -> CheckResult {
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        guard seen.isDistributed else {
            return Self.check.failing(
                target.site, "\(object.place) is of no distributed topology",
                fix:
                    "Set spec.replica.primary and spec.externalClusters as CloudNativePG's \"Distributed Topology\" says"
            )
        }
        if seen.isFenced || seen.isSwitching {
            return Self.check.failing(
                target.site, "\(object.place) is \(seen.isFenced ? "fenced" : "changing its role") (\(seen.phase))",
                fix: "See kubectl cnpg status")
        }
        if seen.isReplica != sight.observation.isInRecovery {
            return Self.check.failing(
                target.site,
                "\(object.place) is a \(seen.isReplica ? "replica" : "primary") cluster, and the server at "
                    + "\(target.server.connection.host) is not", fix: "Check host and cloudnativepg in the topology")
        }
        return Self.check.ok(
            target.site, "\(object.place) is a \(seen.isReplica ? "replica" : "primary") cluster (\(seen.phase))")
    }
}
