import ArgumentParser
import FailoverModel
import RunEngine

/// `handover run`.
struct RunCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Carry out a runbook.",
        discussion: """
            Shows the plan and asks before it begins; --yes begins at once and answers the runbook's questions with \
            yes, in the name of --actor. Without a terminal and without --yes the run stops where it needs an \
            approval, and exits with 4. It never answers for a safety rule that the runbook does not ask about.

            Examples:
              handover run ess-failover --from dc1 --to dc2
              handover run runbooks/ess-failover.yaml --from dc1 --to dc2 --yes --actor anna
            """)

    @OptionGroup var direction: DirectionArguments
    @Flag(help: "Begin without asking, and answer the runbook's questions with yes.")
    var yes = false
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        let file = try RunbookFile(direction.runbook)
        let plan = try file.runbook.plan(topology: topology, from: direction.from, to: direction.to)
        let actor = try invocation.actor
        let journalFile = JournalFile(invocation)
        let journal = try await journalFile.openForWriting()
        if !yes, invocation.mayAsk {
            // Nobody is asked about what would be refused.
            try RunPreconditions.check(plan, try journalFile.snapshot().projections, invocation)
            invocation.say(PlanOutline.text(plan))
            guard await invocation.console.confirms("Begin?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        let run = try await Self.begin(RunStarted(plan: plan, runbookDigest: file.digest), journal, actor, invocation)
        let execution = Execution(invocation, journal: journal, topology: topology, saysYes: yes)
        return invocation.end(try await execution.carryOut(run))
    }

    /// Checks again and begins in one: nothing can be appended in between.
    static func begin(
        _ started: RunStarted, _ journal: StoredJournal, _ actor: String, _ invocation: Invocation
    ) async throws -> String {
        while true {
            let snapshot = try journal.file.snapshot()
            try RunPreconditions.check(started.plan, snapshot.projections, invocation)
            let pinned = PinnedJournal(journal: journal, pin: snapshot.head)
            let starter = RunStarter(journal: pinned, clock: invocation.wiring.clock, actorName: actor)
            do { return try await starter.start(started) } catch is PinnedJournal.Moved { continue }
        }
    }
}
