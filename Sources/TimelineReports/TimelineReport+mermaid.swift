import FailoverModel

extension TimelineReport {
    /// A Gantt chart for what draws Mermaid (GitLab, GitHub, many wikis): a section a phase, a bar a try and a wait.
    package var mermaid: String {
        var lines = [
            "gantt",
            "    title \(runs.map { "\($0.title.forMermaid) (\($0.run.forMermaid))" }.joined(separator: ", "))",
            "    dateFormat x", "    axisFormat %H:%M:%S",
        ]
        for run in runs { lines += run.mermaidLines(named: runs.count > 1) }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension RunTimeline {
    fileprivate func mermaidLines(named isNamed: Bool) -> [String] {
        plan.phases.flatMap { phase -> [String] in
            let steps = steps.filter { $0.planned.phase == phase.id && $0.began != nil }
            guard !steps.isEmpty else { return [] }
            let title = (isNamed ? "\(run) " : "") + phase.title
            return ["    section \(title.forMermaid)"] + steps.flatMap(mermaidLines)
        }
    }

    private func mermaidLines(_ step: Step) -> [String] {
        let waits = step.waits.map { wait in
            bar("\(step.planned.id) waits for an answer", "active", wait.asked, wait.answered ?? last)
        }
        let tries = step.attempts.map { attempt in
            let isBad = [.failed, .unknown, .refused, .lost, .doubted].contains(attempt.outcome)
            let start = attempt.intended ?? attempt.ended ?? started
            return bar(
                "\(step.planned.id) \(attempt.words)", isBad ? "crit" : attempt.outcome == nil ? "active" : "done",
                start,
                attempt.ended ?? (attempt.outcome == nil ? last : start))
        }
        return waits + tries
    }

    /// Times count from the start of the run, so that a clock that jumped makes no bar run backwards. What took less than a
    /// millisecond is drawn as one, because Mermaid refuses a bar without length.
    private func bar(_ name: String, _ tag: String, _ start: Point, _ end: Point) -> String {
        let base = started.time.microseconds / 1000
        let from = base + start.elapsedMicroseconds / 1000
        let to = max(from + 1, base + end.elapsedMicroseconds / 1000)
        return "    · \(name.forMermaid) :\(tag), \(from), \(to)"
    }
}

extension String {
    /// Text that Mermaid takes for nothing but text: what its grammar or HTML gives a meaning becomes a look-alike.
    var forMermaid: String {
        String(
            shownSafely.prefix(200).map { character in
                switch character {
                case ":": "∶"
                case ";": "；"
                case "#": "＃"
                case ",": "，"
                case "%": "％"
                case "<": "‹"
                case ">": "›"
                case "\"", "`": "'"
                case "&": "＆"
                case "{": "("
                case "}": ")"
                case "\\": "／"
                default: character
                }
            })
    }
}
