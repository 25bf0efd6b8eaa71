import FailoverModel

/// Changes a server that nobody else manages: by `pg_promote` and `ALTER SYSTEM`, which are not replicated.
struct SQLHand: ServerHand, PostgresWorker {
    let access: PostgresAccess
    let demotes = false

    private var limit: Duration { access.limits.statement }

    /// An operator would take back what is changed behind it, or promote another server meanwhile.
    func grip(on target: PostgresTarget, for command: String, _ finding: Finding) async throws(Fault) -> Grip {
        guard let mark = try await OperatorMark.seen(at: target) else { return .firm(memory: nil) }
        return .hindered(
            .init(
                rule: "operator-in-charge",
                sentence:
                    "\(target.place) is run by \(mark.owner) (\(mark.evidence)), which would undo what is changed by SQL; "
                    + "\(mark.advice)"))
    }

    func fence(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        for (name, value) in PostgresFence.settings {
            try await connection.alterSystem(name, to: value, at: target.place, within: limit)
        }
        try await connection.reload(within: limit)
    }

    func unfence(
        _ target: PostgresTarget, _ connection: PostgresConnection, remembered: JSONValue?
    ) async throws(Fault) {
        for (name, _) in PostgresFence.settings {
            try await RememberedSetting(name: name, json: remembered?["settings"]?[name]).restore(
                on: connection, at: target.place, within: limit)
        }
        try await connection.reload(within: limit)
    }

    func freeze(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        try await connection.alterSystem("primary_conninfo", to: "", at: target.place, within: limit)
        try await connection.reload(within: limit)
    }

    func stream(
        _ target: PostgresTarget, from source: PostgresTarget, _ connection: PostgresConnection,
        carrying old: ConnectionString?
    ) async throws(Fault) {
        try await point(target, at: source, slot: "", connection, carrying: old)
    }

    func follow(
        _ standby: PostgresTarget, _ primary: PostgresTarget, _ connection: PostgresConnection,
        carrying old: ConnectionString?, remembered: JSONValue?
    ) async throws(Fault) {
        try await point(standby, at: primary, slot: standby.server.replication.slot, connection, carrying: old)
    }

    private func point(
        _ target: PostgresTarget, at source: PostgresTarget, slot: String, _ connection: PostgresConnection,
        carrying old: ConnectionString?
    ) async throws(Fault) {
        let password = try Upstream.password(for: source)
        let text = Upstream.connection(to: source, for: target.server, carrying: old).text(password: password)
        try await connection.alterSystem("primary_slot_name", to: slot, at: target.place, within: limit)
        try await connection.alterSystem(
            "primary_conninfo", to: text, at: target.place, within: limit, secrets: password.map { [$0] } ?? [])
        try await connection.reload(within: limit)
    }

    func restoreUpstream(
        _ target: PostgresTarget, _ connection: PostgresConnection, _ upstream: Upstream, password: Secret?,
        remembered: JSONValue?
    ) async throws(Fault) {
        if upstream.isSlotFromAlterSystem {
            try await connection.alterSystem("primary_slot_name", to: upstream.slot, at: target.place, within: limit)
        } else {
            try await connection.alterSystemReset("primary_slot_name", within: limit)
        }
        if upstream.isConnectionFromAlterSystem {
            try await connection.alterSystem(
                "primary_conninfo", to: upstream.connection?.text(password: password) ?? "", at: target.place,
                within: limit, secrets: password.map { [$0] } ?? [])
        } else {
            try await connection.alterSystemReset("primary_conninfo", within: limit)
        }
        try await connection.reload(within: limit)
    }

    func makeSlots(_ names: [String], _ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        for name in names { try await Slots.create(name, on: connection, within: limit) }
    }

    func dropSlots(_ names: [String], _ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        for name in names { try await Slots.drop(name, on: connection, within: limit) }
    }

    func clearSynchronous(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        try await connection.alterSystem("synchronous_standby_names", to: "", at: target.place, within: limit)
        try await connection.reload(within: limit)
    }

    func restoreSynchronous(
        _ target: PostgresTarget, _ connection: PostgresConnection, to old: RememberedSetting, remembered: JSONValue?
    ) async throws(Fault) {
        try await old.restore(on: connection, at: target.place, within: limit)
        try await connection.reload(within: limit)
    }

    func promote(
        _ target: PostgresTarget, _ connection: PostgresConnection, within seconds: Int64
    ) async throws(Fault) {
        let row = try await connection.query(
            "SELECT pg_promote(true, $1) AS promoted", [String(seconds)], effect: .changes,
            within: .seconds(seconds + 10)
        ).one()
        guard row.flag("promoted") else {
            throw Fault(
                .uncertain, "the server did not finish its promotion within \(seconds) seconds", at: target.place,
                next: "The promotion goes on by itself; look until the new timeline proves it")
        }
    }

    func unconfirmedPromotion(_ target: PostgresTarget) async throws(Fault) -> String? { nil }
}
