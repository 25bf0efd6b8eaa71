import FailoverModel

/// A command of a drill that is about the copy of one database.
protocol DrillDatabaseCommand: PostgresCommand {}

extension DrillDatabaseCommand {
    func copy(_ context: StepContext) throws(Fault) -> DrillCopy {
        try DrillCopy(of: try target(at: context.site, context), for: context.drillOwner, access)
    }

    /// The copy's place, which must be this run's; the refusal where it is not.
    func own(_ copy: DrillCopy, _ context: StepContext) async throws(Fault) -> (sight: DrillSight, refusal: Finding?) {
        let sight = try await copy.look()
        let place = copy.target.place
        guard sight.place == .ours, context.owns(sight.owner) else {
            let other = sight.owner.map { "is of the drill \($0.run) of the journal \($0.journalName)" }
            let found = sight.place == .ours ? other ?? "is of another drill" : "bears no copy of this drill"
            return (sight, .refused("no-copy", "\(copy.drill.path) on the host of \(place) \(found); clone it first"))
        }
        guard sight.controlIdentifier == sight.systemIdentifier || sight.task?.isRunning == true else {
            return (
                sight,
                .refused(
                    "identifier-differs",
                    "the database in \(copy.data) is \(sight.controlIdentifier ?? "none"), and the mark of the drill says "
                        + "\(sight.systemIdentifier ?? "?"); it is not touched")
            )
        }
        return (sight, nil)
    }

    /// What the real servers are just now: the standby first, so that what the primary has more is never told too low.
    func moment(_ context: StepContext) async throws(Fault) -> DrillMoment {
        let standby = try target(at: context.site, context)
        let sight = try await standby.look()
        let others = await look(at: try targets(except: [context.site], context))
        let primaries = others.seen.filter {
            !$0.sight.observation.isInRecovery
                && $0.sight.observation.systemIdentifier == sight.observation.systemIdentifier
        }
        return DrillMoment(
            standby: sight, primary: primaries.count == 1 ? primaries.first : nil,
            observations: [sight.siteObservation] + others.observations)
    }
}

/// The real servers at one moment of a drill.
struct DrillMoment: Sendable {
    var standby: ServerSight
    /// The one primary, where it could be asked.
    var primary: (target: PostgresTarget, sight: ServerSight)?
    var observations: [SiteObservation]

    /// What failing over just now would lose; unknown where the primary cannot be asked, or is on another timeline.
    var loss: LossEstimate {
        let last = standby.observation.lastTransactionAt
        guard let primary = primary?.sight, primary.observation.timeline == standby.observation.timeline else {
            return .unknown(lastTransactionAt: last)
        }
        var loss = LossEstimate.since(
            primary.position, at: primary.clock, kept: standby.position, lastTransactionAt: last)
        // The primary was asked after the standby, so there was no more than this.
        loss.isAtLeastAsOf = nil
        return loss
    }

    var facts: [String: JSONValue] {
        [
            "standbyPosition": .string(standby.position.description),
            "primarySite": JSONValue(primary?.target.site),
            DrillFacts.primaryPosition: JSONValue(primary?.sight.position.description),
            "primaryAt": JSONValue(primary?.sight.clock.microseconds), DrillFacts.loss: loss.json,
            "lossText": .string(loss.description),
        ]
    }
}

extension Int64 {
    /// `1.5 GB`, `12 MB`: for sentences.
    var asBytes: String {
        let megabytes = self / 1_048_576
        return megabytes < 1024
            ? "\(Swift.max(1, megabytes)) MB" : "\(megabytes / 1024).\(megabytes % 1024 * 10 / 1024) GB"
    }
}
