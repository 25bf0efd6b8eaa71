package import FailoverModel
package import Systems

/// What a step finds now and would do, for `handover plan`. Looks only.
package struct StepPreview: Sendable {
    package var step: PlannedStep
    package var result: Result<Finding, Fault>
}

package enum PlanPreview {
    /// Looks at every step in the plan's order.
    package static func of(
        _ plan: Plan, commands: [String: any StepCommand], topology: Topology, clock: any EngineClock,
        lastSeen: [String: StepContext.RecordedPosition]
    ) async -> [StepPreview] {
        var previews: [StepPreview] = []
        for step in plan.steps {
            guard let command = commands[step.command] else {
                previews.append(StepPreview(step: step, result: .failure(.unknownCommand(step))))
                continue
            }
            let context = StepContext(
                run: "plan", step: step.id, site: step.site, from: plan.from, to: plan.to, others: plan.others,
                cluster: step.cluster, parameters: step.parameters, topology: topology, lastSeen: lastSeen)
            let looked = await withDeadline(milliseconds: min(step.deadlineMilliseconds, 15_000), clock: clock) {
                () async throws(Fault) in try await command.examine(context)
            }
            switch looked {
            case .ended(let result): previews.append(StepPreview(step: step, result: result))
            case .timedOut, .interrupted:
                previews.append(
                    StepPreview(
                        step: step,
                        result: .failure(
                            Fault(
                                .unreachable, "no answer in 15 s", at: "step \(step.id)",
                                next: "See whether \(step.site) answers"))))
            }
        }
        return previews
    }
}
