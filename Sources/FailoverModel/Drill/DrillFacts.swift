/// The names of the facts that a drill's commands leave and its report reads.
///
/// A drill's commands journal no `SiteObservation` of a clone: to the projections it does not exist.
package enum DrillFacts {
    /// Of any step: texts, each something that a failover would stumble over. The drill goes on and is not good.
    package static let problems = "problems"

    /// Of `drill.check`: texts, each a warning of the check. The drill is good all the same.
    package static let warned = "warned"

    /// Of `drill.clone` or `drill.promote`: what a failover at that moment would have lost, as `LossEstimate.json`. Its
    /// `milliseconds` are the primary's time then less the last commit that the clone has replayed, its `bytes` the primary's
    /// position less the clone's.
    package static let loss = "loss"
    package static let clonePosition = "clonePosition"
    package static let primaryPosition = "primaryPosition"

    /// Of `drill.load`: an object for each side with the three figures below; no `primary` where it could not be measured,
    /// and then `primaryUnknown` says why.
    package static let clone = "clone"
    package static let primary = "primary"
    package static let primaryUnknown = "primaryUnknown"
    /// Whole microseconds of one statement.
    package static let median = "p50Microseconds"
    package static let slow = "p95Microseconds"
    /// How many were measured.
    package static let statements = "statements"

    /// Of `drill.release`: how many replicas run in the drill and how many serve, where that is known.
    package static let replicas = "replicas"
    package static let replicasServing = "replicasServing"
}
