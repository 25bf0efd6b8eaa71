import ArgumentParser
import FailoverModel
import RunEngine

/// `handover resume`.
struct ResumeCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on exactly where a run stopped.",
        discussion: """
            Steps that are done are not done again; a step whose outcome is not known is looked at first. A run \
            that is being rolled back goes on backwards, unless --forward turns it round: then what was undone is done \
            again, everything is looked at anew, and what was approved before has to be approved again. A drill that \
            stopped is not gone on with: what it has made is removed.

            Examples:
              handover resume
              handover resume ess-failover-12 --yes
              handover resume ess-failover-12 --forward --reason "dc1 is dead after all"
            """)

    @OptionGroup var argument: OptionalRunArgument
    @Flag(help: "Answer the runbook's questions with yes.")
    var yes = false
    @Flag(help: "Turn a rollback round: the run goes forward again.")
    var forward = false
    @Option(help: ArgumentHelp("Why it goes forward again, for the journal.", valueName: "text"))
    var reason: String?
    @Flag(help: "Take the run from an executor on another host, which nobody here can see. Make sure that it is gone.")
    var takeOver = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if reason != nil, !forward { throw ValidationError("--reason is for --forward.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        let run = try argument.run.map(lookup.named) ?? lookup.newest(notOver: true)
        let state = try file.state(of: run)
        invocation.courier.begin(invocation, file: file)
        if state.standing.isOver { return invocation.end(state, because: "Nothing is left to be done.") }
        if forward, state.direction == .forward {
            throw CommandFailure(
                kind: "invalid", what: "the run goes forward already", place: "run \(run)",
                next: "Go on with it: \(invocation.line("resume", run))", status: .badInput)
        }
        let execution = try Execution(
            invocation, journal: try await file.openForWriting(), saysYes: yes, takesOver: takeOver)
        let ended = try await execution.carryOut(run, forward ? .goForward(reason: reason) : .goOn)
        await DrillRemains(execution: execution, file: file).removeAfterwards(ended)
        return invocation.end(ended)
    }
}
