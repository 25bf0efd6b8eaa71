import FailoverModel

/// Changes servers through Patroni's shared configuration, which every member carries out and keeps, whoever leads.
///
/// Patroni would take back what is changed behind it. A standby cluster is one with `standby_cluster`, so promotion is to take
/// that away, and following is to set it (docs/standby_cluster.rst; `patronictl promote-cluster` does the same since 4.1).
struct PatroniHand: ServerHand, PostgresWorker {
    let access: PostgresAccess
    let members: PatroniMembers
    let demotes = true

    /// A restore command that never finds anything, so that a standby cluster has no upstream at all: Patroni takes one with
    /// neither host nor restore command for a primary.
    static let frozen = "false # handover"
    /// Where the restore command is kept meanwhile.
    private static let parking = "handover"

    func client(_ target: PostgresTarget) -> PatroniClient { PatroniClient(target, members) }

    func grip(on target: PostgresTarget, for command: String, _ finding: Finding) async throws(Fault) -> Grip {
        let client = client(target)
        let sight = try await client.look()
        if let own = sight.leader.systemIdentifier, let seen = finding.facts["systemIdentifier"]?.text, own != seen,
            finding.facts["site"]?.text == target.site
        {
            return .hindered(
                .init(
                    rule: "system-identifier-differs",
                    sentence:
                        "\(client.place) has system identifier \(own), and the server at \(target.place) has \(seen): its "
                        + "addresses in the topology lead to two clusters"))
        }
        if sight.isPaused, command != FenceCommand.name {
            return .hindered(
                .init(
                    rule: "patroni-paused",
                    sentence:
                        "\(client.place) is paused, and changes no role meanwhile; end that with patronictl resume"))
        }
        if !sight.usesSlots, command == CreateSlotsCommand.name || command == FollowCommand.name {
            return .hindered(
                .init(
                    rule: "patroni-without-slots",
                    sentence: "\(client.place) has use_slots: false and would drop every slot; set it to true"))
        }
        try roleAgrees(sight, finding, target, command)
        try await client.rehearse(at: sight)
        return .firm(memory: sight.memory)
    }

    /// What was looked at by SQL must be the member that leads: promoting a replica of a primary would mean nothing.
    private func roleAgrees(
        _ sight: PatroniSight, _ finding: Finding, _ target: PostgresTarget, _ command: String
    ) throws(Fault) {
        guard finding.facts["site"]?.text == target.site, let isInRecovery = finding.facts["isInRecovery"]?.flag,
            isInRecovery == sight.leader.isPrimary
        else { return }
        throw Fault(
            .unavailable,
            "the server at \(target.server.connection.host):\(target.server.connection.port) is a "
                + "\(isInRecovery ? "standby" : "primary"), and Patroni's leader is a \(sight.leader.role)",
            at: target.place,
            next: "Let its host in the topology lead to Patroni's leader; if it does, its role is changing just now")
    }

    // MARK: Fence

    /// With `synchronous_mode` Patroni writes the names itself, so that goes first; it clears them when it is told.
    func fence(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        let client = client(target)
        let sight = try await client.look()
        if sight.config["synchronous_mode"]?.isOn == true {
            try await client.patch(["synchronous_mode": false], at: sight)
            try await untilCleared(target)
        }
        let settings = PostgresFence.settings.map { ($0.0, JSONValue.string($0.1)) }
        try await client.patch(
            ["postgresql": ["parameters": .object(Dictionary(settings) { $1 })]], at: sight)
        try await wait(for: target) { $0.observation.isFenced }
    }

    private func untilCleared(_ target: PostgresTarget) async throws(Fault) {
        try await wait(for: target) { $0.observation.synchronousStandbyNames.isEmpty }
    }

    func unfence(
        _ target: PostgresTarget, _ connection: PostgresConnection, remembered: JSONValue?
    ) async throws(Fault) {
        let client = client(target)
        try await client.patch(Self.unfencing(remembered), at: try await client.look())
        try await wait(for: target) { !$0.observation.isFenced }
    }

