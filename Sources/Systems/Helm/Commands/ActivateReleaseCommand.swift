import FailoverModel

/// `helm.activate`: the site's release upgraded with the values with which it serves, and every workload of it ready.
///
/// The chart's hook makes up whatever Secret it does not find, a signing key under the known id among it, so nothing is
/// upgraded before the site's Secrets are proven to be those of the site that served, or a person answers for them.
struct ActivateReleaseCommand: StepCommand {
    static let name = "helm.activate"
    let access: HelmAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let look: ReleaseLook
        switch try await ReleaseLook.at(context, access) {
        case .success(let found): look = found
        case .failure(let refusal): return refused(refusal, [:])
        }
        if let pending = try await look.pending(context, Self.name, now: access.now()) { return pending }
        let rendered = try await look.program.rendered(nil)
        let manifest = try ReleaseManifest(rendered.manifest, at: look.program.release.place)
        let facts = look.facts(Self.name, intended: manifest, remembered: context.remembered)
        let rules = ActivationRules(context: context, look: look, rendered: rendered, manifest: manifest)
        if let refusal = rules.refusal { return refused(refusal, facts, look.observations) }
        let elsewhere = await access.identities(of: others(context), key: context.idempotencyKey)
        if let refusal = rules.refusal(among: elsewhere) { return refused(refusal, facts, look.observations) }
        let comparison = try await access.secrets.compare(reference: reference(context), site: context.site)
        if let away = comparison.siteAway { throw away }
        let gate = SecretsGate(
            comparison, accepted: context.accepted,
            wasProven: context.hasProvenSecrets(of: context.site, likeThoseOf: comparison.reference))
        guard gate.mayPass else {
            return Finding(
                gate.verdict, gate.sentence + (gate.isUnproven ? context.lastProof(of: comparison) : ""), facts: facts,
                observations: look.observations, comparisons: [comparison.event])
        }
        var finding = rules.finding(facts)
        finding.comparisons = [comparison.event]
        return finding
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        try await access.upgrade(context, nil) { () async throws(Fault) in try await examine(context) }
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        // Found pending, its counts were not known then.
        guard finding.facts["workloads"] != nil else { return try await examine(context) }
        guard case .success(let look) = try await ReleaseLook.at(context, access) else {
            return Finding(.waiting, "the release is gone", facts: finding.facts)
        }
        return look.settled(finding.facts)
    }

    private func refused(
        _ refusal: ReleaseLook.Refusal, _ facts: JSONValue, _ seen: [SiteObservation] = []
    ) -> Finding {
        Finding(
            .refused(rule: refusal.rule, acceptance: refusal.acceptance), refusal.sentence, facts: facts,
            observations: seen)
    }

    private func reference(_ context: StepContext) -> String {
        context.site == context.from ? context.to : context.from
    }

    private func others(_ context: StepContext) -> [String] {
        context.topology.sites.filter { $0.name != context.site && $0.kubernetes?.values != nil }.map(\.name)
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard case .success(let look) = try await ReleaseLook.at(context, access) else {
            return Finding(.done, "there is no release any more")
        }
        return try await look.examineRollback(context.remembered)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let revision = context.remembered?["revision"]?.integer else { return }
        try await access.program(at: context.site, key: context.idempotencyKey).rollback(to: revision)
    }
}
