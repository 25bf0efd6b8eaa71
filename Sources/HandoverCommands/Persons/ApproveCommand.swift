import ArgumentParser
import RunEngine

/// `handover approve`.
struct ApproveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to a step, and answer for it.",
        discussion: """
            Where a safety rule that a person may answer for refused the step, this is the answer; it stands in the \
            journal under your name. A run that is going on takes it in by itself; otherwise resume it.

            Example:
              handover approve ess-failover-12 promote --actor anna --reason "dc1 has no power"
            """)

    @OptionGroup var step: StepArguments
    @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text"))
    var reason: String?
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let person = try await PersonalCommand(invocation, run: step.run)
        let state = try await person.acts.approve(run: person.run, step: step.step, reason: reason)
        return await person.end(state, "\(step.step) of \(person.run) is approved by \(person.acts.actorName).")
    }
}
