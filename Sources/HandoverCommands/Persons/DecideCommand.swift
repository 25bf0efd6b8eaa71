import ArgumentParser
import RunEngine

/// `handover decide`.
struct DecideCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "decide", abstract: "Say whether a step in doubt was done.",
        discussion: """
            For a step that cannot be observed and whose outcome nobody knows. Look yourself first: with `done` the \
            run goes on after it, with `not-done` it is done again. In a rollback it is about the undoing.

            Example:
              handover decide ess-failover-12 announce --as done --actor anna
            """)

    enum Outcome: String, CaseIterable, ExpressibleByArgument {
        case done
        case notDone = "not-done"
    }

    @OptionGroup var step: StepArguments
    @Option(name: .customLong("as"), help: ArgumentHelp("What happened: done or not-done."))
    var outcome: Outcome
    @Option(help: ArgumentHelp("How you know, for the journal.", valueName: "text"))
    var reason: String?
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let person = try await PersonalCommand(invocation, run: step.run)
        let state = try await person.acts.decide(
            run: person.run, step: step.step, isDone: outcome == .done, reason: reason)
        let words = outcome == .done ? "was done" : "was not done"
        return await person.end(state, "\(step.step) of \(person.run) \(words), says \(person.acts.actorName).")
    }
}
