import FailoverModel

/// Up to when a cluster's standby certainly has everything.
struct ClusterMoment: Sendable {
    var cluster: String
    /// `nil` where nothing tells.
    var until: Moment?
    /// Whether it has all that there ever was.
    var isComplete: Bool

    /// The last transaction replayed tells one moment, the last look at the old primary another: a standby that has all that
    /// the primary had then is complete up to there, although nothing may have been written for long.
    init(cluster: String, _ finding: Finding) {
        self.cluster = cluster
        let loss = finding.facts["loss"].map { LossEstimate(json: $0) }
        isComplete = loss?.bytes == 0 && loss?.isAtLeastAsOf == nil
        until = [loss?.lastTransactionAt, loss?.bytes == 0 ? loss?.isAtLeastAsOf : nil].compactMap { $0 }.max()
    }

    /// How many seconds apart clusters may stand before a person is asked, where the step says nothing. Longer than the time
    /// between two of the positions that `handover watch` keeps.
    static let secondsAllowed: Int64 = 600

    /// The finding with the moments side by side; refused where they are further apart than the step allows.
    static func judge(_ moments: [ClusterMoment], of own: Finding, _ context: StepContext) -> Finding {
        let list = moments.map { "\($0.cluster) \($0.isComplete ? "complete" : $0.until?.description ?? "unknown")" }
            .joined(separator: ", ")
        var own = own
        own.sentence += "; kept of each cluster up to: \(list)"
        own.facts = own.facts.with("momentsText", .string(list))
        let acceptance = "\(context.to)-clusters-apart"
        guard moments.count > 1, !context.accepted.contains(acceptance), let distance = distance(moments, context)
        else { return own }
        return .refused(
            "clusters-apart",
            "the clusters of \(context.to) would be promoted to different moments: \(list); \(distance). What one of them knows may "
                + "be missing in the other: bring the older one up, or take responsibility for the difference",
            acceptance: acceptance, facts: own.facts, observations: own.observations)
    }

    /// What is wrong with the distance, in words; `nil` where it is allowed. A complete one is as late as any could be, so it
    /// is never the older.
    private static func distance(_ moments: [ClusterMoment], _ context: StepContext) -> String? {
        let open = moments.filter { !$0.isComplete }
        guard !open.isEmpty else { return nil }
        let allowed = context.parameters["apart"]?.integer ?? secondsAllowed
        guard open.allSatisfy({ $0.until != nil }), let oldest = open.compactMap(\.until).min(),
            let newest = moments.compactMap(\.until).max()
        else { return "how far apart they are is not known" }
        let apart = newest.milliseconds(since: oldest) / 1000
        return apart <= allowed ? nil : "they are \(apart) s apart, and \(allowed) s are allowed"
    }
}
