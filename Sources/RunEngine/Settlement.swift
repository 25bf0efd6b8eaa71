package import FailoverModel

/// Makes the run that pays what an earlier run still owes to a site.
package enum Settlement {
    /// The database first, so that a site that comes back takes no write; then the rest in the order of the plan.
    package static func of(_ run: RunState, site: String, steps owed: Set<String>) -> RunStarted {
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
        let plan = Plan(
            runbook: "settle-\(site)", title: "Do at \(site) what \(run.id) could not", from: run.plan.from,
            to: run.plan.to, others: run.plan.others, phases: [PlanPhase(id: "settle", title: "Settle \(site)")],
            steps: steps)
        return RunStarted(kind: .settlement, plan: plan, settles: steps.map { Debt(run: run.id, step: $0.id) })
    }
}
