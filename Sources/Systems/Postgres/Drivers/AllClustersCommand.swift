import FailoverModel

/// `postgres.promote` where a site has several clusters: all are promoted to one moment, or none.
///
/// Before the first is promoted, everything that would forbid the promotion of any is looked at, and how far apart in time
/// they stand. After that only time is between them; if one fails then, the run says so and goes on from there.
struct AllClustersCommand: PostgresCommand {
    let access: PostgresAccess
    let command: any StepCommand

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let own: Finding
        do throws(Fault) { own = try await command.examine(context) } catch {
            throw Fault(
                error.kind, error.what + halfMoved(context), at: error.place, next: error.next,
                retryAfterMilliseconds: error.retryAfterMilliseconds)
        }
        switch own.verdict {
        case .done, .waiting, .unobservable: return own
        case .refused:
            var finding = own
            finding.sentence += halfMoved(context)
            return finding
        case .needed: return try await together(own, context)
        }
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let again = try await together(finding, context)
        guard again.verdict == .needed else {
            throw Fault(
                .refused, again.sentence, at: try target(at: context.to, context).place,
                next: "Nothing was done in this step; see what changed, then resume")
        }
        do throws(Fault) { try await command.act(context, on: finding) } catch {
            throw Fault(
                error.kind, error.what + halfMoved(context), at: error.place, next: error.next,
                retryAfterMilliseconds: error.retryAfterMilliseconds)
        }
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await command.verify(context, after: finding)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding { try await command.examineUndo(context) }
    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try await command.undo(context, on: finding)
    }

    /// The finding for this cluster, unless one of the others forbids it or stands at another moment.
    private func together(_ own: Finding, _ context: StepContext) async throws(Fault) -> Finding {
        let others = otherClusters(context)
        guard !others.isEmpty else { return own }
        var own = own
        var moments = [ClusterMoment(cluster: try cluster(context), own)]
        let place = try target(at: context.to, context).place
        for cluster in others {
            let other = self.context(context, cluster)
            let found: Finding
            do throws(Fault) { found = try await command.examine(other) } catch {
                throw Fault(
                    error.kind, "\(place) is not promoted before \(context.to)/\(cluster) can be: \(error.what)",
                    at: error.place, next: error.next, retryAfterMilliseconds: error.retryAfterMilliseconds)
            }
            own.observations += found.observations
            switch found.verdict {
            case .needed: moments.append(ClusterMoment(cluster: cluster, found))
            // Promoted by this run: nothing but time is between them any more.
            case .done: own.sentence += "; \(context.to)/\(cluster) is promoted already"
            case .waiting, .unobservable:
                own.verdict = .waiting
                own.sentence = "\(place) waits for \(context.to)/\(cluster): \(found.sentence)"
                return own
            case .refused(let rule, let acceptance):
                return .refused(
                    rule,
                    "\(context.to)/\(cluster) cannot be promoted, so \(place) is not either: \(found.sentence)",
                    acceptance: acceptance, facts: own.facts, observations: own.observations)
            }
        }
        return ClusterMoment.judge(moments, of: own, context)
    }

    private func otherClusters(_ context: StepContext) -> [String] {
        let own = try? cluster(context)
        return context.topology.site(named: context.to)?.postgres.map(\.cluster).filter { $0 != own } ?? []
    }

    private func context(_ context: StepContext, _ cluster: String) -> StepContext {
        var other = context
        other.cluster = cluster
        other.remembered = earlier(PromoteCommand.name, at: context.to, other)
        return other
    }

    /// Which clusters of the site this run has promoted, said where another cannot be.
    private func halfMoved(_ context: StepContext) -> String {
        let promoted = otherClusters(context).filter { cluster in
            earlier(PromoteCommand.name, at: context.to, self.context(context, cluster))?["newTimeline"] != nil
        }
        guard !promoted.isEmpty, let own = try? cluster(context) else { return "" }
        let names = promoted.map { "\(context.to)/\($0)" }.joined(separator: " and ")
        return
            ". \(names) is promoted already and \(context.to)/\(own) is not: put this right, then resume. Nothing starts "
            + "at \(context.to) before"
    }
}
