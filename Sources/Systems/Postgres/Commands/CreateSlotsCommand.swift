package import FailoverModel

/// `postgres.create-slots`: makes the slots on `to` that the following standbys will use, and has them keep log at once.
///
/// For every site but `to` and `from`: a slot for a site that is gone would fill the disk. When `from` comes back,
/// `postgres.follow` makes its slot.
package struct CreateSlotsCommand: PostgresCommand {
    package static let name = "postgres.create-slots"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let sight = try await target.look()
        let wanted = try targets(except: [context.to, context.from], context).map(\.server.replication.slot)
        let usable = Set(sight.observation.slots.filter { $0.walStatus != "lost" }.map(\.name))
        let existing = Set(sight.observation.slots.map(\.name))
        let missing = wanted.filter { !usable.contains($0) }
        var more = sight.brief
        more["missing"] = .array(missing.map { .string($0) })
        // A lost slot is dropped and made anew; the undo must not take away what was there before.
        more["made"] = .array(missing.filter { !existing.contains($0) }.map { .string($0) })
        let facts = facts(Self.name, at: target, more)
        let free = (sight.settings.integer("max_replication_slots") ?? 0) - Int64(existing.count)
        let needed = Int64(missing.filter { !existing.contains($0) }.count)
        if missing.isEmpty {
            return Finding(
                .done, "\(target.place) has the slots \(wanted.joined(separator: ", "))", facts: facts,
                observations: [sight.siteObservation])
        }
        guard needed <= free else {
            return .refused(
                "no-free-slots",
                "\(target.place) has room for \(free) more replication slots and needs \(needed); drop unused ones or raise "
                    + "max_replication_slots", facts: facts, observations: [sight.siteObservation])
        }
        return Finding(
            .needed, "slots \(missing.joined(separator: ", ")) will be made on \(target.place)", facts: facts,
            observations: [sight.siteObservation])
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: nil)
        let missing = finding.facts["missing"]?.elements?.compactMap(\.text) ?? []
        try await access.hand(for: target).makeSlots(missing, target, connection)
    }

    package func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let made = Set(context.remembered?["made"]?.elements?.compactMap(\.text) ?? [])
        if made.isEmpty { return Finding(.done, "no slot was made on \(target.place)") }
        let sight = try await target.look()
        let left = sight.observation.slots.filter { made.contains($0.name) }
        let facts = facts(
            Self.name, at: target, sight.brief.merging(["drop": .array(left.map { .string($0.name) })]) { $1 })
        guard let used = left.first(where: \.isActive) else {
            return Finding(
                left.isEmpty ? .done : .needed,
                left.isEmpty
                    ? "the slots made on \(target.place) are gone"
                    : "slots \(left.map(\.name).joined(separator: ", ")) will be dropped from \(target.place)",
                facts: facts, observations: [sight.siteObservation])
        }
        return Finding(
            .waiting, "slot \(used.name) on \(target.place) is in use", facts: facts,
            observations: [sight.siteObservation])
    }

    package func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: nil)
        let left = finding.facts["drop"]?.elements?.compactMap(\.text) ?? []
        try await access.hand(for: target).dropSlots(left, target, connection)
    }
}

/// Physical replication slots, made and dropped so that a second time changes nothing.
enum Slots {
    static func create(_ name: String, on connection: PostgresConnection, within limit: Duration) async throws(Fault) {
        try await connection.query(
            """
            SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
             WHERE slot_name = $1 AND slot_type = 'physical' AND NOT active AND wal_status = 'lost'
            """, [name], effect: .changes, within: limit)
        try await connection.query(
            """
            SELECT pg_create_physical_replication_slot($1, true)
             WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $1)
            """, [name], effect: .changes, within: limit)
    }

    static func drop(_ name: String, on connection: PostgresConnection, within limit: Duration) async throws(Fault) {
        try await connection.query(
            """
            SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
             WHERE slot_name = $1 AND slot_type = 'physical' AND NOT active AND NOT temporary
            """, [name], effect: .changes, within: limit)
    }
}
