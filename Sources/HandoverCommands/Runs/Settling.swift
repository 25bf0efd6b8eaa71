import FailoverModel
import RunEngine
import Systems

/// Pays what a site is owed: the runs that it takes, and their carrying out. A person does it with `settle`, `watch` on its own.
struct Settling {
    let execution: Execution
    let file: JournalFile
    /// The site that serves by a named person's word, where the journal does not know.
    var servingSaid: String?

    private var invocation: Invocation { execution.invocation }

    /// What is to be settled at a site.
    struct Due {
        /// Clusters whose database takes writes there beside the site that serves.
        var fence: [String] = []
        var serving: String?
        var debtors: [Debtor] = []

        var isNothing: Bool { fence.isEmpty && debtors.isEmpty }
    }

    /// Looks at the site's databases, and at the others' where one of them takes writes. `fencesAlone`: debts are left.
    func due(at site: String, fencesAlone: Bool = false) async throws -> Due {
        let projections = try file.snapshot().projections
        var due = Due(debtors: Debtor.all(of: site, in: projections))
        let topology = execution.topology
        let look = DatabaseLook(access: SystemAccess(topology, invocation).postgres, topology: topology)
        let own = await look.observations(at: [site])
        guard own.contains(where: \.takesWrites) else { return fencesAlone ? Due() : due }
        let all = own + (await look.observations(at: topology.sites.map(\.name).filter { $0 != site }))
        for brain in SplitBrain.find(in: all.compactMap(\.databaseLook), serving: projections.serving)
        where brain.isSplit && brain.sides.contains(where: { $0.site == site }) {
            let serving = try judge(brain, site)
            due.fence.append(brain.cluster)
            due.serving = serving
        }
        if fencesAlone {
            due.debtors = []
            return due
        }
        // A debt that fences comes first anyway, and is paid by it.
        if try due.debtors.contains(where: fences) { due.fence = [] }
        return due
    }

    private func fences(_ debtor: Debtor) throws -> Bool {
        try file.state(of: debtor.run).plan.steps.contains {
            debtor.steps.contains($0.id) && $0.command == "postgres.fence"
        }
    }

    /// Who is right; nothing is guessed.
    private func judge(_ brain: SplitBrain, _ site: String) throws -> String {
        if let serving = servingSaid ?? brain.right?.site, serving != site,
            brain.sides.contains(where: { $0.site == serving })
        {
            return serving
        }
        let others = brain.sides.map(\.site).filter { $0 != site }
        let isRight = brain.right?.site == site
        throw CommandFailure(
            kind: "refused", what: "\(brain.sentence). \(brain.judgement)", place: "site \(site)",
            next: isRight
                ? "Settle the other one: " + others.map { invocation.line("settle", $0) }.joined(separator: " or ")
                : "Find out which has what must be kept, then fence \(site): "
                    + others.map { invocation.line("settle", site, "--serving", $0) }.joined(separator: " or "),
            status: .refused)
    }

    /// Carries out what is due, and stops at the first that does not complete. `ended` is told of each.
    func pay(_ due: Due, at site: String, ended: (RunState) -> Void) async throws -> RunState? {
        var last: RunState?
        if !due.fence.isEmpty, let serving = due.serving {
            let run = try await start(fencing(due.fence, at: site, serving), pinned: nil)
            let state = try await execution.carryOut(run)
            ended(state)
            last = state
            guard state.standing == .completed else { return state }
        }
        for debtor in due.debtors {
            let state = try await execution.carryOut(try await settlement(of: debtor, site))
            ended(state)
            last = state
            guard state.standing == .completed else { return state }
        }
        return last
    }

    private func fencing(_ clusters: [String], at site: String, _ serving: String) -> RunStarted {
        let others = execution.topology.sites.map(\.name).filter { $0 != site && $0 != serving }
        let question =
            servingSaid == nil
            ? nil
            : "Two sites take writes, and nothing in the journal says which is right. \(serving) is to serve, and what only "
                + "\(site) has stays there and is served to nobody. Is that right?"
        return Settlement.fencing(site, clusters: clusters, serving: serving, others: others, question: question)
    }

    /// An earlier attempt that did not complete is gone on with; otherwise a new run is begun.
    private func settlement(of debtor: Debtor, _ site: String) async throws -> String {
        while true {
            let snapshot = try file.snapshot()
            let open = snapshot.projections.runs.newestFirst.filter {
                $0.kind == .settlement && !$0.standing.isOver && $0.direction == .forward
            }
            for summary in open {
                let state = try file.state(of: summary.id)
                let owed = debtor.steps.map { Debt(run: debtor.run, step: $0) }
                if owed.allSatisfy(state.settles.contains) { return summary.id }
            }
            let started = Settlement.of(
                try file.state(of: debtor.run), site: site, steps: debtor.steps,
                serving: snapshot.projections.serving.site)
            do { return try await start(started, pinned: snapshot.head) } catch is PinnedJournal.Moved { continue }
        }
    }

    /// `pinned`: only if nothing was appended since, so that two settlements of the same are not begun.
    private func start(_ started: RunStarted, pinned: JournalHead?) async throws -> String {
        let journal: any RunJournal =
            pinned.map { PinnedJournal(journal: execution.journal, pin: $0) } ?? execution.journal
        return try await RunStarter(
            journal: journal, clock: invocation.wiring.clock, actorName: try execution.actorName ?? invocation.actor
        ).start(started)
    }
}

/// A run that left something undone at a site.
struct Debtor: Equatable {
    var run: String
    var steps: Set<String>

    /// The oldest debt first.
    static func all(of site: String, in projections: JournalProjections) -> [Debtor] {
        projections.owed.owed(to: site).reduce(into: []) { debtors, owed in
            let index =
                debtors.firstIndex { $0.run == owed.debt.run }
                ?? {
                    debtors.append(Debtor(run: owed.debt.run, steps: []))
                    return debtors.count - 1
                }()
            debtors[index].steps.insert(owed.debt.step)
        }
    }
}
