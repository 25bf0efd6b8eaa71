import FailoverModel

/// Puts a standby's remembered upstream back; used to undo a freeze and a re-pointing.
struct UpstreamRestoring: PostgresWorker {
    var access: PostgresAccess

    /// Why the upstream could not be put back later, or `nil` where it could.
    func whyNotReversible(_ upstream: Upstream, of target: PostgresTarget, among sites: [PostgresTarget]) -> String? {
        guard let connection = upstream.connection, connection.hadSecret, upstream.isConnectionFromAlterSystem else {
            return nil
        }
        let from = upstream.description
        guard let source = Self.source(of: connection, among: sites) else {
            return
                "its primary_conninfo has a password, and \(from) is no site of the topology that could supply it again"
        }
        guard source.server.replication.user == connection.keywords["user"] else {
            return "its primary_conninfo has a password of another user than \(source.place) has for replication"
        }
        do throws(Fault) {
            guard try source.secret(source.server.replication.password) != nil else {
                return
                    "its primary_conninfo has a password, and the topology has none for replication from \(source.place)"
            }
            return nil
        } catch {
            return
                "its primary_conninfo has a password, and the topology's for \(source.place) cannot be read (\(error.what))"
        }
    }

    func examine(_ target: PostgresTarget, _ context: StepContext, command: String) async throws(Fault) -> Finding {
        guard let memory = context.remembered.flatMap({ Upstream(json: $0["upstream"] ?? .null) }) else {
            return Finding(.done, "\(target.place) was not changed by this run")
        }
        let sight = try await target.look()
        let facts = facts(command, at: target, sight.brief)
        guard sight.observation.isInRecovery else {
            return .refused(
                "not-a-standby", "\(target.place) is a primary now and has no upstream to go back to", facts: facts,
                observations: [sight.siteObservation])
        }
        let current = Upstream(of: sight.settings)
        let isBack = current?.connection?.keywords == memory.connection?.keywords && current?.slot == memory.slot
        return Finding(
            isBack ? .done : .needed,
            isBack
                ? "\(target.place) has its former upstream (\(memory.description))"
                : "\(target.place) will get its former upstream back (\(memory.description))",
            facts: facts, observations: [sight.siteObservation])
    }

    func restore(_ target: PostgresTarget, _ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let memory = context.remembered.flatMap({ Upstream(json: $0["upstream"] ?? .null) }) else { return }
        let password = try password(for: memory, of: target, context)
        let connection = try await target.connect()
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        try await access.hand(for: target).restoreUpstream(
            target, connection, memory, password: password, remembered: context.remembered)
        let isReset = !memory.isConnectionFromAlterSystem
        _ = try await look(at: target, within: access.limits.settle) {
            isReset || Upstream(of: $0.settings)?.connection?.keywords == memory.connection?.keywords
        }
    }

    private func password(
        for memory: Upstream, of target: PostgresTarget, _ context: StepContext
    ) throws(Fault) -> Secret? {
        guard let connection = memory.connection, connection.hadSecret, memory.isConnectionFromAlterSystem else {
            return nil
        }
        let source = Self.source(of: connection, among: try targets(except: [target.site], context))
        guard let source, let password = try source.secret(source.server.replication.password) else {
            throw Fault(
                .invalid, "the topology does not supply the password of the former upstream \(memory.description)",
                at: target.place, next: "Give that site's replication a password in the topology, then resume")
        }
        return password
    }

    /// The site whose replication address (or else Handover's own) the connection string points to.
    static func source(of connection: ConnectionString, among sites: [PostgresTarget]) -> PostgresTarget? {
        sites.first { $0.isAt(host: connection.host, port: connection.port) }
    }
}

extension PostgresTarget {
    /// Whether an address is this server's, as standbys or as Handover reach it.
    func isAt(host: String?, port: Int?) -> Bool {
        (server.replication.host == host && server.replication.port == port)
            || (server.connection.host == host && server.connection.port == port)
    }
}
