import FailoverModel
import RunEngine

/// What drills that did not come to their end have left: who removes it, and when.
///
/// The next drill removes it before it begins. A run that moves the service waits for nothing: it gives the drill up, whoever
/// carries that out loses it, and the removal is owed to the site and done once the move is completed.
struct DrillRemains {
    let execution: Execution
    let file: JournalFile

    private var invocation: Invocation { execution.invocation }

    /// Before a drill. Returns the run that stands in the way where something could not be removed.
    func remove() async throws -> RunState? {
        for drill in try file.snapshot().projections.runs.newestFirst.openDrills {
            // Somebody carries it out, or may: that is said when the new one is begun.
            let liveness = file.listed(drill).liveness
            guard liveness == nil || liveness?.isGone == true else { continue }
            invocation.say("First what the drill \(drill.id) has left is removed.")
            let ended = try await execution.carryOut(drill.id)
            guard ended.standing.isOver else { return ended }
        }
        return try await pay()
    }

    /// After a move that is completed. Nothing that goes wrong here makes the move less completed.
    func removeAfterwards(_ state: RunState) async {
        guard state.kind == .runbook, state.standing == .completed else { return }
        do {
            guard let stuck = try await pay() else { return }
            let again = invocation.line("resume", stuck.id)
            invocation.say("What a drill has left is not removed: \(stuck.summary). Type: \(again)".shownSafely)
        } catch {
            let failure = CommandFailure(error, invocation: invocation)
            invocation.say("What a drill has left is not removed: \(failure.what). \(failure.next)")
        }
    }

    /// Pays what only drills owe. Returns the first settlement that did not complete.
    private func pay() async throws -> RunState? {
        let debts = try file.snapshot().projections.owed.debts.values.filter(\.isOfDrill)
        let settling = Settling(execution: execution, file: file)
        for site in Set(debts.map(\.site)).sorted() {
            var due = Settling.Due()
            due.debtors = Set(debts.filter { $0.site == site }.map(\.debt.run)).sorted().map { run in
                Debtor(run: run, steps: Set(debts.filter { $0.debt.run == run && $0.site == site }.map(\.debt.step)))
            }
            invocation.say("What a drill has left at \(site) is removed now.".shownSafely)
            let last = try await settling.pay(due, at: site) { _ in }
            if let last, last.standing != .completed { return last }
        }
        return nil
    }
}

extension DrillRemains {
    /// Gives up every drill that is not over, because a move comes first; `false` where there is none.
    static func giveUp(
        before started: RunStarted, _ journal: StoredJournal, _ drills: [RunSummary], _ actor: String,
        _ invocation: Invocation
    ) async throws -> Bool {
        let acts = PersonalActs(journal: journal, clock: invocation.wiring.clock, actorName: actor)
        for drill in drills {
            do {
                _ = try await acts.abandon(
                    run: drill.id, reason: "\(started.plan.title) comes first", registry: invocation.wiring.registry,
                    takeOver: true)
                invocation.say(
                    "The drill \(drill.id) is given up: the move comes first. What it has made is removed afterwards.")
            } catch RunError.over { continue }
        }
        return !drills.isEmpty
    }
}
