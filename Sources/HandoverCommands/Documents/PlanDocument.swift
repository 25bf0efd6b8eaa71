import FailoverModel
import RunEngine
import Systems

/// `plan --json`: every step with what it finds now and would do.
struct PlanDocument {
    let plan: Plan
    let previews: [StepPreview]

    var json: JSONValue {
        [
            "runbook": .string(plan.runbook), "title": .string(plan.title), "from": .string(plan.from),
            "to": .string(plan.to), "others": .array(plan.others.map(JSONValue.string)),
            "steps": .array(previews.map(step)),
        ]
    }

    private func step(_ preview: StepPreview) -> JSONValue {
        let step = preview.step
        let outlook = PlanOutlook(preview)
        return [
            "id": .string(step.id), "title": .string(step.title), "phase": .string(step.phase),
            "command": .string(step.command), "site": .string(step.site), "cluster": JSONValue(step.cluster),
            "needs": .array(step.needs.map(JSONValue.string)), "isPivot": .bool(step.isPivot),
            "question": JSONValue(step.approval), "whenUnreachable": .string(step.whenUnreachable.rawValue),
            "deadlineMilliseconds": .integer(step.deadlineMilliseconds), "outlook": .string(outlook.word),
            "found": .string(outlook.sentence), "rule": JSONValue(outlook.rule), "next": JSONValue(outlook.next),
        ]
    }
}

/// What a step would come to now, in one word and one sentence.
struct PlanOutlook {
    /// `done`, `needed`, `waiting`, `refused`, `unobservable`, or the kind of fault: `unreachable`, `forbidden`, …
    let word: String
    let sentence: String
    var rule: String?
    var next: String?

    init(_ preview: StepPreview) {
        switch preview.result {
        case .success(let finding):
            sentence = finding.sentence
            switch finding.verdict {
            case .done: word = "done"
            case .needed: word = "needed"
            case .waiting: word = "waiting"
            case .refused(let rule, _):
                word = "refused"
                self.rule = rule
            case .unobservable: word = "unobservable"
            }
        case .failure(let fault):
            word = fault.kind.rawValue
            sentence = "\(fault.place): \(fault.what)"
            next = fault.next
        }
    }
}
