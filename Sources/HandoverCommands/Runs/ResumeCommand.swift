import ArgumentParser
import FailoverModel
import RunEngine

/// `handover resume`.
struct ResumeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on exactly where a run stopped.",
        discussion: """
            Steps that are done are not done again; a step whose outcome is not known is looked at first. A run \
            that is being rolled back goes on backwards.

            Examples:
              handover resume
              handover resume ess-failover-12 --yes
            """)

    @OptionGroup var argument: OptionalRunArgument
    @Flag(help: "Answer the runbook's questions with yes.")
    var yes = false
    @Flag(help: "Take the run from an executor on another host, which nobody here can see. Make sure that it is gone.")
    var takeOver = false
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        let run = try argument.run.map(lookup.named) ?? lookup.newest(notOver: true)
        let state = try file.state(of: run)
        if state.standing.isOver { return invocation.end(state, because: "Nothing is left to be done.") }
        let execution = try Execution(
            invocation, journal: try await file.openForWriting(), saysYes: yes, takesOver: takeOver)
        return invocation.end(try await execution.carryOut(run))
    }
}
