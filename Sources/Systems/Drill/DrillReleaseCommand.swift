import FailoverModel

/// `drill.release`: installs the chart once more, under the name and in the namespace that the topology has for drills, with
/// one replica of each workload, against the promoted copies.
///
/// Done when Helm calls it deployed; `drill.service` waits for its pods.
struct DrillReleaseCommand: StepCommand {
    static let name = DrillCommandName.release
    let helm: HelmAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        guard let release = try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey) else {
            return Self.leftOut(Self.name, context)
        }
        try await release.program.requireVersion()
        let seen = try await release.look()
        if let refusal = Self.refusal(release, seen, context) { return refusal }
        var facts = Self.facts(Self.name, release)
        if let stored = seen.stored, context.owns(seen.releaseOwner) {
            if release.program.isAtWork {
                return Finding(
                    .waiting, "\(release.title), \(stored.info.status): the Helm of an interrupted try is at work")
            }
            if stored.isDeployed {
                let manifest = try ReleaseManifest(stored.manifest, at: release.title)
                facts = Self.facts(Self.name, release, running: manifest)
                return Finding(.done, "\(release.title) is deployed", facts: .object(facts))
            }
        }
        let plan = try await plan(release, seen, context)
        switch plan {
        case .failure(let refusal): return .refused(refusal.rule, refusal.sentence, facts: .object(facts))
        case .success(let overlaid):
            facts = Self.facts(Self.name, release, running: overlaid.manifest, serving: overlaid.serving)
            let before =
                seen.isLeft && seen.stored != nil ? "what is there of \(release.drill.release) goes first, then " : ""
            return Finding(
                .needed,
                "\(before)\(release.title) will be installed with one replica of each of "
                    + "\(overlaid.manifest.workloads.count { $0.replicas > 0 }) workloads, behind a fence that lets it reach the "
                    + "copies only", facts: .object(facts))
        }
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let release = try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey) else { return }
        var seen = try await release.look()
        if let refusal = Self.refusal(release, seen, context) {
            throw Fault(.refused, refusal.sentence, at: release.title, next: "See what changed, then resume")
        }
        guard case .success(let plan) = try await plan(release, seen, context) else {
            throw Fault(
                .refused, "what the values render has changed since it was examined", at: release.title,
                next: "Resume: it is examined again")
        }
        // One that was interrupted, or that another drill has left, is never gone on with.
        if seen.stored != nil || (seen.fenceOwner != nil && !context.owns(seen.fenceOwner)) {
            try await release.remove(seen)
            seen = try await release.look()
            if !context.owns(seen.fenceOwner), seen.fence.isThere { try await release.lowerFence(seen) }
            seen = try await release.look()
        }
        try await release.raiseFence(for: context.drillOwner, seen)
        try await release.program.install(plan.overlay, for: context.drillOwner)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        guard let release = try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey) else {
            return finding
        }
        let seen = try await release.look()
        guard let stored = seen.stored, stored.isDeployed, context.owns(seen.releaseOwner) else {
            return Finding(
                .waiting, "\(release.title) is not deployed (\(seen.stored?.info.status ?? "not there"))",
                facts: finding.facts)
        }
        let count = finding.facts[DrillFacts.replicas]?.integer ?? 0
        return Finding(.done, "\(release.title) is deployed with \(count) replicas", facts: finding.facts)
    }

    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let release = try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey) else {
            return Self.leftOut(Self.name, context)
        }
        let seen = try await release.look()
        if let stays = Self.staysAnothers(release, seen, context) { return Finding(.done, stays) }
        if let refusal = Self.otherDrill(release, seen, context) { return .refused("other-drill", refusal.sentence) }
        guard seen.isLeft else { return Finding(.done, "nothing of \(release.title) is left") }
        return Finding(.needed, "\(release.title) will be uninstalled, and what it leaves behind deleted")
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let release = try DrillReleaseAtSite(at: context.site, helm, key: context.idempotencyKey) else { return }
        try await Self.takeDown(release, context)
    }

    // MARK: Shared with the removal

    static func leftOut(_ command: String, _ context: StepContext) -> Finding {
        Finding(
            .done,
            "the topology has no release for drills at \(context.site) (\"drill\" below \"kubernetes\"), so none is started",
            facts: .object([
                "command": .string(command), "site": .string(context.site), DrillFacts.isLeftOut: true,
            ]))
    }

    /// What is not of a drill, or of one that may still be carried out, is left alone.
    static func refusal(_ release: DrillReleaseAtSite, _ seen: DrillReleaseAtSite.Seen, _ context: StepContext)
        -> Finding?
    {
        if seen.isForeign {
            let what = seen.fence.isForeign ? "the NetworkPolicy \(DrillReleaseAtSite.fenceName)" : "the release"
            return .refused(
                "release-taken",
                "\(what) \(release.drill.release) in namespace \(release.drill.namespace) of \(context.site) is not a drill's; it is not touched. Give "
                    + "\"drill\" below \"kubernetes\" another name")
        }
        return otherDrill(release, seen, context)
    }

    static func otherDrill(
        _ release: DrillReleaseAtSite, _ seen: DrillReleaseAtSite.Seen, _ context: StepContext
    ) -> Finding? {
        guard let owner = seen.owner, seen.isLeft, !context.accepted.contains(context.otherDrillAcceptance) else {
            return nil
        }
        let (name, space) = (release.drill.release, release.drill.namespace)
        let byHand =
            "helm uninstall \(name) -n \(space), then kubectl delete networkpolicy \(DrillReleaseAtSite.fenceName) -n \(space)"
        let why: String
        switch context.standing(of: owner) {
        case .own: return nil
        case .earlier: why = "; see whether that is still carried out, and if not, say so"
        case .otherJournal:
            why =
                " of another journal (\(owner.journalName)); let it end, or remove it by that journal (handover rollback "
                + "\(owner.run)). Where that is gone, \(byHand)"
        case .unknown:
            why =
                ", and its mark, which an older Handover made, does not say of which journal; see whether any still carries that "
                + "out. If none does, \(byHand)"
        }
        return .refused(
            "other-drill", "\(release.title) is of the drill \(owner.run)\(why)",
            acceptance: context.otherDrillAcceptance)
    }

    /// What is another journal's is left to that, and keeps no removal from being done; `nil` where it is not.
    static func staysAnothers(
        _ release: DrillReleaseAtSite, _ seen: DrillReleaseAtSite.Seen, _ context: StepContext
    ) -> String? {
        guard seen.isLeft, let owner = seen.owner, context.standing(of: owner) == .otherJournal,
            !context.accepted.contains(context.otherDrillAcceptance)
        else { return nil }
        return "\(release.title) is of the drill \(owner.run) of another journal (\(owner.journalName)), and stays"
    }

    /// Uninstalls, deletes what stayed behind, waits until the pods are gone, and only then opens the fence. What has become
    /// somebody else's is not touched.
    static func takeDown(_ release: DrillReleaseAtSite, _ context: StepContext) async throws(Fault) {
        let seen = try await release.look()
        guard seen.isLeft, staysAnothers(release, seen, context) == nil else { return }
        if let refusal = otherDrill(release, seen, context) {
            throw Fault(.refused, refusal.sentence, at: release.title, next: "See what changed, then resume")
        }
        try await release.waitForHelm(seen)
        try await release.remove(try await release.look())
        let deadline = ContinuousClock.now + .seconds(300)
        while true {
            let now = try await release.look()
            guard let rest = try await release.remaining(now) else {
                if now.fenceOwner != nil { try await release.lowerFence(now) }
                return
            }
            guard ContinuousClock.now < deadline else {
                throw Fault(
                    .unavailable, "still there after 300 s: \(rest)", at: release.title,
                    next: "See what keeps it (kubectl describe), then resume")
            }
            // What hooks make while they go is found too.
            try await release.remove(now)
            do { try await Task.sleep(for: .milliseconds(300)) } catch {
                throw Fault(
                    .uncertain, "the step was cancelled", at: release.title, next: "Resume: it is looked at first")
            }
        }
    }

    static func facts(
        _ command: String, _ release: DrillReleaseAtSite, running: ReleaseManifest? = nil, serving: Int64? = nil
    ) -> [String: JSONValue] {
        let count = running.map { $0.workloads.reduce(0) { $0 + $1.replicas } }
        return [
            "command": .string(command), "site": .string(release.site), "release": .string(release.drill.release),
            "namespace": .string(release.drill.namespace), DrillFacts.replicas: JSONValue(count),
            DrillFacts.replicasServing: JSONValue(serving),
        ]
    }

    // MARK: What would be installed

    private struct Plan {
        var overlay: StandbyOverlay
        var manifest: ReleaseManifest
        /// How many replicas the same values run without the drill's ones.
        var serving: Int64
    }

    private struct Refusal: Error {
        var rule: String
        var sentence: String
    }

    private func plan(
        _ release: DrillReleaseAtSite, _ seen: DrillReleaseAtSite.Seen, _ context: StepContext
    ) async throws(Fault) -> Result<Plan, Refusal> {
        func refused(_ rule: String, _ sentence: String) -> Result<Plan, Refusal> {
            .failure(Refusal(rule: rule, sentence: sentence))
        }
        if !seen.isLeft, let strangers = try await release.strangers() {
            return refused(
                "namespace-in-use",
                "in namespace \(release.drill.namespace) of \(context.site) run pods that are not a drill's (\(strangers)), and the "
                    + "fence would cut them off; give the drill a namespace of its own")
        }
        let rendered = try await release.program.renderedAnew(nil)
        if rendered.migratesAccounts {
            return refused(
                "account-migration",
                "the values for drills at \(context.site) have matrixAuthenticationService.syn2mas.enabled; set it to false"
            )
        }
        let whole = try ReleaseManifest(rendered.manifest, at: release.title)
        let several = whole.workloads.filter { $0.replicas > 1 }.map(\.key.name)
        let overlay = StandbyOverlay.single(several, release: release.drill.release)
        let manifest =
            several.isEmpty
            ? whole : try ReleaseManifest(try await release.program.renderedAnew(overlay).manifest, at: release.title)
        guard manifest.workloads.contains(where: { $0.replicas > 0 }) else {
            return refused(
                "values-run-nothing",
                "with the values for drills at \(context.site) the chart renders no workload with a replica")
        }
        let taken = manifest.hosts.filter(Set(try await usersNames(context)).contains)
        guard taken.isEmpty else {
            return refused(
                "takes-users-names",
                "the values for drills at \(context.site) render an Ingress for \(taken.joined(separator: ", ")), which is the "
                    + "users'; give the drill's release host names of its own in its values")
        }
        let elsewhere = manifest.namespaces.filter { $0 != release.drill.namespace }
        guard elsewhere.isEmpty else {
            return refused(
                "leaves-namespace",
                "the values for drills at \(context.site) render objects in \(elsewhere.joined(separator: ", ")), outside of the "
                    + "drill's own namespace")
        }
        let holes = try await release.holes()
        guard holes.isEmpty else {
            return refused(
                "leaky-namespace",
                "in namespace \(release.drill.namespace) of \(context.site) the NetworkPolicy \(holes.joined(separator: ", ")) lets pods "
                    + "out, so a drill would talk to the world; take it away there")
        }
        return .success(
            Plan(overlay: overlay, manifest: manifest, serving: whole.workloads.reduce(0) { $0 + $1.replicas }))
    }

    /// The names that users know: of the topology, and of the real release's own Ingresses.
    private func usersNames(_ context: StepContext) async throws(Fault) -> [String] {
        let topology = context.topology
        let named = topology.sites.flatMap(\.dns).map(\.name) + (topology.service?.allHosts ?? [])
        let real = try helm.program(at: context.site, key: context.idempotencyKey)
        let stored = try await real.stored()
        return named
            + (try stored.map { (stored) throws(Fault) in
                try ReleaseManifest(stored.manifest, at: real.release.place).hosts
            } ?? [])
    }
}
