import FailoverModel
import Systems

/// Sees the instant at which a standby is told to promote, from a session of its own beside the tool's.
struct PromotionWatch {
    var server: PostgresSite

    /// Returns as soon as `pg_promote` has reached the server; throws where `process` ends before, or after `limit`.
    func waitUntilSent(by process: ProcessIdentity, within limit: Duration) async throws {
        let session = try await server.connect(as: "handover", database: "postgres", applicationName: "demo-watch")
        defer { session.close() }
        let deadline = ContinuousClock.now + limit
        while true {
            let isSent = try await session.query(Self.question, within: .seconds(2)).one().flag("is_sent")
            if isSent { return }
            guard process.isAlive else {
                throw Fault(
                    .invalid, "handover run ended before it promoted \(server.name)", at: "the demo",
                    next: "See its lines above")
            }
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "no pg_promote reached \(server.name) within \(limit)", at: "the demo",
                    next: "See the lines of handover run above")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// A check of the privilege also names the function, but in quotes and not as what is selected.
    private static let question = """
        SELECT NOT pg_is_in_recovery() OR EXISTS (
            SELECT FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND query ~* '^\\s*select\\s+(pg_catalog\\.)?pg_promote\\s*\\(') AS is_sent
        """
}
