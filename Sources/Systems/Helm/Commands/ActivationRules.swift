import FailoverModel

/// What must be right before a site's release is upgraded to serve, and whether an upgrade is needed at all.
struct ActivationRules: Sendable {
    let context: StepContext
    let look: ReleaseLook
    /// What the upgrade would install.
    let rendered: HelmRelease
    let manifest: ReleaseManifest

    /// What forbids it at this site itself.
    var refusal: ReleaseLook.Refusal? {
        let site = context.site
        if rendered.migratesAccounts {
            return .init(
                rule: "account-migration",
                sentence:
                    "the values of \(site) have matrixAuthenticationService.syn2mas.enabled, which would migrate both "
                    + "databases in the middle of the failover; set it to false in the values")
        }
        let running = manifest.workloads.filter { $0.replicas > 0 }
        guard !running.isEmpty else {
            return .init(
                rule: "values-run-nothing",
                sentence:
                    "with the values of \(site) the chart renders no workload with a replica; name the values with "
                    + "which it serves, without the standby's zeros")
        }
        let main = WorkloadKey(kind: .statefulSet, name: "\(look.program.name)-synapse-main")
        let writers = manifest.workloads.filter { workload in
            workload.replicas == 0
                && StandbyOverlay.streamWriters.contains { workload.key.name == "\(look.program.name)-\($0)" }
        }
        if !writers.isEmpty, manifest.replicas(main) ?? 0 > 0 {
            return .init(
                rule: "stream-writer-at-zero",
                sentence:
                    "the values of \(site) run Synapse without \(list(writers.map(\.key.name))), which its configuration "
                    + "names as writers: no process would start; give them a replica, or disable these workers")
        }
        let keepers = look.live.keepers
        if !keepers.isEmpty, !context.accepted.contains("\(site)-gitops-is-paused") {
            return .init(
                rule: "managed-by-gitops", acceptance: "\(site)-gitops-is-paused",
                sentence:
                    "\(list(keepers)) would undo the upgrade at its next sync; pause it or change its repository, then "
                    + "say so")
        }
        return nil
    }

    /// What is another than at the sites that answered.
    func refusal(among identities: [ReleaseIdentity]) -> ReleaseLook.Refusal? {
        let acceptance = "\(context.site)-release-differs"
        guard !context.accepted.contains(acceptance), let mine = try? ReleaseIdentity(look.program, rendered) else {
            return nil
        }
        var differences = identities.flatMap { mine.differences(from: $0) }
        if let here = look.stored.chart, let there = rendered.chart, here.version != there.version {
            differences.append("\(there.name) \(there.version) would replace \(here.version), which is installed")
        }
        guard !differences.isEmpty else { return nil }
        return .init(
            rule: "release-differs", acceptance: acceptance,
            sentence:
                "what would be installed at \(context.site) is not what other sites have: \(differences.joined(separator: "; "))"
        )
    }

    func finding(_ facts: JSONValue) -> Finding {
        let (verdict, sentence) = judgement
        return Finding(verdict, sentence, facts: facts, observations: look.observations)
    }

    private var judgement: (Finding.Verdict, String) {
        let chart = rendered.chart.map { "\($0.name) \($0.version)" } ?? "the chart"
        let off = manifest.workloads.filter { $0.replicas == 0 }.map(\.key.name)
        let note = off.isEmpty ? "" : "; stays at 0, as the values say: \(list(off))"
        guard look.stored.isDeployed, look.stored.manifest.isSameManifest(as: rendered.manifest) else {
            let rising = manifest.workloads.filter { ($0.replicas) > look.live.workload($0.key)?.wanted ?? 0 }
                .map { "\($0.key.name) \(look.live.workload($0.key)?.wanted ?? 0) to \($0.replicas)" }
            let state = look.stored.isDeployed ? "" : ", \(look.stored.info.status)"
            return (
                .needed,
                "\(look.title)\(state), and will be upgraded to \(chart) with the values it serves with"
                    + (rising.isEmpty ? "" : ": \(rising.joined(separator: ", "))") + note
            )
        }
        let changed = manifest.workloads.filter { look.live.workload($0.key)?.isAt($0.replicas) != true }
        guard changed.isEmpty else {
            return (
                .needed,
                "\(look.title); somebody has scaled \(list(changed.map(\.key.name))), so it is upgraded again\(note)"
            )
        }
        let unready = look.live.workloads.filter { !$0.isSettled }
        guard unready.isEmpty else { return (.waiting, "\(look.title); \(PodTexts.unsettledRelease(unready))\(note)") }
        return (.done, "\(look.title) with the values it serves with, and all its workloads are ready\(note)")
    }

    private func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}
