import FailoverModel
import RunEngine
import Systems

/// What `watch` does on its own where the topology allows it: settles a site that answers again, and fences a database that
/// takes writes beside the right one. Each is a run in the journal, as if a person had typed it, by the actor `watch`.
struct WatchSettler {
    static let actorName = "watch"
    /// After a settlement that did not complete, the next try waits so long, and twice as long after each further one.
    static let firstPauseMilliseconds: Int64 = 30_000
    static let longestPauseMilliseconds: Int64 = 3_600_000

    let invocation: Invocation
    let topology: Topology
    let interruption: Interruption
    private var pauses: [String: (milliseconds: Int64, until: Int64)] = [:]

    init(invocation: Invocation, topology: Topology, interruption: Interruption) {
        self.invocation = invocation
        self.topology = topology
        self.interruption = interruption
    }

    /// The sites at which something is allowed to be done now.
    func sites(_ report: CheckReport, _ projections: JournalProjections) -> [String] {
        var sites: [String] = []
        if topology.watch.splitBrain == .fence {
            let brains = SplitBrain.find(
                in: report.observations.compactMap(\.databaseLook), serving: projections.serving)
            sites += brains.filter(\.isSplit).flatMap { brain in brain.wrong.filter { !brain.strangers.contains($0) } }
        }
        if topology.watch.settle == .automatic {
            // A run that may still be rolled back, or that somebody carries out right now, is left to its people.
            let busy = projections.runs.newestFirst.filter { $0.standing == .running }.map(\.id)
            let undecided = projections.runs.newestFirst.undecided.union(busy)
            sites += topology.sites.map(\.name).filter { site in
                let owed = projections.owed.owed(to: site)
                return !owed.isEmpty && !owed.contains { undecided.contains($0.debt.run) } && answers(site, report)
            }
        }
        let now = invocation.wiring.clock.monotonicMilliseconds()
        return sites.reduce(into: []) { due, site in
            if !due.contains(site), (pauses[site]?.until ?? .min) <= now { due.append(site) }
        }
    }

    /// Whether its databases were seen; the database comes first, so that no other system has to answer yet.
    private func answers(_ site: String, _ report: CheckReport) -> Bool {
        let databases = topology.site(named: site)?.postgres.map(\.cluster) ?? []
        let seen = Set(report.observations.compactMap(\.databaseLook).filter { $0.site == site }.map(\.cluster))
        if !databases.isEmpty { return seen.isSuperset(of: databases) }
        return report.observations.contains { observation in
            guard observation.site == site else { return false }
            if case .unreachable = observation.seen { return false }
            return true
        }
    }

    /// Whatever goes wrong is said and tried again later; it never ends the watch.
    mutating func settle(_ report: CheckReport, say: (String) -> Void) async {
        guard topology.watch != WatchPolicy() else { return }
        let file = JournalFile(invocation)
        guard let projections = try? file.snapshotOrEmpty().projections else { return }
        for site in sites(report, projections) where !interruption.isAsked {
            do {
                let state = try await settle(site, file)
                guard let state else { continue }
                note(site, isDone: state.standing == .completed)
                say("\(state.id): \(state.standing.mark.word): \(state.summary)")
            } catch {
                note(site, isDone: false)
                let failure = CommandFailure(error, invocation: invocation)
                say("\(site) is not settled: \(failure.what). \(failure.next)")
            }
        }
    }

    /// `settle: automatic` pays debts; `splitBrain: fence` alone only fences.
    private func settle(_ site: String, _ file: JournalFile) async throws -> RunState? {
        var execution = Execution(
            invocation, journal: try await file.openForWriting(), topology: topology)
        execution.actorName = Self.actorName
        execution.interruption = interruption
        let settling = Settling(execution: execution, file: file)
        let due = try await settling.due(at: site, fencesAlone: topology.watch.settle == .manual)
        return try await settling.pay(due, at: site) { _ in }
    }

    private mutating func note(_ site: String, isDone: Bool) {
        guard !isDone else {
            pauses[site] = nil
            return
        }
        let pause = min(
            (pauses[site]?.milliseconds ?? Self.firstPauseMilliseconds / 2) * 2, Self.longestPauseMilliseconds)
        pauses[site] = (pause, invocation.wiring.clock.monotonicMilliseconds() + pause)
    }
}
