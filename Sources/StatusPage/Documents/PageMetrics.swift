import FailoverModel

/// `/metrics`: those of `handover watch` that the journal alone can tell, by the same names, and the server's own.
enum PageMetrics {
    static func text(
        _ state: JournalFollower.State, sites: [String], counters: PageCounters.Values, clients: Int
    ) -> String {
        var text = PrometheusText()
        let views = state.projections.siteViews(also: sites)
        if let check = state.projections.checks.last {
            text.add(
                "handover_check", "1 with the verdict of each check that was not in order at the last check.",
                check.problems.uniqued.map {
                    ([("id", $0.id), ("site", $0.site), ("verdict", $0.verdict.rawValue)], "1")
                })
            text.add("handover_checks_ok", "Checks that were in order at the last check.", [([], "\(check.ok)")])
            text.add("handover_last_check_timestamp_seconds", "When that was.", [([], check.at.seconds)])
        }
        let databases = views.flatMap { view in view.databases.map { (view.site, $0) } }
        text.add(
            "handover_postgres_position_bytes", "Position in the write-ahead log when last seen.",
            databases.compactMap { site, database in
                database.observation.map {
                    (
                        [
                            ("site", site), ("cluster", database.cluster),
                            ("role", $0.siteRole.rawValue),
                        ], "\($0.position.bytes)"
                    )
                }
            })
        let split = state.projections.splitBrains(of: views)
        text.add(
            "handover_split_brain", "1 where more than one database of a cluster takes writes, or a foreign one does.",
            Set(databases.map(\.1.cluster)).sorted().map { cluster in
                ([("cluster", cluster)], split.contains { $0.cluster == cluster } ? "1" : "0")
            })
        text.add(
            "handover_owed_steps", "Steps that are owed to a site.",
            views.map { ([("site", $0.site)], "\($0.owed.count)") })
        text.add(
            "handover_runs_open", "Runs that are not over, by how they stand.",
            Dictionary(grouping: state.projections.runs.newestFirst.filter { !$0.standing.isOver }, by: \.standing)
                .sorted { $0.key.rawValue < $1.key.rawValue }
                .map { ([("state", $0.key.rawValue)], "\($0.value.count)") })
        text.add("handover_journal_entries", "Entries of the journal.", [([], "\(state.head.sequence)")])
        text.add(
            "handover_serve_following", "1 while the journal is read as it grows.",
            [([], state.failure == nil ? "1" : "0")])
        text.add("handover_serve_clients", "Browsers and programs that follow events now.", [([], "\(clients)")])
        for (name, help, value) in [
            ("requests", "Requests.", counters.requests),
            ("refused", "Requests that were turned away.", counters.refused),
            ("events_sent", "Events sent to all clients.", counters.eventsSent),
            ("clients_dropped", "Clients that did not read what they asked for.", counters.clientsDropped),
            ("answers", "Approvals and denials given on the page.", counters.answers),
        ] {
            text.add("handover_serve_\(name)_total", help, type: "counter", [([], "\(value)")])
        }
        return text.text
    }
}

extension [CheckProblem] {
    /// A series may be there once only.
    fileprivate var uniqued: [CheckProblem] {
        var seen: Set<String> = []
        return filter { seen.insert("\($0.id) \($0.site)").inserted }
    }
}

extension Moment {
    /// Unix time with six fractional digits.
    fileprivate var seconds: String {
        let fraction = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000).\(String(repeating: "0", count: max(0, 6 - fraction.count)))\(fraction)"
    }
}
