import FailoverModel

/// `postgres.catch-up` by CloudNativePG: waits until the new site has replayed the end that the old primary's token names.
struct CloudNativePGCatchUp: PostgresCommand {
    let access: PostgresAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let target = try target(at: context.to, context)
        let source = try self.target(at: context.from, context)
        let sight = try await target.look()
        var facts = sight.brief
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(
                verdict, sentence, facts: self.facts(CatchUpCommand.name, at: target, facts),
                observations: [sight.siteObservation])
        }
        if !sight.observation.isInRecovery { return try await CatchUpCommand(access: access).examine(context) }
        facts["isCaughtUp"] = false
        let seen: CloudNativePGSight
        do throws(Fault) { seen = try await CloudNativePGObject(source).look() } catch {
            guard error.kind == .unreachable || error.kind == .uncertain else { throw error }
            return finding(
                .done,
                "the Cluster of \(source.place) cannot be reached (\(error.what)), so \(target.place) keeps what it has"
            )
        }
        guard seen.isReplica else {
            if seen.isFenced {
                return finding(.done, "\(source.place) is fenced without a token: \(target.place) keeps what it has")
            }
            return finding(
                .refused(rule: "not-fenced", acceptance: nil),
                "\(source.place) is still a primary cluster, so catching up would never end; fence it first (postgres.fence)"
            )
        }
        guard let token = seen.demotionToken.flatMap(PromotionToken.init) else {
            return finding(.waiting, "\(source.place) has no token yet (\(seen.phase))")
        }
        facts["target"] = .string(token.redo.description)
        switch token.judge(sight, restartpoint: nil) {
        case .fits:
            facts["isCaughtUp"] = true
            return finding(.done, "\(target.place) has everything of \(source.place), up to its end at \(token.redo)")
        case .later(let why): return finding(.waiting, "\(target.place) is behind \(source.place): \(why)")
        case .never(let why):
            return finding(
                .refused(rule: "token-does-not-fit", acceptance: nil),
                "\(target.place) can never be what \(source.place) ended as: \(why)")
        }
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}
}
