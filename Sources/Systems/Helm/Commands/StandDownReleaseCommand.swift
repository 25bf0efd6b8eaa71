import FailoverModel

/// `helm.stand-down`: the site's release upgraded with values that run nothing, so that the next upgrade or restart there
/// does not start what a scale to zero has stopped.
struct StandDownReleaseCommand: StepCommand {
    static let name = "helm.stand-down"
    let access: HelmAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let look: ReleaseLook
        switch try await ReleaseLook.at(context, access) {
        case .success(let found): look = found
        case .failure(let refusal):
            return Finding(.refused(rule: refusal.rule, acceptance: nil), refusal.sentence)
        }
        if look.isTooOldForValues { return byScale(look, context) }
        if let pending = try await look.pending(context, Self.name, now: access.now()) { return pending }
        let rendered = try await look.program.rendered(try overlay(look))
        let manifest = try ReleaseManifest(rendered.manifest, at: look.program.release.place)
        let facts = look.facts(Self.name, intended: manifest, remembered: context.remembered)
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: look.observations)
        }
        let left = manifest.workloads.filter { $0.replicas > 0 }.map(\.key.name)
        guard left.isEmpty else {
            return finding(
                .refused(rule: "values-leave-workloads-running", acceptance: nil),
                "no values are known that stop \(left.joined(separator: ", ")); name a file that does as standbyValues of the "
                    + "topology's chart")
        }
        let keepers = look.live.keepers
        let acceptance = "\(context.site)-gitops-is-paused"
        if !keepers.isEmpty, !context.accepted.contains(acceptance) {
            return finding(
                .refused(rule: "managed-by-gitops", acceptance: acceptance),
                "\(keepers.joined(separator: ", ")) would start everything again at its next sync; pause it or change its "
                    + "repository, then say so")
        }
        guard look.stored.isDeployed, look.stored.manifest.isSameManifest(as: rendered.manifest) else {
            return finding(
                .needed,
                "\(look.title), and will be upgraded with values that run nothing\(look.live.autoscalerWarning)")
        }
        let running = look.live.workloads.filter { $0.wanted > 0 }.map(\.name)
        guard running.isEmpty else {
            return finding(
                .needed,
                "\(look.title) with values that run nothing, but somebody has scaled \(running.joined(separator: ", "))"
            )
        }
        let unsettled = look.live.workloads.filter { !$0.isStopped }
        guard unsettled.isEmpty else { return finding(.waiting, "\(look.title); \(PodTexts.remaining(unsettled))") }
        return finding(.done, "\(look.title) with values that run nothing, and no pod runs")
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard case .success(let look) = try await ReleaseLook.at(context, access) else { return }
        if look.isTooOldForValues {
            return try await look.program.release.scale(
                look.live.workloads.filter { $0.wanted > 0 }.map { ($0.key, 0) })
        }
        try await access.upgrade(context, try overlay(look)) { () async throws(Fault) in try await examine(context) }
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        guard finding.facts["workloads"] != nil else { return try await examine(context) }
        guard case .success(let look) = try await ReleaseLook.at(context, access) else {
            return Finding(.waiting, "the release is gone", facts: finding.facts)
        }
        return look.isTooOldForValues ? byScale(look, context) : look.settled(finding.facts)
    }

    private func overlay(_ look: ReleaseLook) throws(Fault) -> StandbyOverlay { try look.standbyOverlay() }

    /// What a chart can do whose values know no zero.
    private func byScale(_ look: ReleaseLook, _ context: StepContext) -> Finding {
        let why =
            "\(look.title), whose values know no replicas before 26.7.0, so it is only scaled to 0: any later upgrade "
            + "or sync starts it again"
        let unsettled = look.live.workloads.filter { !$0.isStopped }
        let facts =
            context.remembered
            ?? RememberedCounts(
                look.live.workloads.map {
                    .init(key: $0.key, replicas: $0.wanted, intended: 0, uid: $0.object.metadata.uid)
                }
            ).facts(command: Self.name, look.program.release)
        let verdict: Finding.Verdict =
            unsettled.isEmpty ? .done : unsettled.contains { $0.wanted > 0 } ? .needed : .waiting
        return Finding(
            verdict, why + (unsettled.isEmpty ? "" : "; \(PodTexts.remaining(unsettled))"), facts: facts,
            observations: look.observations)
    }

    // MARK: Undo

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard case .success(let look) = try await ReleaseLook.at(context, access) else {
            return Finding(.done, "there is no release any more")
        }
        guard look.isTooOldForValues, let remembered = RememberedCounts(facts: context.remembered) else {
            return try await look.examineRollback(context.remembered)
        }
        return RestorePlan(remembered, look.live, ours: { _ in 0 }).finding(
            look.live, site: context.site, facts: context.remembered ?? [:], readiness: \.isServing)
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard case .success(let look) = try await ReleaseLook.at(context, access) else { return }
        if let revision = context.remembered?["revision"]?.integer {
            try await look.program.rollback(to: revision)
        } else if let remembered = RememberedCounts(facts: context.remembered) {
            try await look.program.release.scale(RestorePlan(remembered, look.live, ours: { _ in 0 }).changes)
        }
    }
}

extension ReleaseLook {
    /// The values that stop everything that is installed.
    func standbyOverlay() throws(Fault) -> StandbyOverlay {
        let installed = try ReleaseManifest(stored.manifest, at: program.release.place)
        return StandbyOverlay(workloads: installed.names, release: program.name)
    }

    /// Whether it is the ESS chart of a version whose values cannot stop everything.
    var isTooOldForValues: Bool {
        guard let chart = stored.chart, chart.name == "matrix-stack", let version = VersionNumber(chart.version) else {
            return false
        }
        return version < StandbyOverlay.firstVersion
    }
}

/// The step commands of this system by the name that runbooks use.
package enum HelmCommands {
    package static func all(access: HelmAccess) -> [String: any StepCommand] {
        [
            ActivateReleaseCommand.name: ActivateReleaseCommand(access: access),
            StandDownReleaseCommand.name: StandDownReleaseCommand(access: access),
        ]
    }
}
