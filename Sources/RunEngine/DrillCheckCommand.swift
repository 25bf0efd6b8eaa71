package import FailoverModel
package import Systems

/// `drill.check`: everything that a failover would look at, looked at.
///
/// Runs the readiness check, and lets each step of the failover's runbook look as `handover plan` does. What is failing does
/// not stop the drill: it is named in `DrillFacts.problems`, and the drill is not good. Nothing is acted upon.
package struct DrillCheckCommand: StepCommand {
    package static let name = "drill.check"
    package static let standardRunbook = "ess-failover"

    /// Of a direction: the readiness check's report. Must change nothing.
    package var check: @Sendable (_ from: String, _ to: String) async throws(Fault) -> CheckReport
    /// Of a runbook's name and a direction: its plan, where it can be used.
    package var plan: @Sendable (_ runbook: String, StepContext) throws(Fault) -> Plan
    /// What each step of a plan finds now.
    package var look: @Sendable (Plan, StepContext) async -> [StepPreview]

    package init(
        check: @escaping @Sendable (_ from: String, _ to: String) async throws(Fault) -> CheckReport,
        plan: @escaping @Sendable (_ runbook: String, StepContext) throws(Fault) -> Plan,
        look: @escaping @Sendable (Plan, StepContext) async -> [StepPreview]
    ) {
        self.check = check
        self.plan = plan
        self.look = look
    }

    package func examine(_ context: StepContext) async throws(Fault) -> Finding {
        _ = try plan(runbook(context), context)
        return Finding(
            .needed,
            "everything that a failover to \(context.to) would need, and each step of \(runbook(context)), will be looked at",
            facts: ["runbook": .string(runbook(context))])
    }

    package func act(_ context: StepContext, on finding: Finding) async throws(Fault) {}

    package func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let name = runbook(context)
        // Steps of a failover look first: the check may keep a slow system busy.
        let previews = await look(try plan(name, context), context)
        let report = try await check(context.from, context.to)
        let problems =
            report.results.filter { $0.verdict == .failing || $0.verdict == .unknown }.map {
                "\($0.id) at \($0.site): \($0.seen)"
            } + previews.compactMap { $0.problem(in: previews) }
        let remarks = previews.compactMap { $0.remark(in: previews) }
        let facts: JSONValue = [
            "runbook": .string(name), DrillFacts.problems: .array(problems.map(JSONValue.string)),
            "remarks": .array(remarks.map(JSONValue.string)), "ok": .integer(Int64(report.count(.ok))),
            "warnings": .integer(Int64(report.count(.warning))),
            DrillFacts.warned: .array(
                report.results.filter { $0.verdict == .warning }.map { .string("\($0.id) at \($0.site): \($0.seen)") }),
            "steps": .integer(Int64(previews.count)),
        ]
        return Finding(
            .done, Self.sentence(report, previews.count, name, problems: problems, remarks: remarks), facts: facts,
            observations: report.observations, comparisons: report.comparisons)
    }

    /// Of a step's parameters: the runbook whose steps look.
    package static func runbook(_ parameters: [String: JSONValue]) -> String {
        parameters["runbook"]?.text ?? standardRunbook
    }

    private func runbook(_ context: StepContext) -> String { Self.runbook(context.parameters) }

    private static func sentence(
        _ report: CheckReport, _ steps: Int, _ runbook: String, problems: [String], remarks: [String]
    ) -> String {
        let warnings = report.count(.warning)
        let seen =
            "\(report.count(.ok)) checks are ok, \(warnings) warning\(warnings == 1 ? "" : "s"), and \(steps) steps of \(runbook) looked"
        let later =
            remarks.isEmpty
            ? "" : "; refused as things are, and perhaps not in their turn: " + remarks.joined(separator: "; ")
        guard !problems.isEmpty else { return "\(seen): nothing is failing\(later)" }
        return "\(seen): \(problems.count) would stop or spoil a failover: \(problems.joined(separator: "; "))\(later)"
    }
}

extension StepPreview {
    /// What a failover would stumble over here. A refusal counts only where nothing that the step needs is still to be done:
    /// what comes before it may be what the rule asks for.
    fileprivate func problem(in all: [StepPreview]) -> String? {
        switch result {
        case .failure(let fault): return "\(step.id) at \(step.site): \(fault.what) (\(fault.place))"
        case .success(let finding):
            guard case .refused(let rule, _) = finding.verdict, !waitsForOthers(in: all) else { return nil }
            return "\(step.id) at \(step.site) would be refused (\(rule)): \(finding.sentence)"
        }
    }

    fileprivate func remark(in all: [StepPreview]) -> String? {
        guard case .success(let finding) = result, case .refused(let rule, _) = finding.verdict, waitsForOthers(in: all)
        else { return nil }
        return "\(step.id) (\(rule))"
    }

    private func waitsForOthers(in all: [StepPreview]) -> Bool {
        all.contains { other in
            guard step.needs.contains(other.step.id), case .success(let finding) = other.result else { return false }
            return finding.verdict != .done
        }
    }
}
