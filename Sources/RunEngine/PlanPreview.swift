package import FailoverModel
package import Systems

/// What a step finds now and would do, for `handover plan`. Looks only.
package struct StepPreview: Sendable {
    package var step: PlannedStep
    package var result: Result<Finding, Fault>
}

package enum PlanPreview {
    /// In the plan's order.
    package static func of(
        _ plan: Plan, commands: [String: any StepCommand], topology: Topology, clock: any EngineClock,
        recorded: StepContext.Recorded
    ) async -> [StepPreview] {
        let looks = plan.steps.map { step in
            (
                step,
                StepContext(
                    run: "plan", step: step.id, site: step.site, from: plan.from, to: plan.to, others: plan.others,
                    cluster: step.cluster, parameters: step.parameters, topology: topology, recorded: recorded)
            )
        }
        return await StepPreview.all(looks, .forward, commands: commands, clock: clock)
    }
}

extension StepPreview {
    /// Looks at all steps at once, because a site that is away takes each look's whole time. In the order given.
    static func all(
        _ steps: [(PlannedStep, StepContext)], _ direction: Direction, commands: [String: any StepCommand],
        clock: any EngineClock
    ) async -> [StepPreview] {
        await withTaskGroup(of: (Int, StepPreview).self) { group in
            for (index, (step, context)) in steps.enumerated() {
                group.addTask {
                    (index, await look(step, context, direction, command: commands[step.command], clock: clock))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func look(
        _ step: PlannedStep, _ context: StepContext, _ direction: Direction, command: (any StepCommand)?,
        clock: any EngineClock
    ) async -> StepPreview {
        guard let command else { return StepPreview(step: step, result: .failure(.unknownCommand(step))) }
        let looked = await withDeadline(
            milliseconds: min(step.deadlineMilliseconds, 15_000), clock: clock, standsLate: \.standsLate
        ) { () async throws(Fault) in
            switch direction {
            case .forward: try await command.examine(context)
            case .back: try await command.examineUndo(context)
            }
        }
        switch looked {
        case .ended(let result): return StepPreview(step: step, result: result)
        case .timedOut, .interrupted:
            let fault = Fault(
                .unreachable, "no answer in 15 s", at: "step \(step.id)", next: "See whether \(step.site) answers")
            return StepPreview(step: step, result: .failure(fault))
        }
    }
}
