package import FailoverModel

/// `postgres.prove-shutdown`: proves that a standby has everything of the primary that was stopped in good order.
///
/// The last record of a stopped primary is its shutdown checkpoint. A standby that has replayed it makes it its own
/// restartpoint, so the position of the last checkpoint in both control files is the same, and then nothing is missing.
package struct ProveShutdownCommand: PostgresCommand {
    package static let name = "postgres.prove-shutdown"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.site, context)
        guard earlier(DemoteCommand.name, at: context.from, context)?["isRunning"]?.flag == false else {
            return Finding(.waiting, "the primary at \(context.from) was not stopped by this run yet (postgres.demote)")
        }
        let stopped = try await StoppedPrimary.look(access, context)
        let sight = try await target.look()
        var more = sight.brief
        more["shutdownCheckpoint"] = .string(stopped.checkpoint.description)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            more["isProven"] = .bool(verdict == .done)
            return Finding(
                verdict, sentence, facts: facts(Self.name, at: target, more), observations: [sight.siteObservation])
        }
        let promoted = earlier(PromoteCommand.name, at: context.site, context)?["newTimeline"]?.integer
        if !sight.observation.isInRecovery, promoted == sight.observation.timeline {
            return finding(.done, "\(target.place) was promoted from there")
        }
        guard sight.observation.isInRecovery, sight.observation.systemIdentifier == stopped.systemIdentifier else {
            return finding(
                .refused(rule: "not-a-standby", acceptance: nil),
                "\(target.place) is no standby of \(stopped.place)")
        }
        let own = try await StoppedPrimary.checkpoint(of: target, within: access.limits.statement)
        if own.position == stopped.checkpoint, own.timeline == stopped.timeline {
            return finding(
                .done,
                "\(target.place) has all of \(stopped.place), up to its shutdown checkpoint at \(stopped.checkpoint)")
        }
        guard own.position < stopped.checkpoint, own.timeline <= stopped.timeline else {
            return finding(
                .refused(rule: "diverged", acceptance: nil),
                "the last checkpoint of \(target.place) is \(own.position) on timeline \(own.timeline), beyond that of "
                    + "\(stopped.place) (\(stopped.checkpoint) on \(stopped.timeline)): it does not stand where the log ended"
            )
        }
        return finding(
            .needed,
            "whether \(target.place) has the shutdown checkpoint of \(stopped.place) at \(stopped.checkpoint) will be "
                + "seen by a checkpoint there")
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.site, context)
        let wanted = finding.facts["shutdownCheckpoint"]?.text.flatMap { LogPosition($0) }
        let connection = try await target.connect(statementTimeout: access.limits.checkpoint)
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        let deadline = ContinuousClock.now + access.limits.settle
        repeat {
            // A restartpoint is made of the last checkpoint that was replayed, which may not be this one yet.
            try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
            let own = try await StoppedPrimary.checkpoint(of: target, within: access.limits.statement)
            if own.position == wanted { return }
            try await pause()
        } while ContinuousClock.now < deadline
    }
}

/// A primary that was stopped in good order with the role of a standby, as its own host shows it.
struct StoppedPrimary: PostgresWorker {
    var access: PostgresAccess
    var place: String
    var systemIdentifier: String
    var checkpoint: LogPosition
    var timeline: Int64

    /// Reads it from the host of `from`, and holds it against what `postgres.demote` left in the run.
    static func look(_ access: PostgresAccess, _ context: StepContext) async throws(Fault) -> StoppedPrimary {
        let worker = DemoteCommand(access: access)
        let source = try worker.target(at: context.from, context)
        let host = try access.hosts.required(of: source)
        let seen = try await host.look()
        let memory = worker.earlier(DemoteCommand.name, at: context.from, context)
        let next = "Demote it first (postgres.demote), and start it nowhere before the promotion"
        guard let checkpoint = memory?["checkpoint"]?.text.flatMap({ LogPosition($0) }) else {
            throw Fault(.refused, "this run did not stop it", at: source.place, next: next)
        }
        guard let control = seen.control, !seen.isRunning || seen.isMarkedAsStandby,
            control.systemIdentifier == memory?["systemIdentifier"]?.text
        else {
            throw Fault(.refused, "it does not stand as this run left it", at: source.place, next: next)
        }
        guard seen.isRunning || (control.checkpoint == checkpoint && control.isCleanlyStopped && seen.isMarkedAsStandby)
        else {
            throw Fault(
                .refused,
                "it was stopped at \(checkpoint), and its last checkpoint is at \(control.checkpoint) "
                    + "(\(control.state)) now", at: source.place, next: next)
        }
        return StoppedPrimary(
            access: access, place: source.place, systemIdentifier: control.systemIdentifier, checkpoint: checkpoint,
            timeline: memory?["timeline"]?.integer ?? control.timeline)
    }

    /// What the control file of a running server says.
    static func checkpoint(
        of target: PostgresTarget, within limit: Duration
    ) async throws(Fault) -> (position: LogPosition, timeline: Int64) {
        let connection = try await target.connect()
        defer { connection.close() }
        let row = try await connection.query(
            "SELECT checkpoint_lsn, timeline_id FROM pg_control_checkpoint()", within: limit
        ).one()
        return (
            try row.required("checkpoint_lsn", row.position), try row.required("timeline_id", row.integer)
        )
    }

    /// Whether `from` is down by this run's own hand, and everything it had is on the server that is to be promoted.
    static func isProven(_ access: PostgresAccess, for target: PostgresTarget, _ context: StepContext) async -> Bool {
        let worker = DemoteCommand(access: access)
        guard worker.earlier(ProveShutdownCommand.name, at: target.site, context)?["isProven"]?.flag == true,
            let stopped = try? await look(access, context),
            let own = try? await checkpoint(of: target, within: access.limits.statement)
        else { return false }
        return own.position == stopped.checkpoint && own.timeline == stopped.timeline
    }
}
