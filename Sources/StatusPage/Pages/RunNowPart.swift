import FailoverModel
import TimelineReports

/// A run that is not over: how far it is, what it does now, and what it said last.
struct RunNowPart {
    var state: RunState
    var whyGone: String?
    /// The newest sentences, newest first.
    var sentences: [(entry: Entry, sentence: String)]
    var text: PageText
    var isFollowed: Bool

    var html: String {
        let steps = state.plan.steps
        let settled = steps.count { state.record($0.id).standing.isSettled }
        let active = steps.filter { state.record($0.id).standing.isUnderWay }
        let elapsed = text.now.milliseconds(since: state.startedAt)
        let standing = whyGone == nil ? state.standing.words : "nobody carries it out"
        let moving = active.map { step in
            let record = state.record(step.id)
            return
                "<li><span class=\"state \(record.standing.look)\">\(record.standing.mark) \(record.standing.words)</span> "
                + "<b>\(step.id.cut(to: 80).forHTML)</b> \(step.site.forHTML) "
                + "<span class=dim>\(record.lastAt.map { text.ago($0) } ?? "")</span>"
                + (record.standing == .asked ? "" : "<br>\(record.sentence.cut(to: 400).forHTML)")
        }
        return "<article class=\"card run-now \(state.standing.look)\" aria-labelledby=\"run-\(state.id.forHTML)\">"
            + "<h3 id=\"run-\(state.id.forHTML)\"><a href=\"\(PageAddress.run(state.id))\">\(state.plan.title.cut(to: 200).forHTML)</a></h3>"
            + "<p><span class=\"pill \(state.standing.look)\">\(standing)\(state.direction == .back ? ", turned back" : "")</span> "
            + "\(state.id.cut(to: 80).forHTML), \(state.plan.from.forHTML) → \(state.plan.to.forHTML), "
            + "begun \(text.ago(state.startedAt)) by \(state.startedBy.cut(to: 60).forHTML), \(max(0, elapsed).asSeconds) so far</p>"
            + "<p class=progress><progress max=\(max(1, steps.count)) value=\(settled) aria-label=\"Steps that are settled\"></progress> "
            + "<b>\(settled) of \(plural(steps.count, "step"))</b></p>"
            + (moving.isEmpty ? "" : "<ul class=moving aria-label=\"Under way\">\(moving.joined())</ul>") + log
            + "</article>"
    }

    private var log: String {
        let lines = sentences.map { entry, sentence in
            Self.line(entry, step: (try? Event(entry))?.step, sentence: sentence, text: text)
        }
        return "<ol class=log reversed aria-label=\"What happened last\"\(isFollowed ? " id=log" : "") "
            + "data-run=\"\(state.id.forHTML)\">\(lines.joined())</ol>"
    }

    private static func line(_ entry: Entry, step: String?, sentence: String, text: PageText) -> String {
        "<li>\(text.time(entry.time)) \(step.map { "<b>\($0.cut(to: 60).forHTML)</b> " } ?? "")"
            + "<span>\(sentence.cut(to: 180).forHTML)</span>"
    }
}

extension StepStanding {
    /// Nothing is left to do for it in the direction the run goes.
    var isSettled: Bool {
        switch self {
        case .succeeded, .deferred, .skipped, .undone, .left: true
        case .pending, .asked, .approved, .denied, .acting, .failed, .unknown, .refused, .doubted, .undoing,
            .undoFailed,
            .undoUnknown, .undoRefused, .undoDoubted:
            false
        }
    }

    var isUnderWay: Bool { self == .acting || self == .undoing || self == .unknown || self == .asked }
}
