import FailoverModel

/// Whether a database's host can be worked on, where that is a StatefulSet or lies behind programs: `postgres.host`. Changes
/// nothing, and makes no Job.
struct HostChecks: Sendable {
    let access: PostgresAccess

    static let check = Check(
        id: "postgres.host",
        why: "a planned move and the way back stop and start the server, and work on its files")

    /// Nothing where scripts do all of it, or the topology names no host.
    func results(_ target: PostgresTarget, _ sight: ServerSight) async -> [CheckResult] {
        guard target.server.databaseHost?.isStartedFromOutside == true else { return [] }
        do throws(Fault) {
            let host = try access.hosts.required(of: target)
            if let obstacle = try await host.obstacle() {
                return [Self.check.failing(target.site, obstacle.sentence, fix: "Put that right before it is needed")]
            }
            let connection = try await target.connect()
            defer { connection.close() }
            try await host.confirm(
                connection, hasIdentifier: sight.observation.systemIdentifier, within: access.limits.statement)
            return [Self.check.ok(target.site, "\(host.place) is that of the server that answers")]
        } catch { return [Self.check.failing(target.site, error)] }
    }
}
