import ArgumentParser
import FailoverModel
import RunEngine

/// `handover rollback`.
struct RollbackCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Take back what a run did, in reverse.",
        discussion: """
            Possible until the promotion. After it the data has moved: the service stays where it is, and going \
            back is a failover in the other direction, once the old site's database follows again. What was settled \
            for the run is taken back with it. Without RUN it is the run that is not over, else the newest that moved \
            the service.

            Examples:
              handover rollback
              handover rollback ess-failover-12 --yes --reason "dc1 is back after all"
            """)

    @Argument(help: ArgumentHelp("The run, or the beginning of its name.", valueName: "run"))
    var run: String?
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
        let run = try self.run.map(lookup.named) ?? lookup.toRollBack()
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
        for settlement in try settlements(of: run, lookup.summaries, file) {
            let ended = try await execution.carryOut(settlement, .rollBack(reason: reason))
            guard ended.standing == .rolledBack else { return invocation.end(ended) }
        }
        return invocation.end(try await execution.carryOut(run, .rollBack(reason: reason)))
    }

    /// The runs that did at a site what this one owed to it, newest first: they came after it, so they are undone before.
    private func settlements(of run: String, _ summaries: [RunSummary], _ file: JournalFile) throws -> [String] {
        try summaries.filter { $0.kind == .settlement && $0.standing != .rolledBack }.map(\.id).filter {
            try file.state(of: $0).settles.contains { $0.run == run }
        }
    }
}
