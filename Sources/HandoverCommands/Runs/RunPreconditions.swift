import FailoverModel
import RunEngine

/// What must hold before a new run is begun; a run that fails one is not put into the journal.
enum RunPreconditions {
    static func check(
        _ started: RunStarted, _ projections: JournalProjections, _ invocation: Invocation
    ) throws {
        let plan = started.plan
        try checkOtherRuns(plan, projections, invocation)
        if started.kind == .drill {
            try checkDrills(plan, projections, invocation)
        } else {
            try checkDebts(plan, projections, invocation)
        }
    }

    /// One drill at a time: what the next one removes would be this one's. Those that nobody carries out any more are removed
    /// before the next one is begun.
    private static func checkDrills(
        _ plan: Plan, _ projections: JournalProjections, _ invocation: Invocation
    ) throws(CommandFailure) {
        guard let other = projections.runs.newestFirst.openDrills.first else { return }
        throw CommandFailure(
            kind: "held", what: "the drill \(other.id) (\(other.from) to \(other.to)) is being carried out",
            place: "\(plan.from) to \(plan.to)",
            next: "Let it end (\(invocation.line("show", other.id))), or end it: "
                + "\(invocation.line("abandon", other.id, "--reason", "WHY")), then \(invocation.line("settle", other.to))",
            status: .held)
    }

    /// Two runs over the same sites would undo each other's work.
    private static func checkOtherRuns(
        _ plan: Plan, _ projections: JournalProjections, _ invocation: Invocation
    ) throws(CommandFailure) {
        let sites: Set = [plan.from, plan.to]
        // Drills, and what removes the rest of one, are in no move's way.
        let open = projections.runs.newestFirst.filter {
            !$0.standing.isOver && $0.kind != .drill && !$0.removesDrills
        }
        let other = open.first { run in
            // A settlement touches the site that it is for, and must not hold up a failover between others.
            run.settledSite.map { $0 == plan.to } ?? !sites.isDisjoint(with: [run.from, run.to])
        }
        guard let other else { return }
        throw CommandFailure(
            kind: "refused",
            what: "run \(other.id) (\(other.from) to \(other.to), \(other.standing.rawValue)) is not over",
            place: "\(plan.from) to \(plan.to)",
            next: "First \(invocation.line("resume", other.id)) or \(invocation.line("rollback", other.id)); "
                + "\(invocation.line("show", other.id)) shows how it stands. If it cannot be finished any more, give it up: "
                + invocation.line("abandon", other.id, "--reason", "WHY"),
            status: .refused)
    }

    /// A site that missed something is not as the journal's other entries say, so nothing is moved there.
    private static func checkDebts(
        _ plan: Plan, _ projections: JournalProjections, _ invocation: Invocation
    ) throws {
        let file = JournalFile(invocation)
        let owed = try projections.owed.owed(to: plan.to).filter { owed in
            guard !owed.isOfDrill else { return false }
            return Settlement.bars(
                plan, debt: owed.debt, of: try file.state(of: owed.debt.run), serving: projections.serving.site)
        }
        guard let first = owed.first else { return }
        let more = owed.count > 1 ? " and \(owed.count - 1) more" : ""
        throw CommandFailure(
            kind: "refused",
            what: "it is still owed what run \(first.debt.run) could not do there: \(first.title)\(more)",
            place: "site \(plan.to)", next: "First \(invocation.line("settle", plan.to))", status: .refused)
    }
}

extension [RunSummary] {
    /// Drills that are not over, whether or not somebody carries them out.
    var openDrills: [RunSummary] { filter { $0.kind == .drill && !$0.standing.isOver } }
}

extension RunSummary {
    /// For a settlement the site that it is for: its name's end, whatever the plan that it pays for was about.
    fileprivate var settledSite: String? {
        guard kind == .settlement else { return nil }
        for prefix in ["settle-", "fence-"] where runbook.hasPrefix(prefix) {
            return String(runbook.dropFirst(prefix.count))
        }
        return nil
    }
}
