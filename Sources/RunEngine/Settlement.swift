package import FailoverModel
import Systems

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
        let to = primary(of: run, at: site, serving: serving)
        if let names = names(of: run, to: to, after: steps) { steps.append(names) }
        let others = (run.plan.others + [run.plan.to]).filter { $0 != to && $0 != run.plan.from }
        let plan = Plan(
            runbook: "settle-\(site)", title: "Do at \(site) what \(run.id) could not", from: run.plan.from,
            to: to, others: others, phases: [PlanPhase(id: "settle", title: "Settle \(site)")],
            steps: steps)
        return RunStarted(kind: .settlement, plan: plan, settles: debts)
    }

    private static func primary(of run: RunState, at site: String, serving: String?) -> String {
        serving == site ? run.plan.to : serving ?? run.plan.to
    }

    /// Whether a debt of `run` forbids that `plan` moves the service to the site that it is owed to.
    ///
    /// What only makes the site a standby of the one that is to be left does not, where the plan can do without that one: it
    /// may be gone, and then nothing could be settled. Whether the site may be promoted is judged by the promotion. A fence,
    /// workloads, names and firewalls do, because paid later they would close the site that serves.
    package static func bars(_ plan: Plan, debt: Debt, of run: RunState, serving: String?) -> Bool {
        let standbys = [FollowCommand.name, RejoinCommand.name, DropSlotsCommand.name]
        guard let step = run.plan.step(debt.step), standbys.contains(step.command),
            primary(of: run, at: plan.to, serving: serving) == plan.from
        else { return true }
        return plan.steps.contains { $0.site == plan.from && $0.whenUnreachable == .fail }
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

extension RunState {
    /// Steps of a settlement that can make no standby of the site, because the one to follow does not answer or is no primary.
    package var stepsWithoutPrimary: [PlannedStep] {
        guard kind == .settlement, direction == .forward else { return [] }
        let others = ([plan.from, plan.to] + plan.others).map { "\($0)/" }
        return plan.steps.filter { step in
            guard [FollowCommand.name, RejoinCommand.name].contains(step.command) else { return false }
            let record = record(step.id)
            if record.standing == .refused {
                return ["no-single-primary", "not-promoted"].contains(record.refusal?.rule)
            }
            guard record.standing == .failed || record.standing == .unknown, let fault = record.fault else {
                return false
            }
            return fault.kind == .unreachable
                && others.contains { $0 != "\(step.site)/" && fault.place.hasPrefix($0) }
        }
    }
}
