/// What the executor of a run does next: the pure heart of the engine.
package struct NextMoves: Equatable, Sendable {
    /// Steps to look at and take now.
    package var take: [String] = []
    /// Steps for which a person is to be asked.
    package var ask: [String] = []
    /// When to look again if nothing happens before.
    package var wakeAt: Moment?
    /// How the executor lets go of the run; only when nothing is under way, to be taken or waited for.
    package var ending: Ending?

    package struct Ending: Equatable, Sendable {
        package var reason: RunReleased.Reason
        package var summary: String
        /// Of a drill that is over.
        package var isGoodDrill: Bool?
    }
}

extension RunState {
    /// Decides from the journal's state alone, and what this executor has under way (`underWay`: step ids).
    /// With `isInterrupted` nothing new is begun.
    package func nextMoves(now: Moment, underWay: Set<String>, isInterrupted: Bool = false) -> NextMoves {
        switch direction {
        case .forward: movesForward(now: now, underWay: underWay, isInterrupted: isInterrupted)
        case .back: movesBack(now: now, underWay: underWay, isInterrupted: isInterrupted)
        }
    }

    private enum Readiness {
        case settled, blocked, ready
        case later(Moment)
        case needsApproval
        case stuck(RunReleased.Reason)
    }

    private func movesForward(now: Moment, underWay: Set<String>, isInterrupted: Bool) -> NextMoves {
        var moves = NextMoves()
        var stuck: [(step: PlannedStep, reason: RunReleased.Reason)] = []
        var open = 0
        for step in plan.steps where !underWay.contains(step.id) {
            switch readiness(of: step, now: now) {
            case .settled: continue
            case .blocked: break
            case .ready: moves.take.append(step.id)
            case .later(let moment): moves.wakeAt = min(moves.wakeAt ?? moment, moment)
            case .needsApproval: moves.ask.append(step.id)
            case .stuck(let reason): stuck.append((step, reason))
            }
            open += 1
        }
        return settle(
            moves, stuck: stuck, isDone: open == 0, done: .completed, isInterrupted: isInterrupted,
            isBusy: !underWay.isEmpty)
    }

    private func readiness(of step: PlannedStep, now: Moment) -> Readiness {
        let record = record(step.id)
        let isFresh = record.claim == (claim?.sequence ?? 0)
        if record.standing.isSettled { return .settled }
        guard step.needs.allSatisfy({ self.record($0).standing.isSettled }) else { return .blocked }
        switch record.standing {
        case .pending, .approved, .acting:
            if step.approval != nil, record.approvedBy == nil, record.standing != .acting { return .needsApproval }
            return waitsForAnswer(of: step) ? .blocked : .ready
        case .failed, .unknown:
            if !isFresh { return .ready }
            guard let retryAt = record.retryAt else { return .stuck(.failed) }
            return retryAt <= now ? .ready : .later(retryAt)
        case .refused: return isFresh ? .stuck(.refused) : .ready
        // Whoever goes on with the run is asked anew: the one who was asked before may be gone.
        case .asked: return isFresh ? .stuck(.waiting) : .needsApproval
        case .denied, .doubted: return .stuck(.waiting)
        case .succeeded, .deferred, .skipped, .undoing, .undone, .undoFailed, .undoUnknown, .undoRefused, .undoDoubted,
            .left:
            return .settled
        }
    }

    /// Several clusters of a site pass the point of no return together or not at all: none before a person has said yes for each.
    private func waitsForAnswer(of step: PlannedStep) -> Bool {
        guard step.isPivot, record(step.id).standing != .acting else { return false }
        return plan.steps.contains { other in
            guard other.id != step.id, other.isPivot, other.approval != nil, other.command == step.command,
                other.site == step.site
            else { return false }
            let record = record(other.id)
            return record.approvedBy == nil && !record.standing.isSettled
        }
    }

