import FailoverModel

/// Below the steps: what is waited for in full, where databases stand, and what a person can do if it hangs.
extension RunFrame {
    /// A wait that is over so soon is not told below.
    private static let toldAfterMilliseconds: Int64 = 2000

    var waits: [String] {
        let waiting = state.plan.steps.compactMap { step in
            notices[step.id].map { (step: step, notice: $0) }
        }.filter { step, notice in
            !isSettled(step) && now.milliseconds(since: notice.since) >= Self.toldAfterMilliseconds
        }
        var lines = waiting.flatMap { step, notice in told(step, notice) }
        lines += state.stepsInNeedOfAnswer.flatMap { step in
            state.lossBefore(step).map { wrapped("\(step.id) as things are: \($0)") } ?? []
        }
        if let advice { lines += wrapped(advice) }
        return lines.isEmpty ? [] : [""] + lines
    }

    private func told(_ step: PlannedStep, _ notice: StepNotice) -> [String] {
        let span = SpanText.of(now.milliseconds(since: notice.since))
        // Long lists of pods are in `handover show`; here the beginning is enough.
        let sentence = wrapped("\(step.id) waits for \(span): \(notice.sentence)")
        let kept = sentence.count > 4 ? Array(sentence.prefix(3)) + ["  …"] : sentence
        return kept + notice.positions.lines.map { "    \($0)".shownSafely.truncated(to: style.size.columns) }
    }

    private func wrapped(_ text: String) -> [String] {
        text.shownSafely.wrapped(to: max(20, style.size.columns - 2)).map {
            "  \($0)".truncated(to: style.size.columns)
        }
    }

    /// What to do if it hangs; `nil` where nothing looks so, and where nobody carries the run out here.
    private var advice: String? {
        guard let more, !isLetGo else { return nil }
        let slow = state.plan.steps.compactMap { step in slowness(of: step).map { "\(step.id) \($0)" } }
        guard let first = slow.first else { return nil }
        let others = slow.count > 1 ? " (and \(slow.count - 1) more)" : ""
        return
            "\(first)\(others). To see more, in another terminal: \(more). Ctrl-C stops in good order, and what is done "
            + "stays; handover resume goes on from there."
    }

    /// What is said of a step that takes its time: measured against the estimate, where there is one, and its time limit.
    private func slowness(of step: PlannedStep) -> String? {
        let record = state.record(step.id)
        guard !isSettled(step),
            let began = record.standing.isUnderWay ? record.lastAt : notices[step.id]?.since
        else { return nil }
        let elapsed = now.milliseconds(since: began)
        let left = step.deadlineMilliseconds - elapsed
        if elapsed >= 5000, left < step.deadlineMilliseconds / 4 {
            let limit = SpanText.of(step.deadlineMilliseconds)
            return left > 0
                ? "has \(SpanText.of(left)) left of its \(limit); then it is tried again, or the run stops and can be resumed"
                : "is past its \(limit) and is looked at once more; then it is tried again, or the run stops"
        }
        guard let usual = usual[step.id] else {
            return elapsed >= 30_000 ? "has been at it for \(SpanText.of(elapsed))" : nil
        }
        return elapsed >= max(10_000, usual * 3) ? "takes longer than usual, which is \(SpanText.of(usual))" : nil
    }
}
