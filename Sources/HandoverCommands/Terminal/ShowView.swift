import FailoverModel
import RunEngine

/// One run in full: how it stands, its phases and steps, who approved, what went wrong and what to do.
enum ShowView {
    /// `next` are command lines, the best first; `owed` the steps that are still owed by now, `nil`: as the run left them.
    static func render(
        _ state: RunState, liveness: Liveness?, now: Moment, next: [String], style: TerminalStyle,
        owed: Set<String>? = nil
    ) -> String {
        var blocks = [header(state, liveness: liveness, now: now, style: style)]
        for phase in state.plan.phases {
            let steps = state.plan.steps.filter { $0.phase == phase.id }
            blocks.append(
                [style.paint(phase.title.shownSafely.truncated(to: style.size.columns), .bold)]
                    + steps.flatMap { lines(of: $0, state, owed, style) })
        }
        if !next.isEmpty { blocks.append(style.toType(next)) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func header(
        _ state: RunState, liveness: Liveness?, now: Moment, style: TerminalStyle
    ) -> [String] {
        let isGoingOn = state.claim != nil && liveness?.isGone != true
        let span = SpanText.of((state.endedAt ?? (isGoingOn ? now : state.lastAt)).milliseconds(since: state.startedAt))
        var facts = [
            (
                "run",
                "\(state.id)  (\(state.plan.runbook), \(state.kind == .drill ? "a drill, " : "")\(state.plan.from) → "
                    + "\(state.plan.to))"
            ),
            (
                "started",
                "\(SpanText.moment(state.startedAt)) by \(state.startedBy), \(SpanText.ago(state.startedAt, now: now))"
            ),
            (
                "state",
                (liveness?.isGone == true ? StandingMark.executorGone : state.standing.mark).word
                    + (state.direction == .back ? ", turned back" : "") + ", \(span)"
            ),
        ]
        if let claim = state.claim { facts.append(("held by", holder(claim, liveness))) }
        if !state.summary.isEmpty, state.claim == nil { facts.append(("because", state.summary)) }
        if let drill = state.drillResult {
            facts.append(("drill", "\(drill.word); nothing is moved"))
            facts += drill.sentences(span: SpanText.of).map { ("", $0) }
        } else if let measured = state.measuredObjectives(now: now) {
            facts.append(("promised", String(ObjectivesText.sentence(measured).dropFirst("Objectives: ".count))))
        }
        return [style.paint(state.plan.title.shownSafely.truncated(to: style.size.columns), .bold)]
            + facts.flatMap { indented("\($0.0.fitted(to: 9))\($0.1)", by: 2, hanging: 9, style) }
    }

    private static func holder(_ claim: RunState.Claim, _ liveness: Liveness?) -> String {
        let who =
            "process \(claim.executor.pid) on \(claim.executor.host) for \(claim.actor) "
            + "since \(SpanText.moment(claim.since))"
        switch liveness {
        case .alive, nil: return who
        case .gone(let why): return "\(who), which is gone: \(why)"
        case .unknown(let why): return "\(who); whether it lives is not known: \(why)"
        }
    }

    private static func lines(
        of step: PlannedStep, _ state: RunState, _ owed: Set<String>?, _ style: TerminalStyle
    ) -> [String] {
        let record = state.record(step.id)
        let idWidth = state.plan.idWidth
        let fixed = "\(step.id.shownSafely.fitted(to: idWidth))  \(step.site.shownSafely.fitted(to: 8))  "
        let span =
            record.firstAt.flatMap { first in record.lastAt.map { SpanText.of($0.milliseconds(since: first)) } } ?? ""
        let tries = record.attempts > 1 ? ", \(record.attempts) tries" : ""
        var lines = [
            "  " + record.standing.mark.painted(style, width: 12)
                + (fixed + span + tries).truncated(to: style.size.columns - 14)
        ]
        var words: [String] = []
        if record.standing == .pending {
            words = [step.title]
        } else if !record.sentence.isEmpty {
            words = [record.sentence]
        }
        if let fault = record.fault, !record.standing.isSettled {
            words = ["\(fault.what) (\(fault.place)).", "What to do: \(fault.next)."]
        }
        if let refusal = record.refusal, !record.standing.isSettled {
            words = ["Rule \(refusal.rule): \(refusal.sentence)."]
            if let acceptance = refusal.acceptance { words.append("A named person may answer for it (\(acceptance)).") }
        }
        if state.stepsWithoutPrimary.contains(where: { $0.id == step.id }) { words.append(state.leavingOut(step)) }
        if let name = record.approvedBy {
            let answers = record.accepted.sorted().joined(separator: ", ")
            words.append("Approved by \(name)" + (answers.isEmpty ? "." : ", who answers for \(answers)."))
        }
        if record.standing == .deferred, let owed, !owed.contains(step.id) { words.append("It is owed no more.") }
        for text in words { lines += indented(text, by: 14, hanging: 0, style) }
        return lines
    }

    private static func indented(_ text: String, by indent: Int, hanging: Int, _ style: TerminalStyle) -> [String] {
        let text = text.shownSafely
        if indent + text.cells <= style.size.columns { return [String(repeating: " ", count: indent) + text] }
        let wrapped = text.wrapped(to: max(20, style.size.columns - indent - hanging))
        return wrapped.enumerated().map { index, line in
            String(repeating: " ", count: indent + (index == 0 ? 0 : hanging)) + line
        }
    }
}
