/// One thing that is other at a later moment than it was at an earlier one.
package struct StateChange: Hashable, Sendable {
    package enum Area: String, CaseIterable, Sendable {
        case site, secret, run, debt, check
    }

    package var area: Area
    /// `dc1`, `dc2 main`, `ess-generated at dc2`, `ess-failover-8`.
    package var subject: String
    /// `role`, `timeline`, `state`.
    package var what: String
    /// `nil`: it was not known, or there was none.
    package var before: String?
    package var after: String?

    package init(area: Area, subject: String, what: String, before: String?, after: String?) {
        self.area = area
        self.subject = subject
        self.what = what
        self.before = before
        self.after = after
    }
}

extension JournalProjections {
    /// What is other in a later (or earlier) state, by area, subject and what.
    package func changes(to other: JournalProjections) -> [StateChange] {
        let (before, after) = (facts, other.facts)
        return Set(before.keys).union(after.keys).compactMap { key in
            // Only the newest finished runs are kept: that one is no longer told of is no change.
            if key.area == .run, after[key] == nil, before[key] != nil { return nil }
            guard before[key] != after[key] else { return nil }
            return StateChange(
                area: key.area, subject: key.subject, what: key.what, before: before[key], after: after[key])
        }
        .sorted { $0.order < $1.order }
    }

    private struct FactKey: Hashable {
        var area: StateChange.Area
        var subject: String
        var what: String
    }

    /// The state as plain facts. When something was last looked at is none: that changes with every look.
    private var facts: [FactKey: String] {
        var facts: [FactKey: String] = [:]
        func note(_ area: StateChange.Area, _ subject: String, _ what: String, _ value: String?) {
            facts[FactKey(area: area, subject: subject, what: what)] = value
        }
        for view in siteViews() {
            note(.site, view.site, "role", view.role.rawValue)
            for database in view.databases { Self.note(database, of: view.site, note) }
            for workload in view.workloads?.workloads ?? [] {
                note(
                    .site, view.site, workload.name,
                    "\(workload.ready) of \(workload.wanted) ready, \(workload.pods) pods")
            }
            note(.site, view.site, "workloads", view.workloadsUnreachable.map { "cannot be seen: \($0)" })
            note(.site, view.site, "service", view.isServing.map { $0 ? "serves" : "does not serve" })
        }
        for status in secrets.sorted {
            note(
                .secret, "\(status.name) at \(status.site)", "compared with \(status.reference)",
                status.verdict.rawValue)
        }
        for run in runs.newestFirst {
            note(.run, run.id, "state", run.standing.rawValue + (run.direction == .back ? ", turned back" : ""))
            if run.isPastPivot { note(.run, run.id, "point of no return", "passed") }
        }
        for owed in owed.debts.values { note(.debt, owed.site, "\(owed.title) (\(owed.debt.run))", owed.reason) }
        for problem in checks.last?.problems ?? [] {
            note(.check, "\(problem.id) at \(problem.site)", "verdict", problem.verdict.rawValue)
        }
        note(.check, "all", "in order", checks.last.map { "\($0.ok)" })
        return facts
    }

    private static func note(
        _ database: SiteView.Database, of site: String,
        _ note: (StateChange.Area, String, String, String?) -> Void
    ) {
        let subject = database.cluster.isEmpty ? site : "\(site) \(database.cluster)"
        note(.site, subject, "database", database.role.rawValue)
        note(.site, subject, "unreachable because", database.unreachable)
        guard let seen = database.observation else { return }
        note(.site, subject, "timeline", "\(seen.timeline)")
        note(.site, subject, "position", seen.position.description)
        note(.site, subject, "streams from", seen.receiver.map { "\($0.senderHost):\($0.senderPort)" })
        note(
            .site, subject, "standbys",
            seen.senders.isEmpty ? nil : seen.senders.map(\.applicationName).sorted().joined(separator: ", "))
    }
}

extension StateChange {
    fileprivate var order: (Int, String, String) {
        (Self.Area.allCases.firstIndex(of: area) ?? 0, subject, what)
    }
}
