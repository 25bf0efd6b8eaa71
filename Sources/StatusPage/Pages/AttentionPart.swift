import FailoverModel
import TimelineReports

/// What needs a person, the worst first: the one thing to read at three in the morning.
struct AttentionPart {
    var picture: PagePicture
    var views: [SiteView]
    /// Those that are not over, newest first, with why nobody carries them out.
    var open: [OpenRun]
    var viewer: PageViewer
    var text: PageText
    /// What is typed next, by run.
    var next: (RunState) -> [String]

    struct OpenRun {
        var state: RunState
        var whyGone: String?
    }

    var part: PagePart {
        let items = splitBrains + questions + stuck + owed + checks
        return PagePart(
            name: "attention", title: "What needs a person",
            content: items.isEmpty ? "<p class=calm><span class=good>✓ Nothing.</span></p>" : items.joined(),
            isSpoken: true,
            look: items.isEmpty
                ? "is-calm" : splitBrains.isEmpty && questions.isEmpty && checks.isEmpty ? "is-warned" : "is-urgent")
    }

    private var splitBrains: [String] {
        picture.projections.splitBrains(of: views).map { brain in
            let fix =
                brain.wrong.isEmpty
                ? "Decide which is right, then: handover settle SITE --serving SITE"
                : "Type: handover settle \(brain.wrong.joined(separator: " "))"
            return "<p class=\"note bad\"><b>\(brain.isSplit ? "Split brain" : "A foreign database takes writes"):</b> "
                + "\(brain.sentence.forHTML). \(brain.judgement.forHTML). <code>\(fix.forHTML)</code></p>"
        }
    }

    private var questions: [String] {
        open.flatMap { run in
            let all = StepQuestion.all(run.state)
            return all.map { question in
                let command = next(run.state).first { $0.contains("approve") && $0.contains(question.step.id) }
                return QuestionPart(
                    question: question, viewer: picture.past == nil ? viewer : PageViewer(), command: command
                ).html
            }
        }
    }

    private var stuck: [String] {
        open.compactMap { run in
            let state = run.state
            let place = "<a href=\"\(PageAddress.run(state.id))\">\(state.id.cut(to: 80).forHTML)</a>"
            let types = next(state).filter { !$0.contains(" approve ") }.prefix(2)
            let typed =
                types.isEmpty ? "" : " Type: " + types.map { "<code>\($0.forHTML)</code>" }.joined(separator: " or ")
            if let why = run.whyGone {
                return "<p class=\"note warn\"><b>\(place) is carried out by nobody:</b> \(why.forHTML).\(typed)</p>"
            }
            switch state.standing {
            case .failed, .refused, .interrupted:
                return "<p class=\"note warn\"><b>\(place) \(state.standing.words):</b> "
                    + "\(state.summary.foldedForHTML).\(typed)</p>"
            case .waiting where StepQuestion.all(state).isEmpty:
                return
                    "<p class=\"note warn\"><b>\(place) waits for a person:</b> \(state.summary.foldedForHTML).\(typed)</p>"
            case .started: return "<p class=\"note warn\"><b>\(place)</b> was not begun.\(typed)</p>"
            case .waiting, .running, .completed, .rolledBack, .abandoned: return nil
            }
        }
    }

    private var owed: [String] {
        // Nothing is to be settled for a run that may still be rolled back: it would take the old site out of service.
        let undecided = open.filter { !$0.state.standing.isOver && $0.state.stepsPastPivot.isEmpty }.map(\.state.id)
        return views.filter { !$0.owed.isEmpty }.map { view in
            let run = view.owed.map(\.debt.run).first { undecided.contains($0) }
            let what =
                run.map { "If it is back and is to serve again, type: <code>handover rollback \($0.forHTML)</code>" }
                ?? "When it is back, type: <code>handover settle \(view.site.forHTML)</code>"
            return
                "<p class=\"note warn\"><b>\(plural(view.owed.count, "step")) owed to \(view.site.forHTML)</b>, not done "
                + "because it was away. \(what)</p>"
        }
    }

    private var checks: [String] {
        guard let check = picture.projections.checks.last else { return [] }
        let bad = check.problems.filter { $0.verdict == .failing || $0.verdict == .unknown }
        guard !bad.isEmpty else { return [] }
        let names = bad.prefix(4).map { "\($0.id) at \($0.site)" }
        return [
            "<p class=\"note bad\"><b>A failover would not find all it needs:</b> \(names.map(\.forHTML).joined(separator: ", "))"
                + (bad.count > 4 ? " and \(bad.count - 4) more" : "") + ", checked \(text.ago(check.at)). "
                + "<a href=#h-checks>What was seen</a></p>"
        ]
    }
}
