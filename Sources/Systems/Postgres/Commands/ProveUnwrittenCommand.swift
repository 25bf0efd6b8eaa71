package import FailoverModel

/// `postgres.prove-unwritten`: proves that the server that was promoted last has committed nothing since, and that the old
/// primary has everything from before, so that the promotion can be wound back.
package struct ProveUnwrittenCommand: PostgresCommand {
    package static let name = "postgres.prove-unwritten"
    let access: PostgresAccess

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let promoted = try target(at: context.site, context)
        let former = try target(at: context.to, context)
        let judgement = try await WindingBack(access: access).judge(promoted: promoted, former: former)
        let facts = facts(Self.name, at: promoted, ["isUnwritten": .bool(judgement.isPossible)])
        guard judgement.isPossible else {
            return .refused(
                "cannot-wind-back", "\(judgement.reason); ess-failback.yaml leads to \(context.to) all the same",
                facts: facts)
        }
        return Finding(.done, judgement.reason, facts: facts)
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}

    /// Whether this run has proven it for the cluster.
    static func isProven(_ worker: some PostgresWorker, at site: String, _ context: StepContext) -> Bool {
        worker.earlier(name, at: site, context)?["isUnwritten"]?.flag == true
    }
}
