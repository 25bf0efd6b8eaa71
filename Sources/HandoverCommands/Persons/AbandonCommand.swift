import ArgumentParser
import FailoverModel
import RunEngine

/// `handover abandon`.
struct AbandonCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "abandon", abstract: "Give a run up that cannot be finished any more, with a reason.",
        discussion: """
            For a run whose target is gone: the site that it promoted has died, and the service is to move on to another \
            one. What the run did stays as it is, and stays in the journal; what is open at the old site is owed to it from \
            then on. A drill is given up so even while somebody carries it out, which then stops; what it has made is owed to \
            its site, and removed by settle, by the next drill, or after the next move. A run that has promoted nothing is better taken back (handover rollback): given up, it owes nothing, \
            and its changes stay.

            Example:
              handover abandon ess-failover-12 --reason "dc2 has lost power, dc3 takes over"
              handover run ess-failover --from dc2 --to dc3
            """)

    @OptionGroup var argument: RunArgument
    @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text"))
    var reason: String
    @Flag(help: "Do not ask.")
    var yes = false
    @Flag(help: "Although its executor is on another host, which nobody here can see. Make sure that it is gone.")
    var takeOver = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) {
            throw ValidationError("--reason says nothing. Write why the run is given up.")
        }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let person = try await PersonalCommand(invocation, run: argument.run)
        let state = try JournalFile(invocation).state(of: person.run)
        let stays = state.stepsToUndo.map(\.id)
        if !yes, invocation.mayAsk, !state.standing.isOver {
            invocation.say("\(state.id): \(state.plan.title)")
            invocation.say(
                stays.isEmpty
                    ? "It has changed nothing."
                    : "What it did stays as it is, newest first: \(stays.joined(separator: ", "))")
            if state.stepsPastPivot.isEmpty, !stays.isEmpty {
                invocation.say(
                    "It has promoted nothing: \(invocation.line("rollback", state.id)) takes all of that back.")
            }
            guard await invocation.console.confirms("Give it up?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        let ended = try await person.acts.abandon(
            run: person.run, reason: reason, registry: invocation.wiring.registry, takeOver: takeOver)
        let owed = ended.plan.steps.filter { ended.record($0.id).standing == .deferred }.map {
            "\($0.site): \($0.title)"
        }
        var debts = owed.isEmpty || ended.stepsPastPivot.isEmpty ? "" : "\nOwed:\n  " + owed.joined(separator: "\n  ")
        if ended.kind == .drill { debts = "\nWhat it has made at \(ended.plan.to) is still to be removed." }
        return await person.end(ended, "\(person.run) is given up: \(reason)\(debts)")
    }
}
