/// What a drill showed: what a failover at that moment would have taken and lost, and what it would have stumbled over.
package struct DrillResult: Equatable, Sendable {
    /// A measured part of the recovery.
    package struct Part: Equatable, Sendable {
        /// `promotion`, `start of the release`, `check of the service`.
        package var name: String
        package var milliseconds: Int64

        package init(name: String, milliseconds: Int64) {
            self.name = name
            self.milliseconds = milliseconds
        }
    }

    package struct Loss: Equatable, Sendable {
        package var cluster: String
        /// `nil`: the step left no estimate, so it is unknown.
        package var estimate: LossEstimate?

        package init(cluster: String, estimate: LossEstimate?) {
            self.cluster = cluster
            self.estimate = estimate
        }
    }

    /// `nil` while it is not over.
    package var isGood: Bool?
    package var problems: [String]
    /// What the check found that keeps no failover from anything.
    package var warnings: [String]
    /// In the order of a failover; those that the drill did not get to are left out.
    package var parts: [Part]
    /// What a failover would have needed beside the parts, in words.
    package var notMeasured: [String]
    /// A part that the drill has in its plan was not measured.
    package var isIncomplete: Bool
    package var losses: [Loss]
    package var latencies: [DrillLatency]
    package var objectives: Objectives

    /// All parts together; `nil` where one of them was not reached.
    package var recoveryMilliseconds: Int64? {
        isIncomplete || parts.isEmpty ? nil : parts.reduce(0) { $0 + $1.milliseconds }
    }

    /// The worst of the clusters'; `nil` where one of them is unknown.
    package var lossMilliseconds: Int64? {
        let known = losses.compactMap(\.estimate?.milliseconds)
        return known.count == losses.count ? known.max() : nil
    }
}

extension RunState {
    /// `nil` for what is no drill.
    package var drillResult: DrillResult? {
        guard kind == .drill else { return nil }
        let parts = DrillPart.allCases.map { part in (part, span(of: part)) }
        return DrillResult(
            isGood: standing.isOver ? isGoodDrill ?? false : nil, problems: drillProblems, warnings: drillWarnings,
            parts: parts.compactMap { part, span in
                if case .measured(let milliseconds) = span {
                    .init(name: part.name, milliseconds: milliseconds)
                } else {
                    nil
                }
            }, notMeasured: notMeasured, isIncomplete: parts.contains { $0.1 == .notReached }, losses: drillLosses,
            latencies: plan.steps.filter { $0.command == DrillCommandName.load }.compactMap { step in
                record(step.id).done.map { DrillLatency($0.facts, cluster: step.cluster ?? "") }
            }, objectives: plan.objectives)
    }

    /// What a failover would have stumbled over, and what kept the drill from going through.
    package var drillProblems: [String] {
        var problems = plan.steps.flatMap { step -> [String] in
            let record = record(step.id)
            if record.standing == .skipped { return ["\(step.id) was left out: \(record.sentence)"] }
            return record.done?.facts[DrillFacts.problems]?.elements?.compactMap(\.text) ?? []
        }
        if direction == .back { problems.append(turnedBackBecause ?? "it was turned back") }
        if standing == .abandoned { problems.append(summary) }
        return problems
    }

    private var drillWarnings: [String] {
        plan.steps.flatMap { record($0.id).done?.facts[DrillFacts.warned]?.elements?.compactMap(\.text) ?? [] }
    }

    func drillSentence(_ reason: RunReleased.Reason) -> String {
        let problems = drillProblems
        guard reason == .completed else { return "the drill was not good, and what it had made is removed" }
        guard let first = problems.first else { return "the drill was good, and what it had made is removed" }
        let more = problems.count > 1 ? ", and \(problems.count - 1) more" : ""
        return "the drill was not good (\(first)\(more)), and what it had made is removed"
    }

    private enum Span: Equatable {
        /// It is not in the runbook, or the topology has no such thing.
        case leftOut
        case notReached
        case measured(Int64)
    }

    /// Of all steps of a command together: they run side by side. A command that knows better says so: what the copy's server
    /// needs to start is nothing that a failover waits for.
    private func span(of part: DrillPart) -> Span {
        let records = plan.steps.filter { $0.command == part.command }.map { record($0.id) }
        guard !records.isEmpty else { return .leftOut }
        let done = records.compactMap(\.done)
        guard let began = records.compactMap(\.firstAt).min(), done.count == records.count,
            let ended = done.map(\.at).max()
        else { return .notReached }
        if done.allSatisfy({ $0.facts[DrillFacts.isLeftOut]?.flag == true }) { return .leftOut }
        let told = done.compactMap { $0.facts[DrillFacts.promoteMilliseconds]?.integer }
        if part == .promotion, told.count == done.count, let longest = told.max() { return .measured(longest) }
        return .measured(max(0, ended.milliseconds(since: began)))
    }

    private var notMeasured: [String] {
        var missing = ["deciding that \(plan.from) is down, and closing it"]
        missing += DrillPart.allCases.filter { span(of: $0) == .leftOut }.map(\.name)
        let release = plan.steps.first { $0.command == DrillPart.release.command }
        if let facts = release.flatMap({ record($0.id).done?.facts }), let ran = facts[DrillFacts.replicas]?.integer {
            let serving = facts[DrillFacts.replicasServing]?.integer.map { " of \($0)" } ?? ""
            missing.append("starting more than \(ran)\(serving) replicas")
        }
        return missing + ["moving the users' names, and for how long old answers live in caches (their TTL)"]
    }

    /// Later steps' facts of a cluster override earlier ones.
    private var drillLosses: [DrillResult.Loss] {
        var losses: [DrillResult.Loss] = []
        for step in plan.steps where [DrillCommandName.clone, DrillCommandName.promote].contains(step.command) {
            guard let facts = record(step.id).done?.facts else { continue }
            let found = facts[DrillFacts.loss].flatMap { $0.fields == nil ? nil : LossEstimate(json: $0) }
            let cluster = step.cluster ?? ""
            if let index = losses.firstIndex(where: { $0.cluster == cluster }) {
                losses[index].estimate = found ?? losses[index].estimate
            } else if found != nil || step.command == DrillCommandName.promote {
                losses.append(.init(cluster: cluster, estimate: found))
            }
        }
        return losses
    }
}

/// What of a recovery a drill measures, in the order of a failover.
private enum DrillPart: CaseIterable {
    case promotion, release, service

    var command: String {
        switch self {
        case .promotion: DrillCommandName.promote
        case .release: DrillCommandName.release
        case .service: DrillCommandName.service
        }
    }

    var name: String {
        switch self {
        case .promotion: "promotion"
        case .release: "start of the release"
        case .service: "check of the service"
        }
    }
}
