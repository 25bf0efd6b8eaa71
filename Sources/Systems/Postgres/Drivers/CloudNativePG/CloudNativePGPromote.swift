import FailoverModel

/// `postgres.promote` by CloudNativePG: `primary` and `promotionToken` in one patch.
///
/// With the token of an old primary that was stood down it is a switchover, after which that one follows. Without one it is a
/// failover, and the former primary must be cloned anew. The proof is SQL's, as everywhere; the status is looked at beside it.
struct CloudNativePGPromote: PostgresCommand {
    let access: PostgresAccess
    private var plain: PromoteCommand { PromoteCommand(access: access) }

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        let looks = await look(at: try targets(except: [], context))
        if let fault = looks.fault(of: context.to) { throw fault }
        guard let here = looks.sight(of: context.to) else {
            return Finding(.waiting, "\(target.place) was not looked at")
        }
        if !here.observation.isInRecovery { return try await proven(plain.examine(context), target, context) }
        var comparison = StandbyComparison(here: here, from: context.from, looks: looks)
        comparison.mayReceive = true
        let loss = loss(keeping: here, source: comparison.source, context)
        let token = try await token(context)
        var facts = comparison.facts(loss)
        facts["oldTimeline"] = .integer(here.observation.timeline)
        facts["token"] = JSONValue(token)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(
                verdict, sentence, facts: self.facts(PromoteCommand.name, at: target, facts),
                observations: looks.observations)
        }
        if !seen.isReplica, seen.isDistributed {
            return finding(.waiting, "CloudNativePG was asked to promote \(target.place) (\(seen.phase))")
        }
        if let refusal = obstacle(seen, hasToken: token != nil, object)
            ?? PromotionRules(
                access: access, target: target, comparison: comparison, context: context
            ).firstRefusal()
        {
            return finding(.refused(rule: refusal.rule, acceptance: refusal.acceptance), refusal.sentence)
        }
        if seen.isSwitching { return finding(.waiting, "CloudNativePG is changing \(target.place) (\(seen.phase))") }
        guard let token else {
            return finding(
                .needed,
                "\(target.place) will be promoted at \(here.position) without a token, as a failover: \(context.from) must be "
                    + "cloned anew afterwards; \(loss)")
        }
        guard let content = PromotionToken(token) else {
            return finding(
                .refused(rule: "token-does-not-fit", acceptance: nil), "the token of \(context.from) cannot be read")
        }
        switch content.judge(here, restartpoint: nil) {
        case .fits:
            return finding(
                .needed,
                "\(target.place) will be promoted with the token of \(context.from), which ended at \(content.redo); \(loss)"
            )
        case .later(let why): return finding(.waiting, "\(target.place) is not yet what the token says: \(why)")
        case .never(let why):
            return finding(
                .refused(rule: "token-does-not-fit", acceptance: nil), "\(target.place) does not fit the token: \(why)")
        }
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let target = try target(at: context.to, context)
        let lock = try await PromotionLock.take(at: try targets(except: [context.from], context))
        defer { lock.release() }
        let again = try await examine(context)
        switch again.verdict {
        case .refused: throw Fault(.refused, again.sentence, at: target.place, next: "See what changed, then resume")
        case .done, .waiting, .unobservable: return
        case .needed: break
        }
        let object = try CloudNativePGObject(target)
        let seen = try await object.look()
        let connection = try await target.connect(statementTimeout: access.limits.checkpoint)
        defer { connection.close() }
        try await confirm(connection, is: target, on: finding, inRecovery: true)
        let token = again.facts["token"]?.text
        if let content = token.flatMap(PromotionToken.init) { try await check(content, target, connection) }
        try await object.patch(
            ["spec": ["replica": ["primary": .string(seen.ownName), "promotionToken": JSONValue(token)]]], of: seen)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        var context = context
        context.remembered = context.remembered ?? finding.facts
        let sight = try await look(at: target, within: access.limits.operators) { !$0.observation.isInRecovery }
        guard !sight.observation.isInRecovery else { return try await examine(context) }
        return try await proven(plain.verify(context, after: finding), target, context)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let seen = try await CloudNativePGObject(target).look()
        let finding = try await plain.examineUndo(context)
        guard finding.verdict == .done, !seen.isReplica, seen.isDistributed else { return finding }
        return .refused(
            "promotion-asked-for",
            "CloudNativePG was asked to promote \(target.place) and may do so yet; take spec.replica.primary back yourself if it "
                + "must not", facts: finding.facts)
    }

    /// A restartpoint brings the control file to the last checkpoint replayed, which the operator compares too.
    private func check(
        _ token: PromotionToken, _ target: PostgresTarget, _ connection: PostgresConnection
    ) async throws(Fault) {
        try await connection.query("CHECKPOINT", effect: .changes, within: access.limits.checkpoint)
        let row = try await connection.query(
            "SELECT redo_lsn AS redo FROM pg_control_checkpoint()", within: access.limits.statement
        ).one()
        let sight = try await target.look(on: connection)
        switch token.judge(sight, restartpoint: try row.required("redo", row.position)) {
        case .fits: return
        case .later(let why):
            throw Fault(.unavailable, why, at: target.place, next: "Look again: it is still replaying")
        case .never(let why):
            throw Fault(
                .refused, why, at: target.place,
                next: "Find out what else wrote to it; without the token it can only be failed over to")
        }
    }

    /// The token of an old primary that is stood down; `nil` where there is none to be had.
    private func token(_ context: StepContext) async throws(Fault) -> String? {
        if let known = earlier(FenceCommand.name, at: context.from, context)?["token"]?.text { return known }
        do throws(Fault) {
            let seen = try await CloudNativePGObject(target(at: context.from, context)).look()
            return seen.isReplica ? seen.demotionToken : nil
        } catch {
            guard error.kind == .unreachable || error.kind == .uncertain || error.kind == .unavailable else {
                throw error
            }
            return nil
        }
    }

    private func obstacle(
        _ seen: CloudNativePGSight, hasToken: Bool, _ object: CloudNativePGObject
    ) -> StandbyComparison.Refusal? {
        if !seen.isDistributed {
            return .init(
                rule: "not-distributed",
                sentence: "\(object.place) is of no distributed topology (spec.replica.primary); add it first")
        }
        if seen.isFenced {
            return .init(
                rule: "instances-fenced",
                sentence:
                    "the instances of \(object.place) are fenced; take the annotation \(CloudNativePGSight.fencing) away"
            )
        }
        if hasToken, seen.hasApplyDelay {
            return .init(
                rule: "apply-delay",
                sentence: "\(object.place) has minApplyDelay, with which CloudNativePG takes no token; remove it")
        }
        return nil
    }

    /// SQL's proof, and that the operator knows of it.
    private func proven(
        _ finding: Finding, _ target: PostgresTarget, _ context: StepContext
    ) async throws(Fault) -> Finding {
        guard finding.verdict == .done else { return finding }
        let seen = try await CloudNativePGObject(target).look()
        var finding = finding
        if let token = context.remembered?["token"] { finding.facts = finding.facts.with("token", token) }
        let isKnown = !seen.isReplica && (seen.promotionToken == nil || seen.promotionToken == seen.lastPromotionToken)
        if isKnown {
            finding.sentence += "; CloudNativePG's primary is \(seen.currentPrimary ?? "unknown")"
        } else {
            finding.verdict = .waiting
            finding.sentence += "; CloudNativePG has not confirmed it yet (\(seen.phase))"
        }
        return finding
    }
}
