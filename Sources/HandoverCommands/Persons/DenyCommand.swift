import ArgumentParser
import RunEngine

/// `handover deny`.
struct DenyCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "Say no to a step; the run waits there.",
        discussion: """
            Approve it later, leave it out (skip), or roll the run back.

            Example:
              handover deny ess-failover-12 promote --actor anna --reason "dc1 comes back in five minutes"
            """)

    @OptionGroup var step: StepArguments
    @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text"))
    var reason: String?
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let person = try await PersonalCommand(invocation, run: step.run)
        let state = try await person.acts.deny(run: person.run, step: step.step, reason: reason)
        return await person.end(state, "\(step.step) of \(person.run) is denied by \(person.acts.actorName).")
    }
}
