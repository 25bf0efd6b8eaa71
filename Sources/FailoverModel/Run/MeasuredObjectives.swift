/// What a run that moved the service came to, held against what was promised.
package struct MeasuredObjectives: Equatable, Sendable {
    package enum Verdict: String, CaseIterable, Sendable {
        case met, missed
        /// It cannot be told, or not yet.
        case unknown
    }

    /// From the moment at which service was lost, as far as the run can know it, to the service answering; `nil` while it does
    /// not. A run that closed a serving site itself begins to count there, every other one at its start.
    package var recoveryMilliseconds: Int64?
    package var recovery: Verdict
    /// Time between the last transaction that is kept and the last look at the old primary; `nil` where nobody knows.
    package var lossMilliseconds: Int64?
    /// The old primary may have written since it was looked at last, so that the loss is at least that.
    package var isLossAtLeast: Bool
    package var loss: Verdict
    package var objectives: Objectives
    /// A drill's: nothing was moved, and not every part of a recovery is measured.
    package var isOfDrill = false

    /// What all that was promised came to.
    package var verdict: Verdict {
        let promised = [
            objectives.recoveryTimeMilliseconds.map { _ in recovery },
            objectives.recoveryPointMilliseconds.map { _ in loss },
        ].compactMap(\.self)
        if promised.contains(.missed) { return .missed }
        return promised.contains(.unknown) ? .unknown : .met
    }
}

extension RunState {
    /// `nil` where nothing is promised, or where the run has moved nothing.
    package func measuredObjectives(now: Moment) -> MeasuredObjectives? {
        let objectives = plan.objectives
        guard objectives != Objectives() else { return nil }
        if let drill = drillResult { return drill.measuredObjectives }
        guard kind == .runbook, direction == .forward else { return nil }
        let pivots = plan.steps.filter { $0.isPivot && record($0.id).standing == .succeeded }
        guard !pivots.isEmpty else { return nil }
        let recovered = recoveredAt.map { max(0, $0.milliseconds(since: servedUntil)) }
        let loss = lossOfPromotions(pivots)
        return MeasuredObjectives(
            recoveryMilliseconds: recovered, recovery: judge(recovered, now, objectives.recoveryTimeMilliseconds),
            lossMilliseconds: loss.milliseconds, isLossAtLeast: loss.isAtLeast,
            loss: judge(loss, objectives.recoveryPointMilliseconds), objectives: objectives)
    }

    /// When the last check of the service succeeded; where the plan has none, when the last step was done.
    private var recoveredAt: Moment? {
        let checks = plan.steps.filter { $0.command == "service.check" }
        let decisive = checks.isEmpty ? plan.steps : checks
        let isDone = decisive.allSatisfy { step in
            let standing = record(step.id).standing
            return checks.isEmpty ? standing.isSettled : standing == .succeeded
        }
        return isDone ? decisive.compactMap { record($0.id).lastAt }.max() : nil
    }

    /// When the run itself took the old site out of service: its database took writes and was fenced, and nothing of closing
    /// it was owed. Otherwise the site was down before, and the run's start is the first moment that is known.
    private var servedUntil: Moment {
        let closing = plan.steps.filter {
            $0.site == plan.from && ["postgres.fence", "kubernetes.scale-down"].contains($0.command)
        }
        let fences = closing.filter { record($0.id).remembered?["wasPrimary"]?.flag == true }
        guard !fences.isEmpty, closing.allSatisfy({ record($0.id).standing == .succeeded }) else { return startedAt }
        return fences.compactMap { record($0.id).firstAt }.min() ?? startedAt
    }

    private typealias Loss = (milliseconds: Int64?, isAtLeast: Bool)

    /// The worst of the clusters'; unknown where one of them is.
    private func lossOfPromotions(_ pivots: [PlannedStep]) -> Loss {
        let losses = pivots.map { step in
            record(step.id).facts?["loss"].flatMap { $0.fields == nil ? nil : LossEstimate(json: $0) }
        }
        let isAtLeast = losses.contains { $0?.isAtLeastAsOf != nil }
        guard losses.allSatisfy({ $0?.milliseconds != nil }) else { return (nil, isAtLeast) }
        return (losses.compactMap { $0?.milliseconds }.max(), isAtLeast)
    }

    private func judge(_ recovered: Int64?, _ now: Moment, _ promised: Int64?) -> MeasuredObjectives.Verdict {
        guard let promised else { return .unknown }
        if let recovered { return recovered <= promised ? .met : .missed }
        let until = endedAt ?? now
        return until.milliseconds(since: servedUntil) > promised ? .missed : .unknown
    }

    private func judge(_ loss: Loss, _ promised: Int64?) -> MeasuredObjectives.Verdict {
        guard let promised, let milliseconds = loss.milliseconds else { return .unknown }
        if milliseconds > promised { return .missed }
        return loss.isAtLeast ? .unknown : .met
    }
}
