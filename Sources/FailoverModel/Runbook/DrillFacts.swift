/// What the commands of a drill leave in their steps' facts, in the last finding of each (`step.succeeded`).
///
/// Times are whole milliseconds or, for the load, whole microseconds; moments are microseconds since 1970; positions are text
/// (`0/4033548`). What is not known is null or not there. Each has `command` and `site`; those of a database have `cluster`
/// too.
///
/// | command | facts |
/// |---|---|
/// | `drill.clone` | `systemIdentifier`; `place`, the folder; `port`; `bytes` copied; `milliseconds` of the copying |
/// | `drill.promote` | `position` and `timeline` that the copy was promoted from, `newTimeline`; `lastTransactionAt`, the commit of the last transaction that the copy replayed; `startMilliseconds` until it took connections and `promoteMilliseconds` until it was a primary; `tookWrite` true; `standbyPosition` of the real standby, `primarySite`, `primaryPosition` and `primaryAt` (the primary's clock) just before; `loss` as of `postgres.promote` (`LossEstimate(json:)`), what failing over at that moment would have lost: all null where the primary could not be asked; `lossText`, the same as a sentence |
/// | `drill.load` | `reads` (`statements`, `pgbench`, `tables` or `catalogue`); `seconds`, `perSecond`, `connections` of each side; `clone` and `beside`, each with `site`, `isPrimary`, `count`, `errors`, `p50Microseconds`, `p95Microseconds`, `p99Microseconds`; `beside` is null where nothing else could be asked; `firstError` where there was one |
/// | `drill.release` | `release`, `namespace`, `workloads`, how many run; or `isLeftOut` true where the topology has no such release |
/// | `drill.service` | `workloads`, how many are ready; `items`, the answers as of `service.check`; `milliseconds` that the pods took since the release was installed; or `isLeftOut` true |
/// | `drill.remove` | `removed`, a text for each thing that was removed |
package enum DrillFacts {
    package static let clone = "drill.clone"
    package static let promote = "drill.promote"
    package static let load = "drill.load"
    package static let release = "drill.release"
    package static let service = "drill.service"
    package static let remove = "drill.remove"

    /// Of a side of the load.
    package struct Latency: Equatable, Sendable {
        package var site: String
        package var isPrimary: Bool
        /// How many statements were answered.
        package var count: Int64
        package var errors: Int64
        package var p50Microseconds: Int64?
        package var p95Microseconds: Int64?
        package var p99Microseconds: Int64?

        package init(
            site: String, isPrimary: Bool, count: Int64, errors: Int64, p50Microseconds: Int64? = nil,
            p95Microseconds: Int64? = nil, p99Microseconds: Int64? = nil
        ) {
            self.site = site
            self.isPrimary = isPrimary
            self.count = count
            self.errors = errors
            self.p50Microseconds = p50Microseconds
            self.p95Microseconds = p95Microseconds
            self.p99Microseconds = p99Microseconds
        }

        package init?(json: JSONValue?) {
            guard let json, let site = json["site"]?.text, let count = json["count"]?.integer else { return nil }
            self.init(
                site: site, isPrimary: json["isPrimary"]?.flag ?? false, count: count,
                errors: json["errors"]?.integer ?? 0, p50Microseconds: json["p50Microseconds"]?.integer,
                p95Microseconds: json["p95Microseconds"]?.integer, p99Microseconds: json["p99Microseconds"]?.integer)
        }

        package var json: JSONValue {
            [
                "site": .string(site), "isPrimary": .bool(isPrimary), "count": .integer(count),
                "errors": .integer(errors), "p50Microseconds": JSONValue(p50Microseconds),
                "p95Microseconds": JSONValue(p95Microseconds), "p99Microseconds": JSONValue(p99Microseconds),
            ]
        }
    }
}
