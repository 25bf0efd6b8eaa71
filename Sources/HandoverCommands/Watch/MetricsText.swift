import FailoverModel
import StatusPage
import Systems

/// A round of `watch` as Prometheus reads it.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
struct MetricsText {
    private var families = PrometheusText()

    init(
        _ report: CheckReport, at moment: Moment, rounds: Int64, splitBrains: [SplitBrain] = [],
        owed: [(site: String, steps: Int)] = [], drills: [(site: String, endedAt: Moment)] = []
    ) {
        add(
            "handover_check", "1 with the verdict (ok, warning, failing, unknown) of each check of the last round.",
            Self.worst(report.results).map {
                ([("id", $0.id), ("site", $0.site), ("verdict", $0.verdict.rawValue)], "1")
            })
        var positions: [([(String, String)], String)] = []
        for observation in report.observations {
            guard case .postgres(let server) = observation.seen else { continue }
            positions.append(
                (
                    [
                        ("site", observation.site), ("cluster", observation.cluster ?? ""),
                        ("role", server.siteRole.rawValue),
                    ], "\(server.position.bytes)"
                ))
        }
        add("handover_postgres_position_bytes", "Position in the write-ahead log: flushed, or received.", positions)
        let clusters = Set(report.observations.compactMap(\.databaseLook?.cluster)).sorted()
        add(
            "handover_split_brain", "1 where more than one database of a cluster takes writes, or a foreign one does.",
            clusters.map { cluster in
                ([("cluster", cluster)], splitBrains.contains { $0.cluster == cluster } ? "1" : "0")
            })
        add("handover_owed_steps", "Steps that are owed to a site.", owed.map { ([("site", $0.site)], "\($0.steps)") })
        add(
            "handover_last_good_drill_timestamp_seconds", "When the last good drill into a site ended.",
            drills.map { ([("site", $0.site)], $0.endedAt.seconds) })
        add("handover_last_round_timestamp_seconds", "When the last round ended.", [([], moment.seconds)])
        add("handover_rounds", "Rounds since the start.", [([], "\(rounds)")])
    }

    /// One of each check and site: a site with two clusters has two of some, and a series may be there once only.
    private static func worst(_ results: [CheckResult]) -> [CheckResult] {
        let order: [CheckVerdict] = [.failing, .unknown, .warning, .ok]
        let sorted = results.sorted { one, other in
            (one.id, one.site, order.firstIndex(of: one.verdict) ?? 0)
                < (other.id, other.site, order.firstIndex(of: other.verdict) ?? 0)
        }
        var seen: Set<String> = []
        return sorted.filter { seen.insert("\($0.id) \($0.site)").inserted }
    }

    private mutating func add(_ name: String, _ help: String, _ samples: [([(String, String)], String)]) {
        families.add(name, help, samples)
    }

    var text: String { families.text }
}

extension Moment {
    /// Unix time with six fractional digits.
    fileprivate var seconds: String {
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000).\(String(repeating: "0", count: max(0, 6 - fraction.count)))\(fraction)"
    }
}
