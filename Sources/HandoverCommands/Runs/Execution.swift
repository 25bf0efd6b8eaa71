import FailoverModel
import RunEngine
import Systems

/// Puts together what carries out a run, lets it go on until it ends, and tells how it ended.
struct Execution {
    enum Move {
        case goOn
        case rollBack(reason: String?)
        /// Turns a rollback round.
        case goForward(reason: String?)
    }

    let invocation: Invocation
    let journal: StoredJournal
    let topology: Topology
    /// The runbook's questions are answered with yes in the actor's name.
    var saysYes = false
    var takesOver = false
    /// In whose name; `nil` for the person of this call.
    var actorName: String?
    /// Whose wish to stop counts, where somebody holds the signals already.
    var interruption: Interruption?

    init(_ invocation: Invocation, journal: StoredJournal, saysYes: Bool = false, takesOver: Bool = false) throws {
        self.init(
            invocation, journal: journal, topology: try TopologyFile.read(invocation), saysYes: saysYes,
            takesOver: takesOver)
    }

    init(
        _ invocation: Invocation, journal: StoredJournal, topology: Topology, saysYes: Bool = false,
        takesOver: Bool = false
    ) {
        self.invocation = invocation
        self.journal = journal
        self.topology = topology
        self.saysYes = saysYes
        self.takesOver = takesOver
    }

    /// Returns the run's state at the end. The projections are saved whatever happens.
    func carryOut(_ run: String, _ move: Move = .goOn) async throws -> RunState {
        let interruption = interruption ?? Interruption()
        invocation.courier.begin(invocation, topology: topology, file: journal.file, run: run)
        let view = RunView(invocation, run: run, in: journal.file)
        defer { view.end() }
        let signals =
            invocation.wiring.handlesSignals && self.interruption == nil
            ? StopSignals(interruption) { [remark = view.remark] in remark(Self.stopping(isSecond: $0)) } : nil
        defer { signals?.end() }
        let executor = try executor(run, interruption, view)
        do {
            let state =
                switch move {
                case .goOn: try await executor.goOn(run: run, takeOver: takesOver)
                case .rollBack(let reason):
                    try await executor.rollBack(run: run, reason: reason, takeOver: takesOver)
                case .goForward(let reason):
                    try await executor.goForward(run: run, reason: reason, takeOver: takesOver)
                }
            await journal.saveProjections()
            return state
        } catch {
            await journal.saveProjections()
            throw error
        }
    }

    private func approver(_ run: String, _ isAsking: @escaping @Sendable (Bool) -> Void) throws -> any Approver {
        if saysYes { return YesInAdvance() }
        guard invocation.mayAsk else { return NobodyToAsk() }
        return TerminalApprover(
            console: invocation.console, actorName: try invocation.actor,
            style: { [invocation] in invocation.errorStyle }, ask: isAsking,
            answered: { [journal] step in await journal.answer(to: step, of: run) })
    }

    private func executor(_ run: String, _ interruption: Interruption, _ view: RunView) throws -> RunExecutor {
        RunExecutor(
            journal: journal, commands: SystemCommands.all(for: topology, invocation), topology: topology,
            clock: invocation.wiring.clock, registry: invocation.wiring.registry,
            executor: try invocation.wiring.executor(), actorName: try actorName ?? invocation.actor,
            listener: view.listener,
            approver: try approver(run, view.pause),
            interruption: interruption, recorded: try journal.file.snapshot().recorded)
    }

    private static func stopping(isSecond: Bool) -> String {
        isSecond
            ? "Parking what is under way …" : "Stopping: what is under way gets 10 s; press again to park it at once …"
    }
}
