import FailoverModel
import RunEngine
import Systems

/// What a rollback before the pivot would take back, in its order, and what each of it finds now.
struct Undoing {
    let run: RunState
    /// What was settled for the run; taken back before it, newest first.
    let settlements: [RunState]
    let topology: Topology
    let invocation: Invocation

    var isNothing: Bool { ([run] + settlements).allSatisfy(\.stepsToUndo.isEmpty) }

    /// Looks at everything, and shows it. Changes nothing.
    func show(recorded: StepContext.Recorded) async {
        var parts: [(run: RunState, previews: [StepPreview])] = []
        for state in settlements + [run] {
            let previews = await RollbackPreview.of(
                state, commands: SystemCommands.all(for: topology, invocation), topology: topology,
                clock: invocation.wiring.clock, recorded: recorded)
            parts.append((state, previews))
        }
        if invocation.isJSON {
            invocation.print(document(parts))
        } else {
            let text = text(parts, style: invocation.style)
            if invocation.mayAsk { invocation.say(text) } else { invocation.print(text) }
        }
    }

    /// Why this and nothing else.
    var choice: String {
        guard run.direction == .forward else { return "The rollback is under way; it goes on." }
        if run.kind == .drill { return "Removed step by step, the latest first: a drill moves nothing." }
        let pivot = run.plan.steps.first(where: \.isPivot)
        let reason =
            pivot.map {
                run.stepsPastPivot.isEmpty
                    ? "\($0.id) was not done, so no data has moved"
                    : "\($0.id) was begun and is not known to be done; it is looked at first"
            } ?? "the runbook has no point of no return"
        return "Taken back step by step, the latest first: \(reason)."
    }

    private func text(_ parts: [(run: RunState, previews: [StepPreview])], style: TerminalStyle) -> String {
        var lines = [style.paint("\(run.id): \(run.plan.title)".shownSafely.truncated(to: style.size.columns), .bold)]
        lines += choice.wrapped(to: style.size.columns)
        for part in parts where !part.previews.isEmpty {
            lines += ["", style.paint("Of \(part.run.id)".truncated(to: style.size.columns), .bold)]
            lines += part.previews.flatMap { PlanView.undoLines(of: $0, part.run.plan, style) }
        }
        if isNothing { lines += ["", "It has changed nothing; it is only ended."] }
        let debts = run.plan.steps.filter { run.record($0.id).standing == .deferred }
        if !debts.isEmpty {
            lines += [""]
            lines +=
                "No longer owed then, because the site is to serve as it was: \(debts.map(\.id).joined(separator: ", "))"
                .wrapped(to: style.size.columns)
        }
        lines += ["", "Nothing was changed yet."]
        return lines.joined(separator: "\n")
    }

    private func document(_ parts: [(run: RunState, previews: [StepPreview])]) -> JSONValue {
        [
            "choice": "undo", "reason": .string(choice), "run": .string(run.id),
            "undo": .array(
                parts.flatMap { part in
                    part.previews.map { preview in
                        let outlook = PlanOutlook(preview)
                        return [
                            "run": .string(part.run.id), "id": .string(preview.step.id),
                            "title": .string(preview.step.title), "site": .string(preview.step.site),
                            "outlook": .string(outlook.word), "found": .string(outlook.sentence),
                            "rule": JSONValue(outlook.rule), "next": JSONValue(outlook.next),
                        ]
                    }
                }), "exitCode": 0,
        ]
    }
}
