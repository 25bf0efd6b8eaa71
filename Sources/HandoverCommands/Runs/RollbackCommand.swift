import ArgumentParser
import FailoverModel
import RunEngine

/// `handover rollback`.
struct RollbackCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Take back what a run did, or be led back where the data has moved.",
        discussion: """
            Before the promotion what was done is undone, the latest first, each step from what it had found; what was \
            settled for the run is taken back with it. After the promotion the data has moved. Where nothing was written since, \
            the promotion is wound back; else the way back is the failback runbook with the sites swapped. Either is shown \
            with its expected duration and what it would lose, and begun on a yes. --plan shows either and changes nothing. Without RUN it is the run that is not over, else the \
            newest that moved the service. A step whose undoing fails stops it: mend it and resume, or leave the step as it \
            is with handover skip. handover resume RUN --forward turns a rollback round.

            Examples:
              handover rollback
              handover rollback --plan
              handover rollback ess-failover-12 --yes --reason "dc1 is back after all"
            """)

    @Argument(help: ArgumentHelp("The run, or the beginning of its name.", valueName: "run"))
    var run: String?
    @Option(help: ArgumentHelp("Why, for the journal.", valueName: "text"))
    var reason: String?
    @Option(
        help: ArgumentHelp(
            "The runbook that leads back after the promotion (default: ess-wind-back or ess-failback beside the topology or in runbooks/).",
            valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var runbook: String?
    @Flag(help: "Only show what would be done.")
    var plan = false
    @Flag(help: "Begin without asking.")
    var yes = false
    @Flag(help: "Take the run from an executor on another host, which nobody here can see. Make sure that it is gone.")
    var takeOver = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if plan, yes { throw ValidationError("--plan and --yes exclude each other: --plan changes nothing.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let file = JournalFile(invocation)
        let lookup = try file.lookup()
        let run = try self.run.map(lookup.named) ?? lookup.toRollBack()
        let state = try file.state(of: run)
        if state.standing == .rolledBack { return invocation.end(state, because: "It is rolled back already.") }
        let topology = try TopologyFile.read(invocation)
        if state.kind == .runbook, state.direction == .forward, state.isPivotDone {
            return try await leadHome(from: state, file, topology, invocation)
        }
        if state.kind == .drill, state.standing == .completed {
            return invocation.end(state, because: "There is nothing to take back: the drill has removed what it made.")
        }
        if state.standing == .abandoned { throw RunError.over(run: run, state.standing) }
        let undoing = Undoing(
            run: state, settlements: try settlements(of: run, lookup.summaries, file), topology: topology,
            invocation: invocation)
        if plan {
            await undoing.show(recorded: try file.snapshot().recorded)
            return .done
        }
        if undoing.isNothing, state.standing == .completed {
            return invocation.end(state, because: "There is nothing to take back: the run changed nothing.")
        }
        if !yes, invocation.mayAsk {
            await undoing.show(recorded: try file.snapshot().recorded)
            guard await invocation.console.confirms("Roll back?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        return try await undo(undoing, file, topology, invocation)
    }

    private func undo(
        _ undoing: Undoing, _ file: JournalFile, _ topology: Topology, _ invocation: Invocation
    ) async throws -> ExitStatus {
        let execution = Execution(
            invocation, journal: try await file.openForWriting(), topology: topology, takesOver: takeOver)
        do {
            for settlement in undoing.settlements {
                let ended = try await execution.carryOut(settlement.id, .rollBack(reason: reason))
                guard ended.standing == .rolledBack else { return invocation.end(ended) }
            }
            return invocation.end(try await execution.carryOut(undoing.run.id, .rollBack(reason: reason)))
        } catch RunError.pastPivot(let run, _) where undoing.run.kind == .runbook && run == undoing.run.id {
            // It was looked at, and had happened.
            return try await leadHome(from: try file.state(of: run), file, topology, invocation)
        }
    }

    private func leadHome(
        from state: RunState, _ file: JournalFile, _ topology: Topology, _ invocation: Invocation
    ) async throws -> ExitStatus {
        let failback = try await Failback(
            from: state, runbook: runbook, file: file, topology: topology, invocation)
        if plan {
            failback.show(.done)
            return .done
        }
        if !yes {
            failback.show(.waiting)
            guard invocation.mayAsk, await invocation.console.confirms("Begin?") else {
                if invocation.mayAsk { invocation.say("Nothing was done.") }
                return .waiting
            }
        }
        return try await failback.begin(saysYes: yes)
    }

    /// The runs that did at a site what this one owed to it, newest first: they came after it, so they are undone before.
    private func settlements(of run: String, _ summaries: [RunSummary], _ file: JournalFile) throws -> [RunState] {
        try summaries.filter { $0.kind == .settlement && $0.standing != .rolledBack && $0.standing != .abandoned }
            .map { try file.state(of: $0.id) }.filter { $0.settles.contains { $0.run == run } }
    }
}

extension RunState {
    /// The pivot was seen done, so that going back means moving data back.
    fileprivate var isPivotDone: Bool { stepsPastPivot.contains { record($0.id).standing == .succeeded } }
}
