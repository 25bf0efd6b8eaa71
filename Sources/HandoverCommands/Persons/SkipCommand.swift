import ArgumentParser
import RunEngine

/// `handover skip`.
struct SkipCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "skip", abstract: "Leave a step out, with a reason.",
        discussion: """
            What needs the step goes ahead as if it were done. In a rollback the step is left as it is. The promotion \
            cannot be left out.

            Example:
              handover skip ess-failover-12 drop-slots --reason "disk is large enough until the morning"
            """)

    @OptionGroup var step: StepArguments
    @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text"))
    var reason: String
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) {
            throw ValidationError("--reason says nothing. Write why the step is left out.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let person = try await PersonalCommand(invocation, run: step.run)
        let state = try await person.acts.skip(run: person.run, step: step.step, reason: reason)
        return await person.end(state, "\(step.step) of \(person.run) is left out: \(reason)")
    }
}
