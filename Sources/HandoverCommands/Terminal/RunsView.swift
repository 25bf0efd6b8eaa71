import FailoverModel

/// The list of runs, as people read it.
enum RunsView {
    /// `runs` in the order to be shown; `doing` are the steps that those under way are at, by run.
    static func render(
        _ runs: [RunSummary], now: Moment, style: TerminalStyle, abandoned: Set<String> = [],
        measured: [String: MeasuredObjectives] = [:], doing: [String: [String]] = [:]
    ) -> String {
        runs.isEmpty
            ? "No run yet."
            : lines(
                runs, now: now, style: style, abandoned: abandoned, measured: measured, doing: doing, indent: ""
            ).joined(separator: "\n")
    }

    static func lines(
        _ runs: [RunSummary], now: Moment, style: TerminalStyle, abandoned: Set<String> = [],
        measured: [String: MeasuredObjectives] = [:], doing: [String: [String]] = [:], indent: String = "  "
    ) -> [String] {
        var table = TerminalTable(["RUN", "STATE", "STARTED", "TOOK", "WHAT"])
        for run in runs {
            let isAbandoned = run.standing == .running && abandoned.contains(run.id)
            let mark = isAbandoned ? StandingMark.executorGone : run.standing.mark
            let took = run.endedAt ?? (run.standing == .running && !isAbandoned ? now : run.lastAt)
            // What a run said when somebody let go of it is over once it is carried out again.
            let hasSaid = !run.standing.isOver && run.standing != .running && !run.summary.isEmpty
            var words = hasSaid ? run.summary : run.title
            if run.standing == .running, let steps = doing[run.id], !steps.isEmpty {
                words += ": \(steps.joined(separator: ", "))"
            }
            if run.standing == .abandoned { words = "\(run.title): \(run.summary)" }
            if run.kind == .drill { words = "\(drill(run)): \(words)" }
            if let verdict = measured[run.id]?.verdict { words += " (objectives: \(ObjectivesText.words(verdict)))" }
            table.add([
                .init(run.id), .init(state(run, mark), mark.colour), .init(SpanText.ago(run.startedAt, now: now)),
                .init(SpanText.of(took.milliseconds(since: run.startedAt))), .init(words),
            ])
        }
        return table.lines(style, indent: indent)
    }

    /// `drill`, `drill, good`, `drill, not good`.
    private static func drill(_ run: RunSummary) -> String {
        guard run.standing.isOver else { return "drill" }
        return run.isGoodDrill == true ? "drill, good" : "drill, not good"
    }

    private static func state(_ run: RunSummary, _ mark: StandingMark) -> String {
        run.direction == .back && !run.standing.isOver ? "\(mark.word), going back" : mark.word
    }
}
