import FailoverModel
import TimelineReports

/// One run: what it asks, where its time went, and everything that happened, as it goes on or as it was at an entry.
struct RunPage {
    var frame: PageFrame
    var timeline: RunTimeline
    var state: RunState
    var whyGone: String?
    var next: [String]
    /// The phase whose steps are unfolded, of a long run.
    var phase: String?
    /// The number of the first entry that is listed, of a long run.
    var from: Int?

    /// A run of more steps shows the steps of one phase at a time.
    static let mostSteps = 400
    /// So many entries are listed at a time.
    static let listed = 400

    private var path: String { PageAddress.run(state.id) }
    private var isPast: Bool { frame.picture.past != nil }

    var html: String {
        let questions = StepQuestion.all(state).map { question in
            QuestionPart(
                question: question, viewer: isPast ? PageViewer() : frame.viewer,
                command: next.first { $0.contains("approve") && $0.contains(question.step.id) }
            ).html
        }
        let told = whyGone.map { "<p class=\"note warn\"><b>Nobody carries it out:</b> \($0.forHTML)</p>" } ?? ""
        let typed = isPast ? [] : next.filter { !$0.contains(" approve ") }
        let types =
            typed.isEmpty
            ? "" : "<p>Next, type: \(typed.map { "<code>\($0.forHTML)</code>" }.joined(separator: " or "))</p>"
        let asks = PagePart(
            name: "asks", title: questions.isEmpty ? "What to do next" : "What needs a person",
            content: questions.isEmpty && told.isEmpty && types.isEmpty
                ? "<p class=calm>Nothing.</p>" : told + questions.joined() + types, isSpoken: true,
            look: questions.isEmpty ? "is-calm" : "is-urgent")
        let part = RunPart(run: timeline, zone: frame.text.zone, parts: parts)
        return frame.html(
            "<div data-part=heading>\(part.heading)</div>" + asks.html + "<div data-part=run>\(part.sections)</div>"
                + "<div data-part=list>\(list)</div>" + files, look: "run")
    }

    private var parts: GanttChart.Parts? {
        guard timeline.steps.count > Self.mostSteps else { return nil }
        let (path, at) = (path, isPast ? "at=\(frame.picture.head.sequence)&" : "")
        return GanttChart.Parts(phases: Set([shownPhase].compactMap(\.self))) { phase in
            "\(path)?\(at)phase=\(FormFields.encoded(phase))#gantt-0"
        }
    }

    /// The one that was asked for, else the one that is going on or went on last.
    private var shownPhase: String? {
        if let phase { return phase }
        let newest = timeline.steps.max { ($0.ended?.sequence ?? 0) < ($1.ended?.sequence ?? 0) }
        return newest?.planned.phase ?? timeline.phases.first?.id
    }

    // MARK: What happened

    private var list: String {
        guard let report = try? TimelineReport([timeline], zone: frame.text.zone) else { return "" }
        let count = timeline.items.count
        guard count > Self.listed else { return ChronologyList(report: report).html }
        let start = min(max(0, from ?? count - Self.listed), max(0, count - 1))
        let end = min(count, start + Self.listed)
        let at = isPast ? "&at=\(frame.picture.head.sequence)" : ""
        func link(_ words: String, _ start: Int, _ isThere: Bool) -> String {
            isThere ? "<li><a href=\"\(path)?from=\(max(0, start))\(at)#chronology\">\(words)</a>" : ""
        }
        return ChronologyList(report: report, window: start..<end).html
            + "<nav aria-label=\"Parts of the chronology\"><p>Entries \(start + 1) to \(end) of \(count)</p><ul class=steps>"
            + link("first", 0, start > 0) + link("earlier", start - Self.listed, start > 0)
            + link("later", end, end < count) + link("newest", count - Self.listed, end < count) + "</ul></nav>"
    }

    private var files: String {
        "<p class=files>The whole timeline: <a href=\"\(path)/timeline.html\">as one page to keep</a>, "
            + "<a href=\"/api\(path)/timeline\">as JSON</a></p>"
    }
}