    private static func unfencing(_ remembered: JSONValue?) -> JSONValue {
        let memory = remembered?[DrivenCommand.memoryKey]
        let old = PostgresFence.settings.map { name, value -> (String, JSONValue) in
            let before = memory?["parameters"]?[name] ?? .null
            return (name, before == .string(value) ? .null : before)
        }
        var change: [String: JSONValue] = ["postgresql": ["parameters": .object(Dictionary(old) { $1 })]]
        if let mode = memory?["synchronous_mode"], !mode.isNull { change["synchronous_mode"] = mode }
        return .object(change)
    }

    // MARK: Upstream

    func freeze(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        let client = client(target)
        let sight = try await client.look()
        guard let standby = sight.standbyCluster else {
            throw Fault(
                .rejected, "this Patroni is no standby cluster (standby_cluster is not set)", at: client.place,
                next: "Check the topology: only a standby cluster can be cut from its upstream")
        }
        var change: [String: JSONValue] = [
            "host": .null, "port": .null, "primary_slot_name": .null, "restore_command": .string(Self.frozen),
        ]
        if let command = standby["restore_command"], command != .string(Self.frozen) {
            change[Self.parking] = ["restore_command": command]
        }
        try await client.patch(["standby_cluster": .object(change)], at: sight)
        try await wait(for: target) { $0.isFrozen }
    }

    /// Without a slot Patroni does not ask for a writable upstream (`target_session_attrs`), so a standby will do.
    func stream(
        _ target: PostgresTarget, from source: PostgresTarget, _ connection: PostgresConnection,
        carrying old: ConnectionString?
    ) async throws(Fault) {
        try await point(target, at: Self.address(of: source, slot: nil))
    }

    func follow(
        _ standby: PostgresTarget, _ primary: PostgresTarget, _ connection: PostgresConnection,
        carrying old: ConnectionString?, remembered: JSONValue?
    ) async throws(Fault) {
        try await point(standby, at: Self.address(of: primary, slot: standby.server.replication.slot))
        // A primary is stopped, rewound if need be and started again; its fence stays until it is a standby.
        guard try await wait(for: standby, { $0.observation.isInRecovery }) else {
            throw Fault(
                .uncertain, "Patroni has not made it a standby within \(access.limits.operators)", at: standby.place,
                next: "See Patroni's log; a rewind of a large server takes its time")
        }
        let client = client(standby)
        let sight = try await client.look()
        let names = sight.parameter("synchronous_standby_names")
        guard names == .string(PostgresFence.synchronousStandbyNames) else { return }
        try await client.patch(Self.unfencing(remembered), at: sight)
        try await wait(for: standby) {
            $0.settings["synchronous_standby_names"] != PostgresFence.synchronousStandbyNames
        }
    }

    func restoreUpstream(
        _ target: PostgresTarget, _ connection: PostgresConnection, _ upstream: Upstream, password: Secret?,
        remembered: JSONValue?
    ) async throws(Fault) {
        guard let memory = remembered?[DrivenCommand.memoryKey]?["standby_cluster"]?.fields else {
            throw Fault(
                .invalid, "the upstream that it had is not remembered", at: target.place,
                next: "Set standby_cluster yourself with patronictl edit-config")
        }
        try await point(target, at: memory)
        try await wait(for: target) { Upstream(of: $0.settings)?.connection?.keywords == upstream.connection?.keywords }
    }

    private static func address(of source: PostgresTarget, slot: String?) -> [String: JSONValue] {
        let replication = source.server.replication
        return [
            "host": .string(replication.host), "port": .integer(Int64(replication.port)),
            "primary_slot_name": JSONValue(slot),
        ]
    }

    /// Sets the upstream, and puts a parked restore command back.
    private func point(_ target: PostgresTarget, at address: [String: JSONValue]) async throws(Fault) {
        let client = client(target)
        let sight = try await client.look()
        var change = address
        let standby = sight.standbyCluster
        if standby?["restore_command"] == .string(Self.frozen) {
            change["restore_command"] = standby?[Self.parking]?["restore_command"] ?? .null
        }
        change[Self.parking] = .null
        try await client.patch(["standby_cluster": .object(change)], at: sight)
    }

