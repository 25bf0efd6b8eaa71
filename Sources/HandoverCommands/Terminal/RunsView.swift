import FailoverModel

/// The list of runs, as people read it.
enum RunsView {
    /// `runs` in the order to be shown.
    static func render(
        _ runs: [RunSummary], now: Moment, style: TerminalStyle, abandoned: Set<String> = [],
        measured: [String: MeasuredObjectives] = [:]
    ) -> String {
        runs.isEmpty
            ? "No run yet."
            : lines(runs, now: now, style: style, abandoned: abandoned, measured: measured, indent: "").joined(
                separator: "\n")
    }

    static func lines(
        _ runs: [RunSummary], now: Moment, style: TerminalStyle, abandoned: Set<String> = [],
        measured: [String: MeasuredObjectives] = [:], indent: String = "  "
    ) -> [String] {
        var table = TerminalTable(["RUN", "STATE", "STARTED", "TOOK", "WHAT"])
        for run in runs {
            let isAbandoned = run.standing == .running && abandoned.contains(run.id)
            let mark = isAbandoned ? StandingMark.executorGone : run.standing.mark
            let took = run.endedAt ?? (run.standing == .running && !isAbandoned ? now : run.lastAt)
            var words = run.standing.isOver || run.summary.isEmpty ? run.title : run.summary
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
