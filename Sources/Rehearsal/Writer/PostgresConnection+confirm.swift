import Systems

extension PostgresConnection {
    /// Runs a write and says whether its commit was confirmed, as a client with a time limit sees it.
    ///
    /// A commit that waits for a synchronous standby and is cancelled at its limit is answered as done (with a warning
    /// that it may not be on any standby), so an answer that comes no earlier than the limit confirms nothing.
    func confirm(_ text: String, _ parameters: [String?], within limit: Duration) async throws -> Bool {
        let start = ContinuousClock.now
        try await query(text, parameters, effect: .changes, within: limit)
        return start.duration(to: .now) < limit
    }
}
