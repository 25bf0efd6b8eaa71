import ArgumentParser
import FailoverModel
import RunEngine

/// `handover plan`.
struct PlanCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what each step finds now and would do. Changes nothing.",
        discussion: """
            Every step looks at its system as it is now, before the steps ahead of it have done anything: a \
            promotion that is refused now, or a step that waits, may be right once its turn comes. Exits with 0 \
            whatever is found.

            Example:
              handover plan ess-failover --from dc1 --to dc2
            """)

    @OptionGroup var direction: DirectionArguments
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        let runbook = try RunbookFile(direction.runbook).runbook
        let plan = try runbook.plan(topology: topology, from: direction.from, to: direction.to)
        try DrillLook.checkRunbooks(of: runbook, topology, from: direction.from, to: direction.to, invocation)
        let recorded = try JournalFile(invocation).snapshotOrEmpty().recorded
        let previews = await PlanPreview.of(
            plan, commands: SystemCommands.all(for: topology, invocation), topology: topology,
            clock: invocation.wiring.clock, recorded: recorded)
        if invocation.isJSON {
            invocation.print(PlanDocument(plan: plan, previews: previews).json)
        } else {
            let words = ["run", direction.runbook, "--from", direction.from, "--to", direction.to]
            let run = invocation.line(words + (runbook.kind == .drill ? ["--drill"] : []))
            invocation.print(PlanView.render(plan, previews, next: run, style: invocation.style))
        }
        return .done
    }
}
