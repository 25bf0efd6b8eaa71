/// The commands that only drills have, by the names that runbooks use.
package enum DrillCommandName {
    package static let clone = "drill.clone"
    package static let promote = "drill.promote"
    package static let load = "drill.load"
    package static let release = "drill.release"
    package static let service = "drill.service"
    package static let remove = "drill.remove"
}

/// What each command leaves in the last finding of its step (`step.succeeded`), beside `command`, `site` and, where it is
/// about a database, `cluster`.
///
/// Times are whole milliseconds or microseconds; moments are microseconds since 1970; positions are text (`0/4033548`). What
/// is not known is null or not there.
///
/// | command | facts |
/// |---|---|
/// | `drill.clone` | `systemIdentifier`; `place`, the folder; `port`; `bytes` copied; `milliseconds` of the copying |
/// | `drill.promote` | `clonePosition` and `timeline` that the copy was promoted from, `newTimeline`; `lastTransactionAt`, the commit of the last transaction that the copy replayed; `startMilliseconds` until it took connections, `promoteMilliseconds` until it was a primary; `tookWrite` true; `standbyPosition` of the real standby, `primarySite`, `primaryPosition` and `primaryAt` (the primary's clock) just before; `loss` (`LossEstimate(json:)`) of failing over to the real standby at that moment, all null where the primary could not be asked; `lossText`, the same as a sentence |
/// | `drill.load` | `reads` (`statements`, `pgbench`, `tables` or `catalogue`); `seconds`, `perSecond`, `connections` of each side; `clone` and `primary`, each with `site`, `statements` answered, `errors`, `p50Microseconds`, `p95Microseconds` and `p99Microseconds`; where no primary could be asked `primaryUnknown` says why, and `standby` is there in place of `primary`; `problems` where there were errors |
/// | `drill.release` | `release`, `namespace`, `replicas` and `replicasServing`; or `isLeftOut` true where the topology has no such release |
/// | `drill.service` | `workloads`, how many are ready; `items`, the answers as of `service.check`; `problems`; or `isLeftOut` true |
/// | `drill.remove` | `removed`, a text for each thing that was removed |
extension DrillFacts {
    package static let standby = "standby"
    package static let startMilliseconds = "startMilliseconds"
    package static let promoteMilliseconds = "promoteMilliseconds"
    package static let isLeftOut = "isLeftOut"
}
