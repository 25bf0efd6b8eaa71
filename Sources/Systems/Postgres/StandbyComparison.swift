import FailoverModel

/// The standbys of a cluster side by side: who is most advanced, and why they might not be comparable.
struct StandbyComparison: Sendable {
    /// The server that is to be promoted.
    var here: ServerSight
    var from: String
    var looks: Looks
    /// Whether a standby that still receives may be compared: where an operator gives no means to hold one.
    var mayReceive = false

    struct Refusal: Equatable, Sendable {
        var rule: String
        var sentence: String
        var acceptance: String?
    }

    /// The other standbys that could be seen.
    var standbys: [ServerSight] {
        looks.seen.map(\.sight).filter { $0.site != here.site && $0.observation.isInRecovery }
    }

    /// The old primary, where it could be seen and is still one.
    var source: ServerSight? { looks.sight(of: from).flatMap { $0.observation.isInRecovery ? nil : $0 } }

    var best: ServerSight { standbys.reduce(here) { $1.position > $0.position ? $1 : $0 } }

    func refusal(_ context: StepContext) -> Refusal? {
        for (target, fault) in looks.unseen where target.site != from {
            let acceptance = "data-of-\(target.site)"
            if context.accepted.contains(acceptance) { continue }
            return Refusal(
                rule: "standby-not-compared",
                sentence:
                    "\(target.place) cannot be looked at (\(fault.what)) and may have newer data than \(here.place); bring it "
                    + "back, or take responsibility for its data",
                acceptance: acceptance)
        }
        for standby in standbys {
            if let refusal = mismatch(standby) { return refusal }
        }
        return nil
    }

    private func mismatch(_ standby: ServerSight) -> Refusal? {
        if standby.observation.systemIdentifier != here.observation.systemIdentifier {
            return Refusal(
                rule: "system-identifier-differs",
                sentence: "\(standby.place) belongs to another cluster (system identifier "
                    + "\(standby.observation.systemIdentifier), \(here.place) has \(here.observation.systemIdentifier)); correct "
                    + "the topology or rebuild that standby")
        }
        if standby.observation.timeline != here.observation.timeline {
            return Refusal(
                rule: "timeline-differs",
                sentence: "\(standby.place) is on timeline \(standby.observation.timeline) and \(here.place) on "
                    + "\(here.observation.timeline): their positions cannot be compared; find out who was promoted")
        }
        // A receiver of `to` itself is a fast-forward that was interrupted; the others must stand still.
        if standby.observation.receiver?.status == "streaming", !mayReceive {
            return Refusal(
                rule: "standby-not-frozen",
                sentence: "\(standby.place) still receives, so its position moves; freeze it first (postgres.freeze)")
        }
        return nil
    }

    func facts(_ loss: LossEstimate) -> [String: JSONValue] {
        let positions = ([here] + standbys).map { ($0.site, JSONValue.string($0.position.description)) }
        return here.brief.merging([
            "positions": .object(Dictionary(positions) { $1 }), "mostAdvanced": .string(best.site),
            "loss": loss.json, "lossText": .string(loss.description),
        ]) { $1 }
    }
}
