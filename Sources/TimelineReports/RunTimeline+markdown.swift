import FailoverModel

extension RunTimeline {
    /// Ready to be put into a postmortem. Times are UTC, and in `zone` beside it where one is given; `+12.3 s` counts from
    /// the start of the run.
    package func markdown(zone: LocalZone? = nil) -> String {
        (markdownParts(zone) + [chronology(zone)]).filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// Everything but the chronology.
    func markdownParts(_ zone: LocalZone?) -> [String] {
        [
            heading(zone), impact, lossSection, phaseTable, pathTable, decisionList, troubleTable, interruptionTable,
            owedList, noteList, outsideTable, stepTable, tryTable, roleTable, oddityList,
        ]
    }

    private func heading(_ zone: LocalZone?) -> String {
        let turned = direction == .back ? ", turned back" : ""
        let words = summary.isEmpty ? "." : ": \(summary.forMarkdown)."
        let there = zone.map { " (\($0.text(started.time)) in \($0.name))" } ?? ""
        let end = ended.map { ", ended \($0.time)" } ?? ", not over; its newest entry is of \(last.time)"
        return """
            # \(title.forMarkdown)

            \(kind == .drill ? "A drill, which moved nothing: run" : "Run") \(run.asMarkdownName) of runbook \(plan.runbook.asMarkdownName), \(plan.from.forMarkdown) → \
            \(plan.to.forMarkdown). Started by \(startedBy.forMarkdown) \(started.time)\(there)\(end). \
            The run is **\(standing.words)**\(turned)\(words)
            """
    }

    private var impact: String {
        var lines: [String] = []
        if let drill {
            lines.append("The drill is **\(drill.word)**")
            lines += drill.sentences(span: \.asSeconds).map(\.forMarkdown)
        } else {
            lines.append("Recovery time, from the start of the run: \(recoveryWords)")
            lines += losses.map(\.headline)
            if losses.isEmpty { lines.append("Loss: nothing was promoted") }
        }
        lines.append("Whole run: \(milliseconds.asSeconds)")
        let waited = steps.reduce(0) { $0 + $1.waitedMilliseconds }
        if waited > 0 { lines.append("Of that, waiting for people: \(waited.asSeconds)") }
        let away = interruptions.compactMap(\.milliseconds).reduce(0, +)
        if away > 0 { lines.append("Of that, nobody carried it out: \(away.asSeconds)") }
        let open = debts.filter { !$0.isPaid }.count
        lines.append("Still owed: \(open == 0 ? "nothing" : open == 1 ? "1 step" : "\(open) steps")")
        return list("Summary", lines)
    }

    private var recoveryWords: String {
        let objective = plan.objectives.recoveryTimeMilliseconds
        switch recovery {
        case .none(let why):
            return "unknown, \(why.forMarkdown)" + (objective.map { " (objective \($0.asSeconds))" } ?? "")
        case .after(let milliseconds, let step):
            let judged = objective.map { ", objective \($0.asSeconds) \(milliseconds <= $0 ? "met" : "missed")" } ?? ""
            let least = items.contains { $0.clockWentBackMilliseconds != nil } ? "at least " : ""
            return "**\(least)\(milliseconds.asSeconds)** (\(step.asMarkdownName)\(judged))"
        }
    }

    private var lossSection: String {
        guard !losses.isEmpty else { return "" }
        return "## Loss\n\n"
            + table(
                ["database", "bytes", "time", "last transaction kept", "forked at", "objective"],
                losses.map { $0.row(objective: plan.objectives.recoveryPointMilliseconds) })
            + losses.compactMap(\.remark).map { "\n\n\($0)" }.joined()
    }

    private var phaseTable: String {
        section(
            kind == .drill ? "Time by phase" : "Recovery by phase",
            ["phase", "began", "ended", "took", "of that waiting for people"],
            phases.map { phase in
                [
                    phase.title.forMarkdown, phase.began.map(\.offset) ?? "not begun", phase.ended.map(\.offset) ?? "",
                    phase.milliseconds.map(\.asSeconds) ?? "",
                    phase.waitedMilliseconds > 0 ? phase.waitedMilliseconds.asSeconds : "",
                ]
            })
    }

    private var decisionList: String {
        let waits = Dictionary(
            steps.flatMap { step in
                step.waits.compactMap { wait in wait.answered.map { ($0.sequence, wait.milliseconds) } }
            }
        ) { first, _ in first }
        return section(
            "Decisions", ["time (UTC)", "since start", "who", "step", "what", "after waiting"],
            decisions.map { decision in
                [
                    decision.point.time.description, decision.point.offset, decision.actor.forMarkdown,
                    decision.step?.asMarkdownName ?? "", decision.sentence.forMarkdown,
                    waits[decision.point.sequence]?.asSeconds ?? "",
                ]
            })
    }

    private var troubleTable: String {
        troubles.isEmpty
            ? "## What went wrong\n\nNothing."
            : section(
                "What went wrong and how it was handled", ["since start", "step", "what", "how it was handled"],
                troubles.map {
                    [$0.point.offset, $0.step?.asMarkdownName ?? "", $0.sentence.forMarkdown, $0.handling.forMarkdown]
                })
    }

    private var interruptionTable: String {
        section(
            "Times in which nobody carried it out", ["began", "why", "steps under way", "gone on", "by", "gap"],
            interruptions.map { gap in
                [
                    gap.began.offset, (gap.isLoss ? "the executor was lost: " : "") + gap.why.forMarkdown,
                    gap.underWay.map(\.asMarkdownName).joined(separator: ", "),
                    gap.resumed?.offset ?? "not yet", gap.resumedBy?.forMarkdown ?? "",
                    gap.milliseconds?.asSeconds ?? "",
                ]
            })
    }

    private var owedList: String {
        guard !debts.isEmpty else { return "## Still owed\n\nNothing." }
        return list(
            "Still owed",
            debts.map {
                "\($0.isPaid ? "(done since) " : "")\($0.site.forMarkdown): \($0.title.forMarkdown) "
                    + "(\($0.step.asMarkdownName)), because: \($0.reason.forMarkdown)"
            })
    }

    private var noteList: String {
        section(
            "Notes", ["time (UTC)", "since start", "who", "what"],
            items.filter { $0.kind == .note }.compactMap { item in
                let text = notes.first { $0.point.sequence == item.point.sequence }?.sentence
                let late = item.lateMilliseconds.map { " (written down \($0.asLateness))" } ?? ""
                return text.map {
                    [item.time.description, item.offset, item.actor.forMarkdown, $0.forMarkdown + late]
                }
            })
    }
}
