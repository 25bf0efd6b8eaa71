import ArgumentParser
import FailoverModel
import RunEngine

/// `handover settle`.
struct SettleCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Do at a site that is back what could not be done while it was away.",
        discussion: """
            A database there that takes writes beside the site that serves is fenced first, whether that was owed or not. \
            Then one run for each earlier run that left something undone there, the oldest first; the database comes before \
            the rest, so that the site takes no writes. Stops at the first that does not complete; handover skip leaves one \
            of its steps out for good. For a run that has not promoted anything yet it takes the site out of service: only \
            to go on with that run.

            Examples:
              handover settle dc1
              handover settle dc1 --serving dc2     # two sites take writes, and only a person knows which is right
            """)

    @Argument(help: ArgumentHelp("The site that is back.", valueName: "site"))
    var site: String
    @Option(
        help: ArgumentHelp(
            "The site that is to serve, where two take writes and the journal does not know.", valueName: "site"))
    var serving: String?
    @Flag(help: "Begin without asking, and answer the runbook's questions with yes.")
    var yes = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let serving, serving == site { throw ValidationError("--serving is the site that is to be settled.") }
    }

    func perform(_ invocation: Invocation) async throws -> ExitStatus {
        let topology = try TopologyFile.read(invocation)
        for name in [site, serving].compactMap(\.self) where topology.site(named: name) == nil {
            throw CommandFailure(
                kind: "invalid", what: "the topology has no such site", place: "site \(name)",
                next: "Its sites are: \(topology.sites.map(\.name).joined(separator: ", "))", status: .badInput)
        }
        let file = JournalFile(invocation)
        // A journal that is not there is a slip, and none is made for a question.
        _ = try file.reader()
        let execution = Execution(
            invocation, journal: try await file.openForWriting(), topology: topology, saysYes: yes)
        let settling = Settling(execution: execution, file: file, servingSaid: serving)
        let due = try await settling.due(at: site)
        guard !due.isNothing else {
            if invocation.isJSON {
                invocation.print(document([], .done))
            } else {
                invocation.print("Nothing is owed to \(site).")
            }
            return .done
        }
        if !yes, invocation.mayAsk, let run = try undecided(due.debtors, file) {
            invocation.say(
                "\(run) has not promoted a site yet. This takes \(site) out of service, and no site takes writes until that "
                    + "run goes on. If \(site) is to serve again: \(invocation.line("rollback", run))")
            guard await invocation.console.confirms("Settle all the same?") else {
                invocation.say("Nothing was done.")
                return .waiting
            }
        }
        return try await pay(due, settling, invocation)
    }

    private func undecided(_ debtors: [Debtor], _ file: JournalFile) throws -> String? {
        let undecided = try file.snapshot().projections.runs.newestFirst.undecided
        return debtors.map(\.run).first(where: undecided.contains)
    }

    private func pay(_ due: Settling.Due, _ settling: Settling, _ invocation: Invocation) async throws -> ExitStatus {
        var ended: [JSONValue] = []
        var status = ExitStatus.done
        _ = try await settling.pay(due, at: site) { state in
            status = ExitStatus(state.standing)
            let next = NextLines.of(state, invocation)
            ended.append(RunDocument(state: state, liveness: nil, next: next).json)
            if !invocation.isJSON { invocation.print(invocation.closing(state, next: next)) }
        }
        if invocation.isJSON { invocation.print(document(ended, status)) }
        return status
    }

    private func document(_ settlements: [JSONValue], _ status: ExitStatus) -> JSONValue {
        [
            "site": .string(site), "settlements": .array(settlements),
            "exitCode": .integer(Int64(status.rawValue)),
        ]
    }
}
