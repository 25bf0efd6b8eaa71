package import FailoverModel
package import Systems

extension RunState {
    /// The steps that a rollback looks at, in its order: the latest effect first.
    package var stepsToUndo: [PlannedStep] {
        plan.steps.filter { record($0.id).mayHaveActed }
            .sorted { record($0.id).effectSequence > record($1.id).effectSequence }
    }
}

/// What a rollback finds now and would do, step by step. Looks only.
package enum RollbackPreview {
    /// In the order in which it would be done.
    package static func of(
        _ state: RunState, commands: [String: any StepCommand], topology: Topology, clock: any EngineClock,
        recorded: StepContext.Recorded
    ) async -> [StepPreview] {
        let steps = state.stepsToUndo
        return await withTaskGroup(of: (Int, StepPreview).self) { group in
            for (index, step) in steps.enumerated() {
                let context = state.context(for: step, topology: topology, recorded: recorded)
                group.addTask {
                    (index, await look(step, context, command: commands[step.command], clock: clock))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func look(
        _ step: PlannedStep, _ context: StepContext, command: (any StepCommand)?, clock: any EngineClock
    ) async -> StepPreview {
        guard let command else { return StepPreview(step: step, result: .failure(.unknownCommand(step))) }
        let looked = await withDeadline(milliseconds: min(step.deadlineMilliseconds, 15_000), clock: clock) {
            () async throws(Fault) in try await command.examineUndo(context)
        }
        guard case .ended(let result) = looked else {
            let fault = Fault(
                .unreachable, "no answer in 15 s", at: "step \(step.id)", next: "See whether \(step.site) answers")
            return StepPreview(step: step, result: .failure(fault))
        }
        return StepPreview(step: step, result: result)
    }
}
