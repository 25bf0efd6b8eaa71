package import FailoverModel

/// Makes the run that pays what an earlier run still owes to a site.
package enum Settlement {
    /// The database first, so that a site that comes back takes no write; then the rest in the order of the plan.
    ///
    /// `serving` is the site that serves now, where the journal knows: what has to look to a primary looks to that one, and
    /// not to the one that the earlier run made, which may be gone by now.
    package static func of(
        _ run: RunState, site: String, steps owed: Set<String>, serving: String? = nil
    ) -> RunStarted {
        let owedSteps = run.plan.steps.filter { owed.contains($0.id) }
        let ordered = owedSteps.filter { $0.system == "postgres" } + owedSteps.filter { $0.system != "postgres" }
        var steps: [PlannedStep] = []
        for step in ordered {
            var step = step
            step.phase = "settle"
            step.needs = steps.last.map { [$0.id] } ?? []
            step.whenUnreachable = .fail
            steps.append(step)
        }
        let debts = steps.map { Debt(run: run.id, step: $0.id) }
        let to = serving == site ? run.plan.to : serving ?? run.plan.to
        if let names = names(of: run, to: to, after: steps) { steps.append(names) }
        let others = (run.plan.others + [run.plan.to]).filter { $0 != to && $0 != run.plan.from }
        let plan = Plan(
            runbook: "settle-\(site)", title: "Do at \(site) what \(run.id) could not", from: run.plan.from,
            to: to, others: others, phases: [PlanPhase(id: "settle", title: "Settle \(site)")],
            steps: steps)
        return RunStarted(kind: .settlement, plan: plan, settles: debts)
    }

    /// An external-dns that is stopped only now may have put the site's own addresses back meanwhile, so the names that the
    /// run had moved are looked at once more.
    private static func names(of run: RunState, to: String, after steps: [PlannedStep]) -> PlannedStep? {
        guard steps.contains(where: { $0.command == "dns.stop-external" }),
            var step = run.plan.steps.first(where: { $0.command == "dns.point" }),
            run.record(step.id).standing == .succeeded
        else { return nil }
        step.phase = "settle"
        step.site = to
        step.title = "See that the users' names still lead to \(to)"
        step.needs = steps.last.map { [$0.id] } ?? []
        step.whenUnreachable = .fail
        return step
    }

    /// Fences the databases of a site that take writes beside those of the site that serves. Where the journal does not know
    /// which is right, `question` is what a named person answers for.
    package static func fencing(
        _ site: String, clusters: [String], serving: String, others: [String], question: String? = nil
    ) -> RunStarted {
        let steps = clusters.map { cluster in
            PlannedStep(
                id: clusters.count == 1 ? "fence" : "fence/\(cluster)", phase: "settle",
                title: "Fence PostgreSQL at \(site)" + (clusters.count == 1 ? "" : " (\(cluster))"),
                command: "postgres.fence", site: site, cluster: cluster, deadlineMilliseconds: 30_000,
                retry: RetryPolicy(attempts: 2, firstMilliseconds: 1000, mostMilliseconds: 5000), approval: question,
                accepts: question == nil ? [] : ["\(serving)-serves"])
        }
        let plan = Plan(
            runbook: "fence-\(site)", title: "Fence \(site), which takes writes beside \(serving)", from: site,
            to: serving,
            others: others, phases: [PlanPhase(id: "settle", title: "Fence \(site)")], steps: steps)
        return RunStarted(kind: .settlement, plan: plan)
    }
}
