package import FailoverModel

/// `postgres.rejoin`: makes a site that is back a standby of the primary, in the cheapest way that is safe.
///
/// Its database is examined before it is touched: whose it is, whether it was stopped in good order, and what it has beyond
/// the point where the primary's history left it. Then it follows, or is rewound (pg_rewind), or is copied anew
/// (pg_basebackup), the last only where the topology, the step or a named person allows it, and the old directory is kept.
/// The work on the host goes on by itself there; a killed Handover finds it at work, or done.
package struct RejoinCommand: PostgresCommand {
    package static let name = "postgres.rejoin"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        _ = try KeptTables.of(context)
        if let lapsed = try await lapsed(Self.name, context) { return lapsed }
        let look: RejoinLook
        let judgement: RejoinJudgement
        do throws(Fault) {
            (look, judgement) = try await judge(context)
        } catch {
            guard error.kind == .refused else { throw error }
            return .refused("no-single-primary", error.what)
        }
        var facts = look.facts(Self.name, self, judgement)
        let primary = look.source.target.place
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: look.observations)
        }
        switch judgement.verdict {
        case .waiting: return finding(.waiting, judgement.why)
        case .refused(let rule, let acceptance):
            return finding(.refused(rule: rule, acceptance: acceptance), judgement.why)
        case .bySQL:
            var found = try await FollowCommand(access: access).examine(following(look, context))
            found.facts = facts
            found.observations = look.observations
            return found
        case .fromHost(let way):
            if let refusal = try await obstacle(way, judgement, look, context) {
                return finding(.refused(rule: refusal.rule, acceptance: refusal.acceptance), refusal.sentence)
            }
            facts = look.facts(Self.name, self, judgement, way: way)
            return finding(.needed, "\(sentence(way, look)) \(primary), because \(judgement.why)")
        }
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let (look, judgement) = try await judge(context)
        switch judgement.verdict {
        case .waiting: return
        case .refused:
            throw Fault(.refused, judgement.why, at: look.target.place, next: "See what changed, then resume")
        case .bySQL:
            try await FollowCommand(access: access).act(following(look, context), on: finding)
        case .fromHost(let way):
            guard finding.facts["way"]?.text == way.rawValue else {
                throw Fault(
                    .refused, "it was to be another way when it was examined, and now \(judgement.why)",
                    at: look.target.place, next: "Resume: it is examined again")
            }
            if let refusal = try await obstacle(way, judgement, look, context) {
                throw Fault(.refused, refusal.sentence, at: look.target.place, next: "See what changed, then resume")
            }
            try await RejoinWork(access: access, look: look, way: way).carryOut(context, on: finding)
        }
    }

    /// The acceptance test of `postgres.follow`: receiver, sender, slot, and a message through the log.
    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let (look, judgement) = try await judge(context)
        var found = try await FollowCommand(access: access).verify(following(look, context), after: finding)
        let way = finding.facts["way"]?.text.flatMap { RejoinTask.Way(rawValue: $0) }
        found.facts = look.facts(Self.name, self, judgement, way: way)
        return found
    }

    private func judge(_ context: StepContext) async throws(Fault) -> (RejoinLook, RejoinJudgement) {
        let look = try await RejoinLooking(access: access).look(context)
        // Where nothing answers and there is no other way in, the site is away.
        if look.host == nil, look.own == nil, let fault = look.fault { throw fault }
        if let fault = look.fault, fault.kind == .forbidden || fault.kind == .invalid { throw fault }
        var refusal: StandbyComparison.Refusal?
        if let own = look.own, own.observation.isInRecovery {
            let pair = FollowPair(primary: look.source, standby: (look.target, own))
            refusal = try await FollowRules(pair: pair).firstRefusal()
        }
        return (look, RejoinJudgement.of(look, followRefusal: refusal))
    }

    /// They could not be dumped the last time, and what only this site has is not thrown away behind anybody's back.
    private func tablesNotKept(
        _ look: RejoinLook, _ context: StepContext
    ) throws(Fault) -> StandbyComparison.Refusal? {
        let acceptance = KeptTables.acceptance(at: look.target.site)
        guard !(try KeptTables.of(context)).isEmpty, !context.accepted.contains(acceptance),
            let host = look.host, let task = host.sight.task, task.key == context.idempotencyKey,
            task.status == RejoinTask.Ending.notDumped
        else { return nil }
        return .init(
            rule: "tables-not-kept",
            sentence:
                "the tables of \(look.target.place) that are to be kept could not be dumped (\(task.reason)). Put that right "
                + "and remove \(host.way.host.data).handover/status there to try again, or take responsibility for going "
                + "on without them", acceptance: acceptance)
    }

    private func following(_ look: RejoinLook, _ context: StepContext) -> StepContext {
        var context = context
        context.to = look.source.target.site
        return context
    }

    private func sentence(_ way: RejoinTask.Way, _ look: RejoinLook) -> String {
        let place = look.target.place
        let stop = look.own == nil ? "" : "stopped and "
        switch way {
        case .follow: return "\(place) will be started as a standby of"
        case .rewind: return "\(place) will be \(stop)rewound (pg_rewind) and started as a standby of"
        case .rebuild:
            return "\(place) will be \(stop)copied anew (pg_basebackup; the old data directory is kept) from"
        }
    }

    /// What stands against this way.
    private func obstacle(
        _ way: RejoinTask.Way, _ judgement: RejoinJudgement, _ look: RejoinLook, _ context: StepContext
    ) async throws(Fault) -> StandbyComparison.Refusal? {
        switch way {
        case .follow: return nil
        case .rewind:
            try await RejoinWork(access: access, look: look, way: way).requireRewindPrivileges()
            return try tablesNotKept(look, context)
        case .rebuild: break
        }
        let acceptance = "rebuild-\(look.target.site)"
        let isAllowed =
            context.parameters["rebuild"]?.flag == true || look.host?.way.host.mayRebuild == true
            || context.accepted.contains(acceptance)
        if !isAllowed {
            return .init(
                rule: "rebuild-not-allowed",
                sentence:
                    "\(look.target.place) has to be copied anew (pg_basebackup), because \(judgement.why). The old data "
                    + "directory would be moved aside and kept. Allow it (databaseHost: rebuild: allowed), or take "
                    + "responsibility for it", acceptance: acceptance)
        }
        return try await RejoinWork(access: access, look: look, way: way).whyNoCopy()
    }
}

extension RejoinLook {
    func facts(
        _ command: String, _ worker: some PostgresWorker, _ judgement: RejoinJudgement, way: RejoinTask.Way? = nil
    ) -> JSONValue {
        var more = host?.sight.brief ?? [:]
        if let own { more.merge(own.brief) { $1 } }
        more["source"] = .string(source.target.site)
        more["sourceTimeline"] = .integer(source.sight.observation.timeline)
        more["why"] = .string(judgement.why)
        more["way"] = way.map { .string($0.rawValue) } ?? (judgement.verdict == .bySQL ? "sql" : .null)
        more["surplus"] = surplus?.json ?? .null
        // Where a standby streams from now, so that `postgres.follow` can carry its own keywords over.
        more["upstream"] = own.flatMap { Upstream(of: $0.settings)?.json } ?? .null
        return worker.facts(command, at: target, more)
    }
}
