import FailoverModel

/// Reads from one server at a steady rate, and measures how long each answer takes as seen from here.
struct DrillReader: Sendable {
    /// Opens a session on the server.
    var connect: @Sendable () async throws(Fault) -> PostgresConnection
    var statements: [DrillReads.Statement]
    var perSecond: Int64
    /// How many sessions; few, because one of the servers is the real one.
    var connections: Int

    struct Measured: Sendable {
        /// Microseconds, in no order.
        var times: [Int64] = []
        var errors: Int64 = 0
        var firstError: Fault?

        mutating func add(_ other: Measured) {
            times += other.times
            errors += other.errors
            firstError = firstError ?? other.firstError
        }

        /// The nearest rank, so that it is a time that was measured.
        func percentile(_ share: Double) -> Int64? {
            guard !times.isEmpty else { return nil }
            let sorted = times.sorted()
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return sorted[min(max(rank, 1), sorted.count) - 1]
        }
    }

    /// How long one statement may take.
    static let limit = Duration.seconds(5)

    func measure() async -> Measured {
        await withTaskGroup(of: Measured.self) { group in
            let start = ContinuousClock.now
            for lane in 0..<connections {
                group.addTask {
                    let own = statements.indices.filter { $0 % connections == lane }
                    return await read(own, from: start)
                }
            }
            var all = Measured()
            for await one in group { all.add(one) }
            return all
        }
    }

    /// Statement number n is due n/perSecond after the start; one that is late is sent at once, and none is caught up on.
    private func read(_ numbers: [Int], from start: ContinuousClock.Instant) async -> Measured {
        var measured = Measured()
        var session: PostgresConnection?
        defer { session?.close() }
        for number in numbers {
            let due = start + .microseconds(Int64(number) * 1_000_000 / perSecond)
            if due > .now { try? await Task.sleep(until: due) }
            if Task.isCancelled { break }
            do throws(Fault) {
                let open: PostgresConnection
                if let session { open = session } else { open = try await connect() }
                session = open
                measured.times.append(try await time(statements[number], on: open))
            } catch {
                measured.errors += 1
                measured.firstError = measured.firstError ?? error
                session?.close()
                session = nil
            }
        }
        return measured
    }

    /// In a transaction that can only read, whatever the statement is.
    private func time(_ statement: DrillReads.Statement, on session: PostgresConnection) async throws(Fault) -> Int64 {
        try await session.query("BEGIN TRANSACTION READ ONLY", within: Self.limit)
        let start = ContinuousClock.now
        try await session.query(statement.text, statement.parameters, within: Self.limit)
        let time = start.duration(to: .now)
        try await session.query("COMMIT", within: Self.limit)
        let (seconds, attoseconds) = time.components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
