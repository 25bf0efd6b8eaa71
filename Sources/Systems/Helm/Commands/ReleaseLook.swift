import FailoverModel

/// A site's release just now: as Helm has stored it, and as its workloads are.
struct ReleaseLook: Sendable {
    var program: HelmProgram
    var stored: HelmRelease
    var live: ReleaseWorkloads

    /// Refuses where there is nothing that an upgrade could start from.
    static func at(_ context: StepContext, _ access: HelmAccess) async throws(Fault) -> Result<ReleaseLook, Refusal> {
        let program = try access.program(at: context.site, key: context.idempotencyKey)
        // The API server is asked first: whether it can be reached is told apart better there than in Helm's words.
        let live = try await program.release.look()
        try await program.requireVersion()
        guard let stored = try await program.stored() else {
            return .failure(
                Refusal(
                    rule: "no-release",
                    sentence:
                        "Helm knows no release \(program.name) in namespace \(program.release.client.namespace) of "
                        + "\(context.site); install the chart there with replicas 0, or correct the topology"))
        }
        return .success(ReleaseLook(program: program, stored: stored, live: live))
    }

    struct Refusal: Error {
        var rule: String
        var acceptance: String?
        var sentence: String
    }

    var title: String {
        let chart = stored.chart.map { " of \($0.name) \($0.version)" } ?? ""
        return "\(program.name) at \(program.release.site) is at revision \(stored.version)\(chart)"
    }

    var observations: [SiteObservation] {
        [SiteObservation(site: program.release.site, seen: .workloads(live.observation))]
    }

    /// What the undo needs, and what later steps go by: the revision, and the counts before and after.
    ///
    /// What was found first stays, except for the counts that could not be known while the release was pending.
    func facts(_ command: String, intended: ReleaseManifest, remembered: JSONValue?) -> JSONValue {
        if let remembered, remembered["workloads"] != nil { return remembered }
        let counts = RememberedCounts(
            live.workloads.map {
                .init(
                    key: $0.key, replicas: $0.wanted, intended: intended.replicas($0.key),
                    uid: $0.object.metadata.uid)
            }
                + intended.workloads.filter { live.workload($0.key) == nil }
                .map { .init(key: $0.key, replicas: 0, intended: $0.replicas) })
        guard var fields = counts.facts(command: command, program.release).fields else { return [:] }
        fields["revision"] = remembered?["revision"] ?? .integer(stored.version)
        return .object(fields)
    }

    // MARK: Pending

    /// What is to be done about a release that a Helm has in hand, or that a killed one has left so: `nil` where it is neither.
    /// Nothing can be rendered before that.
    ///
    /// It is taken for left where the step's own Helm was it and no longer runs, or where Helm's time limit has passed.
    func pending(_ context: StepContext, _ command: String, now: Moment) async throws(Fault) -> Finding? {
        guard stored.isPending else { return nil }
        let state = "\(title), \(stored.info.status)"
        func finding(_ verdict: Finding.Verdict, _ sentence: String, _ facts: JSONValue = [:]) -> Finding {
            Finding(verdict, sentence, facts: context.remembered ?? facts, observations: observations)
        }
        if program.isAtWork { return finding(.waiting, "\(state): the Helm of an interrupted try is still at work") }
        let isOurs = context.remembered?["revision"]?.integer.map { stored.version > $0 } ?? false
        let age = stored.begunAt.map { now.milliseconds(since: $0) } ?? .max
        guard isOurs || age > program.chart.timeoutMilliseconds else {
            return finding(
                .waiting,
                "\(state) for \(age / 1000) s: another Helm is at work, or was killed; it has until its time limit")
        }
        guard let revision = try await program.lastDeployed() else {
            return finding(
                .refused(rule: "never-installed", acceptance: nil),
                "\(state), and its first installation was never finished; uninstall it (helm uninstall \(program.name)) and "
                    + "install it with replicas 0")
        }
        return finding(
            .needed,
            "\(state): a Helm was killed in the middle; it goes back to revision \(revision) first, then it is upgraded",
            ["command": .string(command), "site": .string(context.site), "revision": .integer(revision)])
    }

    // MARK: Verify and undo, alike for both commands

    /// Whether the release and its workloads are as the step intended, by Helm's store and the API.
    func settled(_ facts: JSONValue) -> Finding {
        let counts = RememberedCounts(facts: facts)?.entries ?? []
        func finding(_ verdict: Finding.Verdict, _ sentence: String) -> Finding {
            Finding(verdict, sentence, facts: facts, observations: observations)
        }
        guard stored.isDeployed, stored.version > facts["revision"]?.integer ?? 0 else {
            return finding(.waiting, "\(title), \(stored.info.status)")
        }
        let missing = counts.filter { $0.intended != nil && live.workload($0.key) == nil }
        let other = counts.filter { entry in
            live.workload(entry.key).map { !$0.isAt(entry.intended ?? $0.wanted) } ?? false
        }
        guard missing.isEmpty, other.isEmpty else {
            let names = (missing + other).map { "\($0.key.name) (\($0.intended ?? 0) intended)" }
            return finding(.waiting, "\(title); not at the intended count: \(names.joined(separator: ", "))")
        }
        let unsettled = live.workloads.filter { !$0.isSettled }
        guard unsettled.isEmpty else { return finding(.waiting, "\(title); \(PodTexts.unsettledRelease(unsettled))") }
        return finding(.done, "\(title); \(live.counts)")
    }

    /// Back to the revision that was there before; what somebody else has made of it since is left alone.
    func examineRollback(_ remembered: JSONValue?) async throws(Fault) -> Finding {
        guard let revision = remembered?["revision"]?.integer else {
            return Finding(.done, "no revision is remembered, so nothing was upgraded")
        }
        let facts = remembered ?? [:]
        guard stored.version > revision || !stored.isDeployed else {
            return Finding(.done, "\(title), as before", facts: facts, observations: observations)
        }
        if stored.isDeployed, try await program.manifest(of: revision).isSameManifest(as: stored.manifest) {
            let unsettled = live.workloads.filter { $0.wanted == 0 ? !$0.isStopped : !$0.isCaughtUp }
            return unsettled.isEmpty
                ? Finding(
                    .done, "\(title), which is revision \(revision) again", facts: facts, observations: observations)
                : Finding(
                    .waiting, "\(title); \(PodTexts.unsettled(unsettled))", facts: facts, observations: observations)
        }
        guard !stored.isDeployed || stored.info.description == program.signature else {
            let reason = stored.info.description.onOneLine(limit: 80)
            return Finding(
                .done, "\(title), which somebody else has made since (\(reason)); it is left alone", facts: facts,
                observations: observations)
        }
        return Finding(
            .needed, "\(title) and goes back to revision \(revision)", facts: facts, observations: observations)
    }
}

extension ReleaseWorkloads {
    /// `8 workloads run, 1 is at 0`.
    fileprivate var counts: String {
        let running = workloads.count { $0.wanted > 0 }
        let stopped = workloads.count - running
        if running == 0 { return "all \(stopped) workloads are at 0 and no pod runs" }
        return "\(running) workloads are ready" + (stopped > 0 ? ", \(stopped) at 0 as the values say" : "")
    }
}

extension String {
    /// Helm writes an empty line at the end here and not there.
    func isSameManifest(as other: String) -> Bool {
        trimmed == other.trimmed
    }

    private var trimmed: Substring {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        while text.first?.isWhitespace == true { text.removeFirst() }
        return text
    }
}
