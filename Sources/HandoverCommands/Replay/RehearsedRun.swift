import FailoverModel
import RunEngine

/// A run beside its rehearsal: how each step and the whole ended then, and how they end now.
struct RehearsedRun {
    struct Difference: Equatable {
        /// nil: the run as a whole.
        var step: String?
        var then: String
        var now: String
    }

    let then: RunState
    let result: RunRehearsal.Result

    var differences: [Difference] {
        var found: [Difference] = []
        if then.standing != result.state.standing, then.claim == nil {
            found.append(Difference(step: nil, then: then.standing.rawValue, now: result.state.standing.rawValue))
        }
        let steps = then.plan.steps.map(\.id) + result.state.plan.steps.map(\.id).filter { then.plan.step($0) == nil }
        for step in steps {
            let was = then.plan.step(step) == nil ? "not there" : then.record(step).standing.rawValue
            let now = result.state.plan.step(step) == nil ? "not there" : result.state.record(step).standing.rawValue
            if was != now { found.append(Difference(step: step, then: was, now: now)) }
        }
        return found
    }

    var json: JSONValue {
        [
            "run": .string(then.id), "standing": .string(result.state.standing.rawValue),
            "carriedOutMilliseconds": [
                "then": .integer(result.thenMilliseconds), "now": .integer(result.nowMilliseconds),
            ],
            "assumed": .array(result.assumed.map(JSONValue.string)),
            "differences": .array(
                differences.map {
                    [
                        "step": $0.step.map(JSONValue.string) ?? .null, "then": .string($0.then),
                        "now": .string($0.now),
                    ]
                }),
        ]
    }

    func text(style: TerminalStyle) -> String {
        var lines = ["\(then.plan.title)  \(then.id)".shownSafely, ""]
        for difference in differences {
            let name = difference.step ?? "the run"
            lines.append(
                style.paint("  \(name): then \(difference.then), now \(difference.now)".shownSafely, .yellow))
        }
        if differences.isEmpty { lines.append("  Every step and the run end as they did then.") }
        if !result.assumed.isEmpty {
            let names = "  Nothing more was recorded of \(result.assumed.joined(separator: ", ")); taken as done."
            lines += names.shownSafely.wrapped(to: style.size.columns)
        }
        lines += [
            "",
            "It ends \(result.state.standing.rawValue): \(result.state.summary)".shownSafely
                .truncated(to: style.size.columns),
            "Carried out in \(SpanText.of(result.nowMilliseconds)); then it was \(SpanText.of(result.thenMilliseconds)).",
        ]
        return lines.joined(separator: "\n")
    }
}
