import FailoverModel
import RunEngine

/// What a person types next, given how a run stands.
enum NextLines {
    static func of(_ state: RunState, _ invocation: Invocation, isAbandoned: Bool = false) -> [String] {
        let resume = invocation.line("resume", state.id)
        if state.kind == .drill { return drill(state, resume, invocation, isAbandoned: isAbandoned) }
        switch state.standing {
        case .completed: return settlements(state, invocation) + [invocation.line("timeline", state.id)]
        case .rolledBack: return [invocation.line("status")]
        case .abandoned: return settlements(state, invocation) + [invocation.line("status")]
        case .failed, .interrupted, .started:
            return [resume] + leavingOut(state, invocation) + answers(state, invocation) + wayBack(state, invocation)
        // Somebody else's process may be waiting for an answer that this person can give.
        case .running where isAbandoned: return [resume] + wayBack(state, invocation)
        case .running: return answers(state, invocation) + [invocation.line("show", state.id)]
        case .waiting, .refused:
            return answers(state, invocation) + [resume] + leavingOut(state, invocation) + wayBack(state, invocation)
        }
    }

    /// Whatever stopped it, the only way on is to remove what it has made.
    private static func drill(
        _ state: RunState, _ resume: String, _ invocation: Invocation, isAbandoned: Bool
    ) -> [String] {
        switch state.standing {
        case .completed, .rolledBack: return [invocation.line("timeline", state.id)]
        case .abandoned: return settlements(state, invocation) + [invocation.line("timeline", state.id)]
        case .running where !isAbandoned:
            return [
                invocation.line("show", state.id), invocation.line("abandon", state.id, "--reason", "WHY"),
            ]
        case .started, .running, .waiting, .failed, .refused, .interrupted:
            return state.direction == .back ? [resume] + answers(state, invocation) : [resume]
        }
    }

    /// What a settlement cannot do any more where the site to follow is gone.
    private static func leavingOut(_ state: RunState, _ invocation: Invocation) -> [String] {
        state.stepsWithoutPrimary.map { invocation.line("skip", state.id, $0.id, "--reason", "WHY") }
    }

    /// Offered for as long as it is possible.
    private static func wayBack(_ state: RunState, _ invocation: Invocation) -> [String] {
        // A rollback that is stuck may be turned round; nothing of it is past the pivot.
        if state.direction == .back { return [invocation.line("resume", state.id, "--forward")] }
        let isPossible = state.stepsPastPivot.isEmpty && state.kind == .runbook
        return isPossible ? [invocation.line("rollback", state.id)] : []
    }

    /// The answers that persons have to give before a resume leads anywhere.
    private static func answers(_ state: RunState, _ invocation: Invocation) -> [String] {
        state.plan.steps.flatMap { step -> [String] in
            let record = state.record(step.id)
            // In a rollback nobody waits for the answers to what was asked on the way there.
            if state.direction == .back, !record.standing.isOfUndoing { return [] }
            switch record.standing {
            case .asked, .denied:
                return [invocation.line("approve", state.id, step.id, "--actor", "NAME")]
            case .refused:
                guard record.refusal?.acceptance != nil else { return [] }
                return [invocation.line("approve", state.id, step.id, "--actor", "NAME")]
            case .doubted, .undoDoubted:
                return [
                    invocation.line("decide", state.id, step.id, "--as", "done"),
                    invocation.line("decide", state.id, step.id, "--as", "not-done"),
                ]
            case .undoRefused, .undoFailed, .undoUnknown:
                return [invocation.line("skip", state.id, step.id, "--reason", "WHY")]
            case .pending, .approved, .acting, .succeeded, .failed, .unknown, .deferred, .skipped, .undoing, .undone,
                .left:
                return []
            }
        }
    }

    /// Of the sites that are owed something by now; what the run has left to do may have been done since.
    private static func settlements(_ state: RunState, _ invocation: Invocation) -> [String] {
        let sites =
            invocation.stillOwed(state)?.map(\.site)
            ?? state.plan.steps.filter { state.record($0.id).standing == .deferred }.map(\.site)
        return sites.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.map { invocation.line("settle", $0) }
    }
}

extension Invocation {
    /// What of a run is owed and nobody has paid since, in the plan's order; `nil` where the journal cannot be read.
    func stillOwed(_ state: RunState) -> [OwedProjection.Owed]? {
        guard let debts = try? JournalFile(self).snapshotOrEmpty().projections.owed.debts else { return nil }
        return state.plan.steps.compactMap { debts["\(state.id)/\($0.id)"] }
    }
}

extension StepStanding {
    fileprivate var isOfUndoing: Bool {
        switch self {
        case .undoing, .undone, .undoFailed, .undoUnknown, .undoRefused, .undoDoubted, .left: true
        case .pending, .asked, .approved, .denied, .acting, .succeeded, .failed, .unknown, .refused, .deferred,
            .skipped,
            .doubted:
            false
        }
    }
}
