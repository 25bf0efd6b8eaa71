import FailoverModel

/// Keeps two runs with journals of their own from promoting two sites of one cluster at the same time.
///
/// An advisory lock on every server that may be promoted, taken in the order of the topology, so that one of two runs gets
/// none or all. PostgreSQL gives them on standbys too (§27.4.3), and they end with the session: a killed run holds nothing.
struct PromotionLock {
    private let connections: [PostgresConnection]

    /// Takes it at all of `targets` that can be reached; throws `.conflict` where another run has it.
    static func take(at targets: [PostgresTarget]) async throws(Fault) -> PromotionLock {
        let opened = await withTaskGroup(of: (Int, PostgresConnection?).self) { group in
            for (index, target) in targets.enumerated() {
                group.addTask { (index, try? await target.connect()) }
            }
            return await group.reduce(into: [Int: PostgresConnection]()) { $0[$1.0] = $1.1 }
        }
        let lock = PromotionLock(connections: Array(opened.values))
        for (index, target) in targets.enumerated() {
            guard let connection = opened[index] else { continue }
            do throws(Fault) {
                let row = try await connection.query(
                    "SELECT pg_try_advisory_lock($1) AS taken", [String(key)], within: target.limits.statement
                ).one()
                if row.flag("taken") { continue }
            } catch {
                lock.release()
                throw error
            }
            lock.release()
            throw Fault(
                .conflict, "another run is about to promote a site of this cluster", at: target.place,
                next: "Find out who else carries out a failover, with another journal; only one may go on")
        }
        return lock
    }

    func release() { for connection in connections { connection.close() } }

    /// "HANDOVER" in ASCII.
    private static let key: Int64 = 0x4841_4E44_4F56_4552
}