    /// The steps that a rollback looks at, in its order: the latest effect first.
    package var stepsToUndo: [PlannedStep] {
        plan.steps.filter { record($0.id).mayHaveActed }
            .sorted { record($0.id).effectSequence > record($1.id).effectSequence }
    }

    /// One step at a time, the latest effect first: whatever needed a step was done after it, so it is undone before it.
    private func movesBack(now: Moment, underWay: Set<String>, isInterrupted: Bool) -> NextMoves {
        var moves = NextMoves()
        var stuck: [(step: PlannedStep, reason: RunReleased.Reason)] = []
        let open = stepsToUndo
        if underWay.isEmpty, let step = open.first {
            let record = record(step.id)
            let isFresh = record.claim == (claim?.sequence ?? 0)
            switch record.standing {
            case .undoFailed, .undoUnknown:
                if isFresh, let retryAt = record.retryAt, retryAt > now {
                    moves.wakeAt = retryAt
                } else if isFresh, record.retryAt == nil {
                    stuck.append((step, .failed))
                } else {
                    moves.take.append(step.id)
                }
            case .undoRefused where isFresh: stuck.append((step, .refused))
            case .undoDoubted: stuck.append((step, .waiting))
            case .pending, .asked, .approved, .denied, .acting, .succeeded, .failed, .unknown, .refused, .deferred,
                .skipped, .doubted, .undoing, .undone, .undoRefused, .left:
                moves.take.append(step.id)
            }
        }
        return settle(
            moves, stuck: stuck, isDone: open.isEmpty, done: .rolledBack, isInterrupted: isInterrupted,
            isBusy: !underWay.isEmpty)
    }

    /// Puts the picture together: nothing new is begun once a step is stuck for good or a person interrupted.
    private func settle(
        _ moves: NextMoves, stuck: [(step: PlannedStep, reason: RunReleased.Reason)], isDone: Bool,
        done: RunReleased.Reason, isInterrupted: Bool, isBusy: Bool
    ) -> NextMoves {
        var moves = moves
        let worst = stuck.first { $0.reason == .refused } ?? stuck.first { $0.reason == .failed }
        if isInterrupted || worst != nil {
            moves.take = []
            moves.ask = []
            moves.wakeAt = nil
        }
        guard !isBusy, moves.take.isEmpty, moves.ask.isEmpty, moves.wakeAt == nil else { return moves }
        if isDone {
            moves.ending = .init(
                reason: done, summary: kind == .drill ? drillSentence(done) : closingSentence(done),
                isGoodDrill: kind == .drill ? done == .completed && drillProblems.isEmpty : nil)
        } else if isInterrupted {
            moves.ending = .init(reason: .interrupted, summary: "interrupted by a person")
        } else if let (step, reason) = worst ?? stuck.first {
            moves.ending = .init(reason: reason, summary: "\(step.id): \(record(step.id).sentence)")
        } else {
            moves.ending = .init(reason: .failed, summary: "no step can be taken")
        }
        return moves
    }

    private func closingSentence(_ reason: RunReleased.Reason) -> String {
        guard reason == .completed else { return "everything that was done is undone" }
        let owed = plan.steps.filter { record($0.id).standing == .deferred }
        let skipped = plan.steps.filter { record($0.id).standing == .skipped }
        let sites = owed.reduce(into: [String]()) { if !$0.contains($1.site) { $0.append($1.site) } }
        let exceptions = [
            Self.exception(owed, "owed to \(sites.joined(separator: ", "))"), Self.exception(skipped, "skipped"),
        ].compactMap(\.self)
        guard !exceptions.isEmpty else { return "every step is done" }
        return "done, except that \(exceptions.joined(separator: ", and "))"
    }

    /// `follow@dc3 is skipped`, `2 steps are owed to dc1`.
    private static func exception(_ steps: [PlannedStep], _ what: String) -> String? {
        guard let first = steps.first else { return nil }
        return steps.count == 1 ? "\(first.id) is \(what)" : "\(steps.count) steps are \(what)"
    }
}
