import ArgumentParser
import FailoverModel
import RunEngine

/// `handover settle`.
struct SettleCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Do at a site that is back what could not be done while it was away.",
        discussion: """
            One run for each earlier run that left something undone there, the oldest first; the database comes before \
            the rest, so that the site takes no writes. Stops at the first that does not complete. For a run that has not \
            promoted anything yet it takes the site out of service: only to go on with that run.

            Example:
              handover settle dc1
            """)

    @Argument(help: ArgumentHelp("The site that is back.", valueName: "site"))
    var site: String
    @Flag(help: "Begin without asking, and answer the runbook's questions with yes.")
    var yes = false
    @OptionGroup var common: CommonOptions

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        guard topology.site(named: site) != nil else {
            throw CommandFailure(
                kind: "invalid", what: "the topology has no such site", place: "site \(site)",
                next: "Its sites are: \(topology.sites.map(\.name).joined(separator: ", "))", status: .badInput)
        }
        let file = JournalFile(invocation)
        let debtors = Debtor.all(of: site, in: try file.snapshot().projections)
        guard !debtors.isEmpty else {
            if invocation.isJSON {
                invocation.print(document([], .done))
            } else {
                invocation.print("Nothing is owed to \(site).")
            }
            return .done
        }
        if !yes, invocation.mayAsk, let run = try undecided(debtors, file) {
            invocation.say(
                "\(run) has not promoted a site yet. This takes \(site) out of service, and no site takes writes until that "
                    + "run goes on. If \(site) is to serve again: \(invocation.line("rollback", run))")
            guard await invocation.console.confirms("Settle all the same?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        let execution = Execution(
            invocation, journal: try await file.openForWriting(), topology: topology, saysYes: yes)
        return try await pay(debtors, file, execution)
    }

    private func undecided(_ debtors: [Debtor], _ file: JournalFile) throws -> String? {
        let undecided = try file.snapshot().projections.runs.newestFirst.undecided
        return debtors.map(\.run).first(where: undecided.contains)
    }

    private func pay(_ debtors: [Debtor], _ file: JournalFile, _ execution: Execution) async throws -> ExitStatus {
        let invocation = execution.invocation
        let starter = RunStarter(
            journal: execution.journal, clock: invocation.wiring.clock, actorName: try invocation.actor)
        var ended: [JSONValue] = []
        var status = ExitStatus.done
        for debtor in debtors where status == .done {
            let run = try await settlement(of: debtor, file, starter)
            let state = try await execution.carryOut(run)
            status = ExitStatus(state.standing)
            let next = NextLines.of(state, invocation)
            ended.append(RunDocument(state: state, liveness: nil, next: next).json)
            if !invocation.isJSON { invocation.print(invocation.closing(state, next: next)) }
        }
        if invocation.isJSON { invocation.print(document(ended, status)) }
        return status
    }

    /// An earlier attempt that did not complete is gone on with; otherwise a new run is begun.
    private func settlement(of debtor: Debtor, _ file: JournalFile, _ starter: RunStarter) async throws -> String {
        let open = try file.snapshot().projections.runs.newestFirst.filter {
            $0.kind == .settlement && !$0.standing.isOver
        }
        for summary in open {
            let state = try file.state(of: summary.id)
            let owed = debtor.steps.map { Debt(run: debtor.run, step: $0) }
            if owed.allSatisfy(state.settles.contains) { return summary.id }
        }
        let state = try file.state(of: debtor.run)
        return try await starter.start(Settlement.of(state, site: site, steps: debtor.steps))
    }

    private func document(_ settlements: [JSONValue], _ status: ExitStatus) -> JSONValue {
        [
            "site": .string(site), "settlements": .array(settlements),
            "exitCode": .integer(Int64(status.rawValue)),
        ]
    }
}

/// A run that left something undone at a site.
struct Debtor: Equatable {
    var run: String
    var steps: Set<String>

    /// The oldest debt first.
    static func all(of site: String, in projections: JournalProjections) -> [Debtor] {
        projections.owed.owed(to: site).reduce(into: []) { debtors, owed in
            if let index = debtors.firstIndex(where: { $0.run == owed.debt.run }) {
                debtors[index].steps.insert(owed.debt.step)
            } else {
                debtors.append(Debtor(run: owed.debt.run, steps: [owed.debt.step]))
            }
        }
    }
}
