package import FailoverModel

/// `postgres.checkpoint`: makes the new timeline durable in the control file of `to`, where pg_rewind looks for it.
package struct CheckpointCommand: PostgresCommand {
    package static let name = "postgres.checkpoint"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let sight = try await target.look()
        let facts = facts(
            Self.name, at: target, sight.brief.merging(["controlTimeline": .integer(sight.controlTimeline)]) { $1 })
        guard !sight.observation.isInRecovery else {
            return .refused(
                "not-a-primary", "\(target.place) is a standby; promote it first (postgres.promote)", facts: facts,
                observations: [sight.siteObservation])
        }
        let isDone = sight.controlTimeline == sight.observation.timeline
        return Finding(
            isDone ? .done : .needed,
            isDone
                ? "the control file of \(target.place) is on timeline \(sight.observation.timeline)"
                : "the control file of \(target.place) is still on timeline \(sight.controlTimeline); a checkpoint will bring "
                    + "it to \(sight.observation.timeline)", facts: facts, observations: [sight.siteObservation])
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let connection = try await target.connect(statementTimeout: access.limits.checkpoint)
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: false)
        try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
    }
}
