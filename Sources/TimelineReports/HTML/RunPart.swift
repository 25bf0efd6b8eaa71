import FailoverModel

/// One run's part of a page.
///
/// Needs `TimelinePage.style` around it.
package struct RunPart {
    let run: RunTimeline
    let number: Int
    let isAlone: Bool
    let zone: LocalZone?
    /// Which steps the Gantt shows; `nil`: all.
    let parts: GanttChart.Parts?

    package init(
        run: RunTimeline, number: Int = 0, isAlone: Bool = true, zone: LocalZone? = nil, parts: GanttChart.Parts? = nil
    ) {
        self.run = run
        self.number = number
        self.isAlone = isAlone
        self.zone = zone
        self.parts = parts
    }

    /// Headings begin one level deeper where a page has several runs.
    private var top: Int { isAlone ? 1 : 2 }

    package var html: String {
        """
        <article id="run-\(number)" aria-labelledby="title-\(number)">
        \(heading)
        \(sections)
        </article>
        """
    }

    /// All but the heading.
    package var sections: String {
        """
        \(figures)\(drillFindings)
        \(section("Where the time went", "gantt", GanttChart(run, name: "step-\(number)", parts: parts).html + legend))
        \(path)\(troubles)\(decisions)\(owed)\(losses)\(roles)\(oddities)
        """
    }

    /// What the run is, how it stands, and what was said last.
    package var heading: String {
        let there = zone.map { " (\($0.text(run.started.time)) \($0.name))" } ?? ""
        let words = run.summary.isEmpty ? "" : ": \(run.summary)"
        return "<header><h\(top) id=\"title-\(number)\">\(run.title.cut(to: 300).forHTML)</h\(top)>"
            + "<p>\(run.kind == .drill ? "<b>A drill, which moved nothing.</b> " : "")<span class=\"pill \(run.standing.look)\">\(run.standing.words)\(run.direction == .back ? ", turned back" : "")"
            + "</span> \(run.run.forHTML), \(run.plan.from.forHTML) → \(run.plan.to.forHTML), begun by "
            + "\(run.startedBy.cut(to: 120).forHTML) on <time>\(run.started.time.readable)</time> UTC\(there.forHTML)"
            + "\(words.foldedForHTML)</p></header>"
    }

    // MARK: Figures

    private var figures: String {
        var cards = run.drill.map(drillCards) ?? [recovery] + run.losses.map(loss)
        if run.drill == nil, run.losses.isEmpty { cards.append(card("Loss", "none", "nothing was promoted", "dim")) }
        cards.append(card("Whole run", run.milliseconds.asSeconds, run.ended == nil ? "not over yet" : "", ""))
        let waited = run.steps.reduce(0) { $0 + $1.waitedMilliseconds }
        let asked = run.steps.reduce(0) { $0 + $1.waits.count }
        let questions = asked == 0 ? "nothing was asked" : asked == 1 ? "1 question" : "\(asked) questions"
        cards.append(card("Waiting for people", waited.asSeconds, questions, ""))
        let away = run.interruptions.compactMap(\.milliseconds).reduce(0, +)
        if away > 0 {
            cards.append(
                card(
                    "Nobody carried it out", away.asSeconds,
                    run.interruptions.count == 1 ? "once" : "\(run.interruptions.count) times", "warn"))
        }
        let open = run.debts.filter { !$0.isPaid }
        let sites = Set(open.map(\.site)).sorted().joined(separator: ", ")
        cards.append(
            open.isEmpty
                ? card("Still owed", "nothing", "", "good")
                : card("Still owed", "\(open.count) step\(open.count == 1 ? "" : "s")", "to \(sites)", "warn"))
        return "<dl class=figures>\(cards.joined())</dl>"
    }

    private func drillCards(_ drill: DrillResult) -> [String] {
        let looks = ["good": "good", "not good": "bad"]
        let problems = drill.problems.count
        let recovery = drill.recoveryMilliseconds.map(\.asSeconds) ?? "not measured"
        let objective = drill.objectives.recoveryTimeMilliseconds.map { "objective \($0.asSeconds), " } ?? ""
        return [
            card(
                "Drill", drill.word,
                problems == 0 ? "nothing was moved" : "\(problems) problem\(problems == 1 ? "" : "s")",
                looks[drill.word] ?? "warn"),
            card("Recovery there would have been", recovery, "\(objective)as far as measured", ""),
        ]
            + drill.losses.map { loss in
                let estimate = loss.estimate
                return card(
                    "Loss there would have been", estimate?.milliseconds.map(\.asSeconds) ?? "unknown",
                    "\(estimate?.bytes.map { "\($0) bytes" } ?? "unknown bytes") \(loss.cluster)", "")
            }
    }

    private var drillFindings: String {
        guard let drill = run.drill else { return "" }
        let lines = drill.sentences(span: \.asSeconds).map { "<li>\($0.foldedForHTML)</li>" }
        return "\n" + section("What the drill showed", "drill", "<ul>\(lines.joined())</ul>")
    }

    private var recovery: String {
        let objective = run.plan.objectives.recoveryTimeMilliseconds
        switch run.recovery {
        case .none(let why):
            return card(
                "Recovery time", "unknown", why + (objective.map { "; objective \($0.asSeconds)" } ?? ""), "warn")
        case .after(let milliseconds, let step):
            let least = run.items.contains { $0.clockWentBackMilliseconds != nil } ? "at least " : ""
            let isMet = objective.map { milliseconds <= $0 }
            let judged =
                objective.map { "objective \($0.asSeconds) \(isMet == true ? "met" : "missed")" } ?? "until \(step)"
            return card("Recovery time", least + milliseconds.asSeconds, judged, isMet == false ? "bad" : "good")
        }
    }

    private func loss(_ loss: RunTimeline.Loss) -> String {
        let least = loss.estimate?.isAtLeastAsOf == nil ? "" : "at least "
        let time = loss.estimate?.milliseconds.map { least + $0.asSeconds } ?? "unknown"
        let bytes = loss.estimate?.bytes.map { "\($0) bytes" } ?? "unknown bytes"
        let objective = run.plan.objectives.recoveryPointMilliseconds.map { "; objective \($0.asSeconds)" } ?? ""
        let isNone = loss.estimate?.bytes == 0 && least.isEmpty
        return card(
            loss.isPromoted ? "Loss" : "Loss there would have been", time,
            "\(bytes), \([loss.site, loss.cluster].joined(separator: " "))\(objective)", isNone ? "good" : "warn")
    }

    private func card(_ name: String, _ value: String, _ remark: String, _ look: String) -> String {
        "<div class=\"card \(look)\"><dt>\(name)</dt><dd><b>\(value.forHTML)</b>"
            + (remark.isEmpty ? "" : "<span>\(remark.cut(to: 300).forHTML)</span>") + "</dd></div>"
    }

    private var legend: String {
        let parts = [
            ("done", "done"), ("same", "nothing to do"), ("wait", "waiting for a person"), ("bad", "failed or refused"),
            ("doubt", "unknown, lost or in doubt"), ("left", "owed or left out"), ("gone", "nobody carried it out"),
        ]
        let marks = [("said", "a decision"), ("note", "a note"), ("out", "from elsewhere")].map { look, words in
            "<li><svg aria-hidden=true width=22 height=18><circle class=\(look) cx=11 /></svg>\(words)</li>"
        }.joined()
        let breaks = GanttChart(run).scale.breaks.map { (($0.to - $0.from) / 1000).asSeconds }
        let broken =
            breaks.isEmpty
            ? ""
            : "<li><svg aria-hidden=true width=22 height=18><rect class=break width=22 height=18 /></svg>the axis is broken: "
                + "\(breaks.joined(separator: " and ")) in which nothing was carried out</li>"
        return "<ul class=legend aria-label=\"What the bars mean\">"
            + parts.map { "<li><svg aria-hidden=true width=22 height=18><rect class=\($0) width=22 /></svg>\($1)</li>" }
            .joined() + marks + broken + "</ul>"
    }

    // MARK: Tables

    private var path: String {
        guard let path = run.criticalPath, let last = path.links.last else { return "" }
        let links = path.links.filter { $0.milliseconds > 0 }
        guard !links.isEmpty else { return "" }
        let rows = links.prefix(200).map { link in
            [
                (
                    isShown(link.step)
                        ? "<a href=\"#step-\(number)-\(link.step.forHTML)\">\(link.step.cut(to: 80).forHTML)</a>"
                        : link.step.cut(to: 80).forHTML,
                    link.step.count <= 28 ? "k" : ""
                ),
                (link.milliseconds.asSeconds, "n"), (link.waitingMilliseconds.asSecondsOrEmpty, "n"),
                (link.workingMilliseconds.asSecondsOrEmpty, "n"), (link.pausingMilliseconds.asSecondsOrEmpty, "n"),
                (link.lookingMilliseconds.asSecondsOrEmpty, "n"), (link.nobodyMilliseconds.asSecondsOrEmpty, "n"),
                (link.gainMilliseconds.map { "<b>\($0.asSeconds)</b>" } ?? "", "n"),
            ]
        }
        let remark =
            "<p>Each of these steps could begin only when the one before was done; \(last.step.forHTML) was done "
            + "\(path.milliseconds.asSeconds) after the start. The last column says how much sooner that would have been "
            + "had the step taken no time.</p>"
        return section(
            "What made it take that long", "path",
            remark
                + table(
                    [
                        "step", "took", "waiting for people", "doing", "between tries", "looking", "nobody",
                        "would gain",
                    ],
                    Array(rows)))
    }

    /// Whether the Gantt has a row for it.
    private func isShown(_ step: String) -> Bool {
        guard let parts else { return true }
        return run.plan.step(step).map { parts.phases.contains($0.phase) } ?? false
    }

    private var troubles: String {
        guard !run.troubles.isEmpty else {
            return section("What went wrong", "troubles", "<p>Nothing.</p>")
        }
        return section(
            "What went wrong, and how it was handled", "troubles",
            table(
                ["since start", "step", "what", "how it was handled"],
                run.troubles.prefix(2000).map { trouble in
                    [
                        (trouble.point.offset, "n"), cell(step: trouble.step),
                        (trouble.sentence.foldedForHTML, ""), (trouble.handling.foldedForHTML, ""),
                    ]
                }))
    }

    private var decisions: String {
        section(
            "Who decided what", "decisions",
            table(
                ["since start", "who", "step", "what"],
                run.decisions.prefix(2000).map { decision in
                    [
                        (decision.point.offset, "n"), (decision.actor.cut(to: 120).forHTML, ""),
                        cell(step: decision.step), (decision.sentence.foldedForHTML, ""),
                    ]
                }))
    }

    private var owed: String {
        guard !run.debts.isEmpty else { return "" }
        let lines = run.debts.map { debt in
            "<li>\(debt.isPaid ? "<b>done since</b>: " : "")\(debt.site.forHTML): \(debt.title.cut(to: 300).forHTML) "
                + "<span class=dim>(\(debt.step.forHTML), because: \(debt.reason.foldedForHTML))</span></li>"
        }
        return section("What is owed", "owed", "<ul>\(lines.joined())</ul>")
    }

    private var losses: String {
        guard !run.losses.isEmpty else { return "" }
        let objective = run.plan.objectives.recoveryPointMilliseconds
        return section(
            "Loss", "loss",
            table(
                ["database", "bytes", "time", "last transaction kept", "forked at", "objective"],
                run.losses.map { loss in loss.cells(objective: objective).map { ($0.forHTML, "") } })
                + run.losses.compactMap(\.remarkText).map { "<p>\($0.forHTML)</p>" }.joined())
    }

    private var roles: String {
        guard !run.roleChanges.isEmpty else { return "" }
        return section(
            "What databases turned into", "roles",
            table(
                ["since start", "database", "from", "to"],
                run.roleChanges.prefix(500).map { change in
                    [
                        (change.point.offset, "n"),
                        ([change.site, change.cluster].compactMap(\.self).joined(separator: " ").forHTML, ""),
                        ((change.from ?? "not seen before").forHTML, ""), (change.to.forHTML, ""),
                    ]
                }))
    }

    private var oddities: String {
        let oddities = run.oddities
        guard !oddities.isEmpty else { return "" }
        return section(
            "Where times are not what they seem", "oddities",
            "<ul>\(oddities.prefix(500).map { "<li>\($0.forHTML)</li>" }.joined())</ul>")
    }

    /// A step's name is not broken where it is short.
    private func cell(step: String?) -> (String, String) {
        let step = step ?? ""
        return (step.cut(to: 80).forHTML, step.count <= 28 ? "k" : "")
    }

    private func section(_ title: String, _ name: String, _ content: String) -> String {
        "<section aria-labelledby=\"\(name)-\(number)\"><h\(top + 1) id=\"\(name)-\(number)\">\(title)</h\(top + 1)>"
            + "\(content)</section>"
    }

    /// Cells are HTML already; each with its class. Scrolls in itself on a narrow screen, by keyboard too.
    private func table(_ header: [String], _ rows: [[(String, String)]]) -> String {
        let head = header.map { "<th scope=col>\($0)</th>" }.joined()
        let body = rows.map { row in
            "<tr>"
                + zip(header, row).map { name, cell in
                    "<td data-name=\"\(name)\"\(cell.1.isEmpty ? "" : " class=\(cell.1)")>\(cell.0)</td>"
                }.joined() + "</tr>"
        }
        return "<div class=wide><table><thead><tr>\(head)</tr></thead><tbody>\(body.joined())</tbody></table></div>"
    }
}

extension Moment {
    /// `2026-11-23 03:12:45`.
    var readable: String { "\(description.prefix(10)) \(description.dropFirst(11).prefix(8))" }
}
