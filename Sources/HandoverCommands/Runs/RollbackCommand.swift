import ArgumentParser
import FailoverModel
import RunEngine

/// `handover rollback`.
struct RollbackCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Take back what a run did, in reverse.",
        discussion: """
            Possible until the promotion. After it the data has moved: the service stays where it is, and going \
            back is a failover in the other direction once the old site follows.

            Examples:
              handover rollback
              handover rollback ess-failover-12 --yes --reason "dc1 is back after all"
            """)

    @OptionGroup var argument: OptionalRunArgument
    @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text"))
    var reason: String?
    @Flag(help: "Begin without asking.")
    var yes = false
    @Flag(help: "Take the run from an executor on another host, which nobody here can see. Make sure that it is gone.")
    var takeOver = false
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        let run = try argument.run.map(lookup.named) ?? lookup.newest(notOver: false)
        let state = try file.state(of: run)
        if state.standing == .rolledBack { return invocation.end(state, because: "It is rolled back already.") }
        let execution = try Execution(
            invocation, journal: try await file.openForWriting(), takesOver: takeOver)
        if !yes, invocation.mayAsk {
            let touched = state.plan.steps.filter { state.record($0.id).mayHaveActed }.map(\.id)
            invocation.say("\(run): \(state.plan.title)")
            invocation.say(
                "What it did is taken back: \(touched.isEmpty ? "nothing" : touched.reversed().joined(separator: ", "))"
            )
            guard await invocation.console.confirms("Roll back?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        return execution.end(try await execution.carryOut(run, .rollBack(reason: reason)))
    }
}
