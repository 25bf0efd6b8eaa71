import FailoverModel

/// `kubernetes.scale-down`: every workload of the site's release to 0 replicas, and no pod of it left that may run.
struct ScaleDownCommand: StepCommand {
    static let name = "kubernetes.scale-down"
    let access: KubernetesAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        try await look(context, earlier: context.remembered)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context, earlier: context.remembered ?? finding.facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let release = try access.release(at: context.site)
        let running = try await release.look().workloads.filter { $0.wanted > 0 }
        try await release.scale(running.map { ($0.key, 0) })
    }

    private func look(_ context: StepContext, earlier: JSONValue?) async throws(Fault) -> Finding {
        let release = try access.release(at: context.site)
        let found = try await release.look()
        let counts = RememberedCounts(
            found.workloads.map { .init(key: $0.key, replicas: $0.wanted, uid: $0.object.metadata.uid) }
        ).keeping(RememberedCounts(facts: earlier))
        let (verdict, sentence) = judge(found, release, accepted: context.accepted)
        return Finding(
            verdict, sentence, facts: counts.facts(command: Self.name, release),
            observations: [SiteObservation(site: context.site, seen: .workloads(found.observation))])
    }

    private func judge(
        _ found: ReleaseWorkloads, _ release: ReleaseAtSite, accepted: Set<String>
    ) -> (Finding.Verdict, String) {
        guard !found.workloads.isEmpty else {
            // Finding nothing under a wrong name looks the same as nothing running, so a person has to say which it is.
            let acceptance = "\(release.site)-has-no-workloads"
            let sentence = "\(release.place) has no Deployment or StatefulSet"
            if accepted.contains(acceptance) { return (.done, "\(sentence), and a person said that this is right") }
            return (
                .refused(rule: "no-workloads-found", acceptance: acceptance),
                "\(sentence); check release, namespace and selector in the topology, or say that none is right"
            )
        }
        let wanting = found.workloads.filter { $0.wanted > 0 }
        guard wanting.isEmpty else {
            let list = wanting.map { "\($0.name) \($0.wanted)" }.joined(separator: ", ")
            let sentence =
                "\(wanting.count) of \(found.workloads.count) workloads want replicas and will be scaled to 0: \(list)"
            return (.needed, sentence + found.autoscalerWarning)
        }
        let unsettled = found.workloads.filter { !$0.isStopped }
        guard unsettled.isEmpty else { return (.waiting, "all workloads are at 0; \(PodTexts.remaining(unsettled))") }
        return (
            .done, "all \(found.workloads.count) workloads are at 0 and no pod runs\(PodTexts.ended(found.workloads))"
        )
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = RememberedCounts(facts: context.remembered) else {
            return Finding(.done, "no counts are remembered, so nothing was scaled down")
        }
        let release = try access.release(at: context.site)
        let found = try await release.look()
        let plan = RestorePlan(remembered, found, ours: { _ in 0 })
        return plan.finding(
            found, site: context.site, facts: remembered.facts(command: Self.name, release), readiness: { $0.isServing }
        )
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let remembered = RememberedCounts(facts: context.remembered) else { return }
        let release = try access.release(at: context.site)
        try await release.scale(RestorePlan(remembered, try await release.look(), ours: { _ in 0 }).changes)
    }
}
