import FailoverModel
import RunEngine

/// A run and its steps as JSON: what `show --json` gives, and what everything that changes a run ends with.
struct RunDocument {
    let state: RunState
    let liveness: Liveness?
    let next: [String]

    var json: JSONValue {
        [
            "run": .object(run), "steps": .array(state.plan.steps.map(step)),
            "next": .array(next.map(JSONValue.string)),
        ]
    }

    /// The document with the exit code of the command that ends with it.
    func json(endingWith status: ExitStatus) -> JSONValue {
        guard case .object(var fields) = json else { return json }
        fields["exitCode"] = .integer(Int64(status.rawValue))
        return .object(fields)
    }

    private var run: [String: JSONValue] {
        [
            "id": .string(state.id), "runbook": .string(state.plan.runbook), "title": .string(state.plan.title),
            "kind": .string(state.kind.rawValue), "from": .string(state.plan.from), "to": .string(state.plan.to),
            "others": .array(state.plan.others.map(JSONValue.string)), "state": .string(state.standing.rawValue),
            "direction": .string(state.direction.rawValue), "startedAt": JSONValue(state.startedAt),
            "startedBy": .string(state.startedBy), "endedAt": JSONValue(state.endedAt),
            "lastAt": JSONValue(state.lastAt), "lastSequence": .integer(state.lastSequence),
            "objectives": ObjectivesText.json(state.measuredObjectives(now: state.endedAt ?? state.lastAt)),
            "drill": state.drillResult?.json ?? .null,
            "summary": .string(state.summary), "isPastPivot": .bool(!state.stepsPastPivot.isEmpty),
            "executor": ExecutorDocument.json(state.claim?.executor, since: state.claim?.since, liveness),
        ]
    }

    private func step(_ step: PlannedStep) -> JSONValue {
        let record = state.record(step.id)
        return [
            "id": .string(step.id), "title": .string(step.title), "phase": .string(step.phase),
            "command": .string(step.command), "site": .string(step.site), "cluster": JSONValue(step.cluster),
            "isPivot": .bool(step.isPivot), "needs": .array(step.needs.map(JSONValue.string)),
            "state": .string(record.standing.rawValue), "attempts": .integer(record.attempts),
            "firstAt": JSONValue(record.firstAt), "lastAt": JSONValue(record.lastAt),
            "retryAt": JSONValue(record.retryAt), "how": JSONValue(record.how?.rawValue),
            "found": .string(record.sentence), "facts": record.facts ?? .null,
            "question": JSONValue(step.approval), "approvedBy": JSONValue(record.approvedBy),
            "accepted": .array(record.accepted.sorted().map(JSONValue.string)),
            "fault": record.fault.map(Self.fault) ?? .null, "refusal": record.refusal.map(Self.refusal) ?? .null,
        ]
    }

    private static func fault(_ fault: Fault) -> JSONValue {
        [
            "kind": .string(fault.kind.rawValue), "what": .string(fault.what), "place": .string(fault.place),
            "next": .string(fault.next),
        ]
    }

    private static func refusal(_ refusal: StepRefused) -> JSONValue {
        [
            "rule": .string(refusal.rule), "sentence": .string(refusal.sentence),
            "acceptance": JSONValue(refusal.acceptance),
        ]
    }
}
