import FailoverModel

/// `dns.stop-external`: the site's external-dns at 0 replicas, and no pod of it left that may run.
///
/// Ingress objects stay when workloads go, so an external-dns of the old site would put its addresses back. That of the
/// new site is not started: the names have one writer, and after a failover that is Handover.
struct StopExternalDNSCommand: StepCommand {
    static let name = "dns.stop-external"
    let access: KubernetesAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        try await look(context, earlier: context.remembered)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        try await look(context, earlier: context.remembered ?? finding.facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let external = try ExternalDNSAtSite(context.site, in: context.topology, access)
        guard let found = try await external.look(), found.wanted > 0 else { return }
        try await external.scale(to: 0)
    }

    private func look(_ context: StepContext, earlier: JSONValue?) async throws(Fault) -> Finding {
        let external = try ExternalDNSAtSite(context.site, in: context.topology, access)
        let remembered = RememberedCounts(facts: earlier)
        guard let found = try await external.look() else { return missing(external, remembered, context) }
        let entry = RememberedCounts.Entry(
            key: found.key, replicas: found.wanted, uid: found.object.metadata.uid)
        let facts = external.facts(RememberedCounts([entry]).keeping(remembered), command: Self.name)
        let (verdict, sentence) = judge(found, external, context)
        return Finding(verdict, sentence, facts: verdict == .done ? facts.stopped : facts)
    }

    /// Nothing puts names back where nothing is; but under a wrong name it looks the same, so a person has to say.
    private func missing(
        _ external: ExternalDNSAtSite, _ remembered: RememberedCounts?, _ context: StepContext
    ) -> Finding {
        let acceptance = "\(context.site)-has-no-external-dns"
        let facts = external.facts(remembered ?? RememberedCounts([]), command: Self.name)
        if context.accepted.contains(acceptance) {
            return Finding(
                .done, "there is no \(external.title), and a person said that this is right", facts: facts.stopped)
        }
        return Finding(
            .refused(rule: "no-external-dns-found", acceptance: acceptance),
            "there is no \(external.title); correct \"externalDNS\" in the topology, or say that none is right",
            facts: facts)
    }

    private func judge(
        _ found: ReleaseWorkloads.Workload, _ external: ExternalDNSAtSite, _ context: StepContext
    ) -> (Finding.Verdict, String) {
        let all = ReleaseWorkloads(workloads: [found])
        let keepers = all.keepers.joined(separator: ", ")
        guard found.wanted == 0 else {
            let acceptance = "\(context.site)-external-dns-gitops-is-paused"
            if !keepers.isEmpty, !context.accepted.contains(acceptance) {
                return (
                    .refused(rule: "managed-by-gitops", acceptance: acceptance),
                    "\(keepers) would start the \(external.title) again at its next sync; pause it or change its "
                        + "repository, then say so"
                )
            }
            return (
                .needed,
                "\(external.title) wants \(found.wanted) and will be scaled to 0: it would put the users' names back"
                    + all.autoscalerWarning
            )
        }
        guard found.isStopped else {
            return (.waiting, "\(external.title) is at 0; \(PodTexts.remaining([found]))")
        }
        let warning = keepers.isEmpty ? "" : "; \(keepers) may start it again at its next sync"
        return (.done, "\(external.title) is at 0 and no pod of it runs\(PodTexts.ended([found]))\(warning)")
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = RememberedCounts(facts: context.remembered) else {
            return Finding(.done, "no count is remembered, so no external-dns was stopped")
        }
        let external = try ExternalDNSAtSite(context.site, in: context.topology, access)
        let found = try await now(external)
        let facts = external.facts(remembered, command: Self.name)
        var finding = RestorePlan(remembered, found, ours: { _ in 0 })
            .finding(found, site: context.site, facts: facts, readiness: { $0.isServing })
        // These are not the release's workloads, which the site is judged by.
        finding.observations = []
        return finding
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let remembered = RememberedCounts(facts: context.remembered) else { return }
        let external = try ExternalDNSAtSite(context.site, in: context.topology, access)
        try await external.scale(RestorePlan(remembered, try await now(external), ours: { _ in 0 }).changes)
    }

    private func now(_ external: ExternalDNSAtSite) async throws(Fault) -> ReleaseWorkloads {
        ReleaseWorkloads(workloads: try await external.look().map { [$0] } ?? [])
    }
}

extension JSONValue {
    /// For a later step of the run: nothing of it is left that could write.
    fileprivate var stopped: JSONValue { .object((fields ?? [:]).merging(["isStopped": true]) { $1 }) }
}

extension StepContext {
    /// For a sentence about names that lead to another site than `from`: what may still put them back.
    var unstoppedExternalDNS: String {
        guard from != site, topology.site(named: from)?.externalDNS != nil else { return "" }
        let isStopped = history.values.contains {
            $0["command"]?.text == StopExternalDNSCommand.name && $0["site"]?.text == from
                && $0["isStopped"] == true
        }
        guard !isStopped else { return "" }
        return
            "; external-dns of \(from) is not known to be stopped, and would put them back: handover settle \(from) as "
            + "soon as it answers, then handover check"
    }
}

/// The step commands of this system by the name that runbooks use.
package enum ExternalDNSCommands {
    package static func all(access: KubernetesAccess) -> [String: any StepCommand] {
        [StopExternalDNSCommand.name: StopExternalDNSCommand(access: access)]
    }
}
