package import FailoverModel
package import Systems

/// What a rollback finds now and would do, step by step. Looks only.
package enum RollbackPreview {
    /// In the order in which it would be done.
    package static func of(
        _ state: RunState, commands: [String: any StepCommand], topology: Topology, clock: any EngineClock,
        recorded: StepContext.Recorded
    ) async -> [StepPreview] {
        await StepPreview.all(
            state.stepsToUndo.map { ($0, state.context(for: $0, topology: topology, recorded: recorded)) }, .back,
            commands: commands, clock: clock)
    }
}
