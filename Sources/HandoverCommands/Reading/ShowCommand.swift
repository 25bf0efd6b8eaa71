import ArgumentParser
import FailoverModel
import RunEngine

/// `handover show`.
struct ShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run: every step, how it stands, what was found, who approved it.",
        discussion: """
            Example:
              handover show ess-failover-12
            """)

    @OptionGroup var argument: OptionalRunArgument
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        let run = try argument.run.map(lookup.named) ?? lookup.newest(notOver: false)
        let state = try file.state(of: run)
        let liveness = file.liveness(of: state)
        let next = NextLines.of(state, invocation, isAbandoned: liveness?.isGone ?? false)
        if invocation.isJSON {
            invocation.print(RunDocument(state: state, liveness: liveness, next: next).json)
        } else {
            let now = invocation.now
            invocation.print(
                ShowView.render(
                    state, liveness: liveness, now: now, next: next, style: invocation.style,
                    owed: invocation.stillOwed(state).map { Set($0.map(\.debt.step)) }))
        }
        return .done
    }
}
