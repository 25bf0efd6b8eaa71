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

            A drill moves nothing. It looks at all that a failover would need, promotes a clone of the standby, starts the \
            release against it beside what serves, measures, and removes everything again, also where it fails or is \
            interrupted (once more to leave that to the next command). It exits with 1 where the drill was not good. A \
            run that moves the service gives up a drill that is in its way, and removes what that left afterwards.

            Examples:
              handover run ess-failover --from dc1 --to dc2
              handover run runbooks/ess-failover.yaml --from dc1 --to dc2 --yes --actor anna
              handover run ess-drill --from dc1 --to dc2 --drill
            """)

    @OptionGroup var direction: DirectionArguments
    @Flag(help: "Begin without asking, and answer the runbook's questions with yes.")
    var yes = false
    @Flag(help: "The runbook is a drill: nothing is to move.")
    var drill = false
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        let file = try RunbookFile(direction.runbook)
        try checkFlag(file.runbook, invocation)
        let plan = try file.runbook.plan(topology: topology, from: direction.from, to: direction.to)
        try DrillLook.checkRunbooks(of: file.runbook, topology, from: direction.from, to: direction.to, invocation)
        let started = RunStarted(kind: file.runbook.kind.runKind, plan: plan, runbookDigest: file.digest)
        let actor = try invocation.actor
        let journalFile = JournalFile(invocation)
        let journal = try await journalFile.openForWriting()
        let execution = Execution(invocation, journal: journal, topology: topology, saysYes: yes)
        let remains = DrillRemains(execution: execution, file: journalFile)
        if drill, let stuck = try await remains.remove() {
            return invocation.end(
                stuck, because: "The new drill is not begun: what an earlier one left is not removed.")
        }
        if !yes, invocation.mayAsk {
            // Nobody is asked about what would be refused.
            try RunPreconditions.check(started, try journalFile.snapshot().projections, invocation)
            if drill { invocation.say("A drill. Nothing is moved, and what it makes is removed again.") }
            invocation.say(PlanOutline.text(plan))
            guard await invocation.console.confirms("Begin?") else {
                invocation.say(drill ? "The drill is not begun." : "Nothing was done.")
                return .waiting
            }
        }
        let run = try await Self.begin(started, journal, actor, invocation)
        let ended = try await execution.carryOut(run)
        await remains.removeAfterwards(ended)
        let isPoorDrill = ended.standing.isOver && ended.isGoodDrill == false
        return invocation.end(ended, status: isPoorDrill ? .stopped : nil)
    }

    /// Neither a drill nor a move is begun by accident.
    private func checkFlag(_ runbook: Runbook, _ invocation: Invocation) throws(CommandFailure) {
        let words = ["run", direction.runbook, "--from", direction.from, "--to", direction.to]
        switch (runbook.kind, drill) {
        case (.move, false), (.drill, true): return
        case (.drill, false):
            throw CommandFailure(
                kind: "invalid", what: "this runbook is a drill, which moves nothing, and --drill is missing",
                place: "runbook \(runbook.name)",
                next: "For the drill: \(invocation.line(words + ["--drill"])). To move the service: "
                    + invocation.line("run", "ess-failover", "--from", direction.from, "--to", direction.to),
                status: .badInput)
        case (.move, true):
            throw CommandFailure(
                kind: "invalid", what: "this runbook moves the service, and --drill says that nothing is to move",
                place: "runbook \(runbook.name)",
                next: "For a drill: "
                    + invocation.line("run", "ess-drill", "--from", direction.from, "--to", direction.to, "--drill")
                    + ". To move the service: \(invocation.line(words))",
                status: .badInput)
        }
    }

    /// Checks again and begins in one: nothing can be appended in between.
    static func begin(
        _ started: RunStarted, _ journal: StoredJournal, _ actor: String, _ invocation: Invocation
    ) async throws -> String {
        while true {
            let snapshot = try journal.file.snapshot()
            try RunPreconditions.check(started, snapshot.projections, invocation)
            let drills = started.kind == .drill ? [] : snapshot.projections.runs.newestFirst.openDrills
            if try await DrillRemains.giveUp(before: started, journal, drills, actor, invocation) { continue }
            let pinned = PinnedJournal(journal: journal, pin: snapshot.head)
            let starter = RunStarter(journal: pinned, clock: invocation.wiring.clock, actorName: actor)
            do { return try await starter.start(started) } catch is PinnedJournal.Moved { continue }
        }
    }
}