    /// Looks until it is so, or the operators' limit is over; `false` then. Patroni may restart the server meanwhile, so each look
    /// has a connection of its own.
    @discardableResult
    private func wait(
        for target: PostgresTarget, _ isSo: (ServerSight) -> Bool
    ) async throws(Fault) -> Bool {
        let deadline = ContinuousClock.now + access.limits.operators
        while true {
            do throws(Fault) {
                if isSo(try await target.look()) { return true }
                if ContinuousClock.now >= deadline { return false }
            } catch {
                guard error.kind.mayPass, ContinuousClock.now < deadline else { throw error }
            }
            try await pause()
        }
    }

    // MARK: Slots and synchronous replication

    /// Patroni drops slots that its configuration does not name.
    func makeSlots(_ names: [String], _ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        let client = client(target)
        let sight = try await client.look()
        let lost = try await target.look().observation.slots.filter { $0.walStatus == "lost" }.map(\.name)
        let broken = names.filter(lost.contains)
        if !broken.isEmpty { try await dropSlots(broken, target, connection) }
        let slots = names.map { ($0, JSONValue.object(["type": "physical"])) }
        guard !slots.isEmpty else { return }
        try await client.patch(["slots": .object(Dictionary(slots) { $1 })], at: sight)
        try await untilSlots(target) { there in names.allSatisfy(there.contains) }
    }

    func dropSlots(_ names: [String], _ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        let client = client(target)
        let sight = try await client.look()
        let known = names.filter { sight.config["slots"]?[$0] != nil }
        if !known.isEmpty {
            let gone = known.map { ($0, JSONValue.null) }
            try await client.patch(["slots": .object(Dictionary(gone) { $1 })], at: sight)
        }
        try await untilSlots(target) { there in !names.contains(where: there.contains) }
    }

    private func untilSlots(
        _ target: PostgresTarget, _ isRight: (Set<String>) -> Bool
    ) async throws(Fault) {
        try await wait(for: target) { isRight(Set($0.observation.slots.map(\.name))) }
    }

    func clearSynchronous(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault) {
        let client = client(target)
        try await client.patch(
            ["postgresql": ["parameters": ["synchronous_standby_names": .null]]], at: try await client.look())
        try await untilCleared(target)
    }

    func restoreSynchronous(
        _ target: PostgresTarget, _ connection: PostgresConnection, to old: RememberedSetting, remembered: JSONValue?
    ) async throws(Fault) {
        let client = client(target)
        let value = remembered?[DrivenCommand.memoryKey]?["parameters"]?[old.name] ?? .string(old.value)
        try await client.patch(
            ["postgresql": ["parameters": .object([old.name: value])]], at: try await client.look())
        try await wait(for: target) { $0.observation.synchronousStandbyNames == old.value }
    }

    // MARK: Promotion

    func promote(
        _ target: PostgresTarget, _ connection: PostgresConnection, within seconds: Int64
    ) async throws(Fault) {
        let client = client(target)
        try await client.patch(["standby_cluster": .null], at: try await client.look())
        let sight = try await look(at: target, within: .seconds(seconds)) { !$0.observation.isInRecovery }
        guard sight.observation.isInRecovery else { return }
        throw Fault(
            .uncertain, "Patroni did not promote its leader within \(seconds) seconds", at: client.place,
            next: "Its configuration asks for it, so it may happen yet; see its log, then resume")
    }

    func unconfirmedPromotion(_ target: PostgresTarget) async throws(Fault) -> String? {
        let sight = try await client(target).look()
        if sight.leader.isPrimary, sight.standbyCluster == nil { return nil }
        return "Patroni's leader still calls itself \(sight.leader.role)"
    }
}

extension JSONValue {
    /// Patroni takes `true`, `on` and `quorum` for a yes.
    fileprivate var isOn: Bool { flag ?? (text.map { !["", "off", "false"].contains($0) } ?? false) }
}
