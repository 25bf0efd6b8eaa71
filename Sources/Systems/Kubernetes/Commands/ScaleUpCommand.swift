import FailoverModel

/// `kubernetes.scale-up`: every workload of the site's release at its intended count, and ready. Never lowers a count.
struct ScaleUpCommand: StepCommand {
    static let name = "kubernetes.scale-up"
    let access: KubernetesAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        try await look(context, earlier: context.remembered)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context, earlier: context.remembered ?? finding.facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let release = try access.release(at: context.site)
        let plan = try Plan(try await release.look(), IntendedCounts(context, release: release.release))
        try await release.scale(plan.items.filter(\.isLow).map { ($0.workload.key, $0.intent.count) })
    }

    private struct Plan {
        struct Item {
            var workload: ReleaseWorkloads.Workload
            var intent: IntendedCounts.Intent
            var isLow: Bool { workload.wanted < intent.count }
        }
        var items: [Item] = []

        init(_ found: ReleaseWorkloads, _ counts: IntendedCounts) throws(Fault) {
            for workload in found.workloads {
                items.append(Item(workload: workload, intent: try counts.intent(for: workload)))
            }
        }
    }

    private func look(_ context: StepContext, earlier: JSONValue?) async throws(Fault) -> Finding {
        let release = try access.release(at: context.site)
        let found = try await release.look()
        let plan = try Plan(found, IntendedCounts(context, release: release.release))
        let counts = RememberedCounts(
            plan.items.map { item in
                .init(
                    key: item.workload.key, replicas: item.workload.wanted,
                    intended: max(item.intent.count, item.workload.wanted), uid: item.workload.object.metadata.uid)
            }
        ).keeping(RememberedCounts(facts: earlier))
        let (verdict, sentence) = judge(plan, found, release)
        return Finding(
            verdict, sentence, facts: counts.facts(command: Self.name, release),
            observations: [SiteObservation(site: context.site, seen: .workloads(found.observation))])
    }

    private func judge(_ plan: Plan, _ found: ReleaseWorkloads, _ release: ReleaseAtSite) -> (Finding.Verdict, String) {
        guard !plan.items.isEmpty else {
            return (
                .refused(rule: "no-workloads-found", acceptance: nil),
                "\(release.place) has no Deployment or StatefulSet; install the chart there, or correct the topology"
            )
        }
        let off = plan.items.filter { $0.intent.count == 0 && $0.workload.wanted == 0 }
        let note =
            off.isEmpty
            ? "" : "; stays at 0: " + off.map { "\($0.workload.name) (\($0.intent.source))" }.joined(separator: ", ")
        let low = plan.items.filter(\.isLow)
        guard low.isEmpty else {
            let sentence = "\(low.count) of \(plan.items.count) workloads will be scaled up: \(Self.counts(low))"
            return (.needed, sentence + note + found.autoscalerWarning)
        }
        let unready = found.workloads.filter { !$0.isServing }
        guard unready.isEmpty else { return (.waiting, "all counts are set; \(PodTexts.unready(unready))\(note)") }
        return (.done, "all \(plan.items.count) workloads have their replicas and are ready\(note)")
    }

    /// `a 0 to 2 (topology), b 0 to 5 (as at dc1)`; what says all of them is said once: `a 0 to 2, b 0 to 1 (default)`.
    private static func counts(_ items: [Plan.Item]) -> String {
        let isOneSource = Set(items.map(\.intent.source)).count == 1
        return items.enumerated().map { index, item in
            let source = isOneSource && index < items.count - 1 ? "" : " (\(item.intent.source))"
            return "\(item.workload.name) \(item.workload.wanted) to \(item.intent.count)\(source)"
        }.joined(separator: ", ")
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = RememberedCounts(facts: context.remembered) else {
            return Finding(.done, "no counts are remembered, so nothing was scaled up")
        }
        let release = try access.release(at: context.site)
        let found = try await release.look()
        let plan = RestorePlan(remembered, found, ours: { $0.intended })
        return plan.finding(
            found, site: context.site, facts: remembered.facts(command: Self.name, release),
            readiness: { $0.wanted == 0 ? $0.isStopped : $0.isCaughtUp })
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let remembered = RememberedCounts(facts: context.remembered) else { return }
        let release = try access.release(at: context.site)
        try await release.scale(RestorePlan(remembered, try await release.look(), ours: { $0.intended }).changes)
    }
}
