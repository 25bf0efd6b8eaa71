import FailoverModel

/// `synapse.prepare-database`: makes Synapse's database safe to start from, on a server that was just promoted.
///
/// Synapse takes its stream positions at start from its sequences. After a promotion these may stand lower than what
/// clients, other servers and the old site have already seen; then new messages get positions that everybody believes to
/// have, and no client is ever told of them. So before Synapse starts every sequence is moved forward: by one where the
/// run proved that nothing is lost (which also writes the sequence to the log, where a primary keeps up to 32 numbers to
/// itself), by the topology's margin otherwise. And where transactions may be lost, the one-time keys are emptied:
/// a key that was given out and not replicated would be given out twice. Clients upload new ones.
///
/// Source: Synapse 1.159.0, `storage/util/id_generators.py`; the chart's restore procedure for the keys.
struct PrepareDatabaseCommand: PostgresCommand {
    static let name = "synapse.prepare-database"
    let access: PostgresAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let synapse = try database(context)
        let target = try target(at: context.site, context)
        let connection = try await target.connect(database: synapse.database)
        defer { connection.close() }
        let sight = try await SynapseSight.look(
            on: connection, release: release(context), within: access.limits.statement)
        try sight.checkPrivileges(database: synapse.database, role: target.server.connection.user, at: target.place)
        let move = SequenceMove(
            sight, remembered: context.remembered, loss: loss(context), margin: synapse.margin)
        let facts = facts(Self.name, at: target, move.facts)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts)
        }
        if sight.isInRecovery {
            return finding(
                .waiting, "\(target.place) is a standby; \(move.count) are moved forward once it is promoted")
        }
        guard move.isNeeded else {
            return finding(.done, "\(move.count) of \(synapse.database) at \(target.place) are far enough ahead")
        }
        guard sight.sessions.isEmpty else {
            return finding(
                .waiting,
                "Synapse is connected to \(synapse.database) at \(target.place) (\(sight.sessions.joined(separator: ", "))) and must "
                    + "not run while its sequences move")
        }
        return finding(.needed, move.sentence(in: "\(synapse.database) at \(target.place)"))
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let synapse = try database(context)
        let target = try target(at: context.site, context)
        let connection = try await target.connect(database: synapse.database)
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: false)
        let move = SequenceMove(facts: finding.facts)
        for (sequence, goal) in move.goals {
            try await connection.query(
                """
                SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, $2, true) FROM pg_sequences
                 WHERE format('%I.%I', schemaname, sequencename) = $1 AND last_value < $2
                """, [sequence, String(goal)], effect: .changes, within: access.limits.statement)
        }
        guard move.emptiesKeys else { return }
        try await connection.query(
            "TRUNCATE e2e_one_time_keys_json", effect: .changes, within: access.limits.statement)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        var context = context
        context.remembered = context.remembered ?? finding.facts
        return try await examine(context)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        Finding(.done, "the numbers that were skipped stay skipped, which does no harm")
    }

    private func database(_ context: StepContext) throws(Fault) -> SynapseDatabase {
        guard let synapse = context.topology.synapse else {
            throw Fault(
                .invalid, "the topology does not name Synapse's database", at: "topology \(context.topology.name)",
                next: "Add synapse: with cluster and database to it, or take the step out of the runbook")
        }
        return synapse
    }

    /// The chart calls Synapse's pods, and they their sessions, `RELEASE-synapse-…`.
    private func release(_ context: StepContext) -> String? {
        context.topology.site(named: context.site)?.kubernetes?.release
    }

    /// What this run's promotion lost; nothing is known without one.
    private func loss(_ context: StepContext) -> LossEstimate? {
        earlier(PromoteCommand.name, at: context.site, context)?["loss"].map(LossEstimate.init(json:))
    }
}

/// The step commands of this system by the name that runbooks use.
package enum SynapseCommands {
    package static func all(access: PostgresAccess) -> [String: any StepCommand] {
        [PrepareDatabaseCommand.name: PrepareDatabaseCommand(access: access)]
    }
}
