import FailoverModel

/// The Gantt of a run as HTML: a row for what people did, for events from elsewhere and for executors, and below its phase a
/// row for each step, whose bars are tries and waits. Every row is text first; the SVG beside it is for the eye alone.
///
/// Needs `TimelinePage.style` around it. Pure, so that a page that shows a run live can use it as well.
package struct GanttChart {
    let run: RunTimeline
    /// Distinguishes identifiers where several charts are on one page.
    let name: String
    package let scale: TimeScale
    /// Whether a phase is there with its steps, and where the steps of the others are to be found.
    private let parts: Parts?

    /// Of a chart that shows a part of a long run.
    package struct Parts: Sendable {
        package var phases: Set<String>
        /// An address, by the phase's id; it becomes an attribute's text.
        package var address: @Sendable (String) -> String

        package init(phases: Set<String>, address: @escaping @Sendable (String) -> String) {
            self.phases = phases
            self.address = address
        }
    }

    /// From so many steps on, phases are folded.
    static let folded = 150

    package init(_ run: RunTimeline, name: String = "r", parts: Parts? = nil) {
        self.run = run
        self.name = name
        self.parts = parts
        let quiet = Spans(run.interruptions.map { RunTimeline.range($0.began, $0.resumed, upTo: run.last) })
        let silent = Spans(run.silences.map { RunTimeline.range($0.began, $0.ended, upTo: run.last) })
        let waits = Spans(
            run.steps.flatMap { $0.waits.map { wait in RunTimeline.range(wait.asked, wait.answered, upTo: run.last) } })
        let end = (run.ended ?? run.last).elapsedMicroseconds
        scale = TimeScale(from: 0, to: end, quiet: Spans(quiet.subtracting(waits).ranges + silent.ranges))
    }

    package var html: String {
        "<div class=gantt>" + axis + lanes + run.phases.map(phase).joined() + "</div>"
    }

    // MARK: Rows

    private var axis: String {
        let ticks = scale.ticks.enumerated().map { number, tick in
            let x = scale.position(tick)
            let anchor = x < 4 ? "start" : x > 94 ? "end" : "middle"
            return "<line x1=\"\(x.asPercent)\" x2=\"\(x.asPercent)\" y1=\"17\" y2=\"22\"/>"
                + "<text x=\"\(x.asPercent)\" y=\"13\" text-anchor=\"\(anchor)\"\(number.isMultiple(of: 2) ? "" : " class=odd")>"
                + "\(tick.asTick.forHTML)</text>"
        }
        return
            "<div class=\"row axis\" aria-hidden=true><span class=name>since the start</span><span class=state></span>"
            + "<span class=took></span><svg height=22>\(ticks.joined())\(breaks(height: 22))</svg></div>"
    }

    private var lanes: String {
        let people = run.items.filter { $0.kind == .decision || $0.kind == .note }
        let outside = run.items.filter { $0.kind == .outside }
        var lanes = lane("people", "\(people.count)", people.map { mark($0, $0.kind == .note ? "note" : "said") })
        if !outside.isEmpty { lanes += lane("from elsewhere", "\(outside.count)", outside.map { mark($0, "out") }) }
        let tenures = run.tenures.map { tenure in
            bar(
                "exec", tenure.claimed, tenure.released ?? nextClaim(after: tenure) ?? run.last,
                "process \(tenure.executor.pid) on \(tenure.executor.host)")
        }
        let gaps = run.interruptions.map { gap in
            bar("gone", gap.began, gap.resumed ?? run.last, gap.isLoss ? "the executor was lost" : "nobody: \(gap.why)")
        }
        return lanes + lane("executors", "\(run.tenures.count)", tenures + gaps)
    }

    private func nextClaim(after tenure: RunTimeline.Tenure) -> RunTimeline.Point? {
        run.interruptions.first { $0.isLoss && $0.began.sequence >= tenure.claimed.sequence }?.began
    }

    private func lane(_ title: String, _ count: String, _ marks: [String]) -> String {
        "<div class=\"row lane\"><span class=name>\(title)</span><span class=state></span><span class=took>\(count)</span>"
            + "<svg aria-hidden=true height=18>\(breaks(height: 18))\(marks.prefix(500).joined())</svg></div>"
    }

    private func phase(_ phase: RunTimeline.Phase) -> String {
        let steps = run.steps.filter { $0.planned.phase == phase.id }
        let isOpen = run.steps.count <= Self.folded || parts != nil
        let took = phase.milliseconds.map(\.asSeconds) ?? "not begun"
        let bars = phase.began.flatMap { began in phase.ended.map { bar("phase", began, $0, phase.title) } } ?? ""
        if let parts, !parts.phases.contains(phase.id) {
            return "<div class=\"row phase\"><span class=name><a href=\"\(parts.address(phase.id).forHTML)\">"
                + "\(phase.title.cut(to: 120).forHTML)</a></span><span class=state>\(steps.count) "
                + "step\(steps.count == 1 ? "" : "s")</span><span class=took>\(took)</span>"
                + "<svg aria-hidden=true height=18>\(breaks(height: 18))\(bars)</svg></div>"
        }
        let head =
            "<summary class=row><span class=name>\(phase.title.cut(to: 120).forHTML)</span><span class=state>"
            + "\(steps.count) step\(steps.count == 1 ? "" : "s")</span><span class=took>\(took)</span>"
            + "<svg aria-hidden=true height=18>\(breaks(height: 18))\(bars)</svg></summary>"
        return "<details class=phase\(isOpen ? " open" : "")>\(head)" + steps.map(row).joined() + "</details>"
    }

    private func row(_ step: RunTimeline.Step) -> String {
        let waits = step.waits.map { wait in
            bar(
                "wait", wait.asked, wait.answered ?? run.last,
                "waits for a person, \(wait.answered == nil ? "still" : wait.milliseconds.asSeconds)")
        }
        let tries = step.attempts.map { attempt in
            let start = attempt.intended ?? attempt.ended ?? run.started
            return bar(
                attempt.look, start, attempt.ended ?? (attempt.outcome == nil ? run.last : start),
                "\(attempt.words), \(attempt.milliseconds.map(\.asSeconds) ?? "at once")")
        }
        let took = step.milliseconds.map(\.asSeconds) ?? ""
        return "<details class=step id=\"\(name)-\(step.planned.id.forHTML)\"><summary class=row><span class=name>"
            + "\(step.planned.id.cut(to: 80).forHTML)</span><span class=\"state \(step.standing.look)\">"
            + "\(step.standing.mark) \(step.standing.words)</span><span class=took>\(took)</span>"
            + "<svg aria-hidden=true height=18>\(breaks(height: 18))\(waits.joined())\(tries.joined())</svg></summary>"
            + details(step) + "</details>"
    }

    // MARK: Shapes

    private func bar(_ look: String, _ start: RunTimeline.Point, _ end: RunTimeline.Point, _ title: String) -> String {
        let x = scale.position(start.elapsedMicroseconds)
        let width = max(0.25, scale.position(end.elapsedMicroseconds) - x)
        return "<rect class=\(look) x=\"\(min(x, 99.75).asPercent)\" width=\"\(width.asPercent)\">"
            + "<title>\(title.cut(to: 160).forHTML)</title></rect>"
    }

    private func mark(_ item: RunTimeline.Item, _ look: String) -> String {
        let x = min(99.5, max(0.5, scale.position(item.position)))
        return "<circle class=\(look) cx=\"\(x.asPercent)\"><title>"
            + "\("\(item.offset) \(item.source == nil ? item.sentence : item.sentence)".cut(to: 160).forHTML)</title></circle>"
    }

    private func breaks(height: Int) -> String {
        scale.breaks.map { gap in
            let x = scale.position(gap.from)
            return
                "<rect class=break x=\"\(x.asPercent)\" width=\"\(TimeScale.breakWidth.asPercent)\" height=\"\(height)\">"
                + "<title>the axis is broken: \(((gap.to - gap.from) / 1000).asSeconds) here</title></rect>"
        }.joined()
    }

    // MARK: What a step unfolds

    private func details(_ step: RunTimeline.Step) -> String {
        let place = [step.planned.site, step.planned.cluster].compactMap(\.self).joined(separator: " ")
        var lines = [
            "<p><b>\(step.planned.title.cut(to: 300).forHTML)</b> <span class=dim>\(place.forHTML), "
                + "\(step.planned.command.forHTML)\(step.planned.isPivot ? ", the point of no return" : "")</span></p>"
        ]
        lines += step.waits.map { wait in
            let answer = wait.answeredBy.map { "\($0): \(wait.answer ?? "")" } ?? "not answered"
            return "<p>\(wait.asked.offset) asked: \(wait.question.foldedForHTML) — \(answer.forHTML)"
                + (wait.answered == nil ? "" : " after \(wait.milliseconds.asSeconds)") + "</p>"
        }
        lines += step.attempts.map { attempt in
            let took = attempt.milliseconds.map { " in \($0.asSeconds)" } ?? ""
            return "<p>\((attempt.intended ?? attempt.ended ?? run.started).offset) \(attempt.kind): "
                + "\(attempt.words)\(took). \(attempt.sentence.foldedForHTML)</p>"
        }
        return "<div class=told>\(lines.joined())</div>"
    }
}

extension Int64 {
    /// Microseconds as an axis shows them: `0`, `+30 s`, `+2:30`, `+1:30 h`, `+3 d`.
    fileprivate var asTick: String {
        let seconds = self / 1_000_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch seconds {
        case 0 where self == 0: return "0"
        case 0..<60 where self % 1_000_000 != 0: return "+\(seconds).\(self / 100_000 % 10) s"
        case 0..<60: return "+\(seconds) s"
        case 60..<3600: return "+\(seconds / 60):\(two(seconds % 60)) min"
        case 3600..<172_800: return "+\(seconds / 3600):\(two(seconds / 60 % 60)) h"
        default: return "+\(seconds / 86_400) d"
        }
    }
}
