import FailoverModel
import RunEngine

/// The last paragraph about a run: what happened, what is owed, what needs a person, and what to type next.
enum RunClosing {
    /// `next` are command lines, the best first.
    /// `owed` are the steps that are still owed by now; `nil`: as the run left them.
    static func text(
        _ state: RunState, now: Moment, next: [String], style: TerminalStyle, owed: Set<String>? = nil
    ) -> String {
        var lines = [paint(state, style, sentence(state, now: now))]
        lines += drill(state, style)
        lines += objectives(state, now: now, style)
        lines += state.plan.steps.flatMap { loss(of: $0, state.record($0.id), style) }
        lines += outages(of: state).flatMap { $0.shownSafely.wrapped(to: style.size.columns - 2).map { "  \($0)" } }
        // What once stopped a run that is taken back is nobody's task any more.
        if state.standing != .rolledBack {
            lines += state.plan.steps.flatMap { problem($0, state.record($0.id), style) }
            lines += state.stepsWithoutPrimary.flatMap { step in
                "\(step.id): \(state.leavingOut(step))".shownSafely.wrapped(to: style.size.columns - 2).map {
                    "  \($0)"
                }
            }
        }
        lines += debts(state, owed, style)
        if !next.isEmpty { lines += [""] + style.toType(next) }
        return lines.joined(separator: "\n")
    }

    /// What a drill found, with what made it not good first and in red, then what it was warned of.
    private static func drill(_ state: RunState, _ style: TerminalStyle) -> [String] {
        guard let drill = state.drillResult else { return [] }
        let (problems, remarks) = (drill.problems.count, drill.problems.count + drill.warnings.count)
        return drill.sentences(span: SpanText.of).enumerated().flatMap { index, sentence in
            sentence.shownSafely.wrapped(to: style.size.columns - 2).map {
                "  " + (index < problems ? style.paint($0, .red) : index < remarks ? style.paint($0, .yellow) : $0)
            }
        }
    }

    private static func objectives(_ state: RunState, now: Moment, _ style: TerminalStyle) -> [String] {
        // A drill's sentences say it already.
        guard state.kind != .drill, let measured = state.measuredObjectives(now: now) else { return [] }
        return ObjectivesText.sentence(measured).wrapped(to: style.size.columns - 2).map {
            "  " + ObjectivesText.painted($0, measured.verdict, style)
        }
    }

    private static func paint(_ state: RunState, _ style: TerminalStyle, _ text: String) -> String {
        text.shownSafely.wrapped(to: style.size.columns).map { line in
            (state.isGoodDrill == false ? .red : state.standing.mark.colour).map { style.paint(line, $0) } ?? line
        }.joined(separator: "\n")
    }

    static func sentence(_ state: RunState, now: Moment) -> String {
        let span = SpanText.of((state.endedAt ?? state.lastAt).milliseconds(since: state.startedAt))
        let name = state.plan.title
        if state.kind == .drill, let words = drillSentence(state, span) { return "\(name): \(words)" }
        switch state.standing {
        case .completed: return "\(name): completed in \(span); \(state.summary.asSentence)"
        case .rolledBack: return "\(name): rolled back after \(span); \(state.summary.asSentence)"
        case .abandoned: return "\(name): \(state.summary.asSentence)"
        case .waiting: return "\(name): waits for a person. Nothing is lost while it waits."
        case .failed: return "\(name): stopped after \(span). What was done is in the journal, and it can be resumed."
        case .refused: return "\(name): stopped by a safety rule after \(span). Nothing was forced."
        case .interrupted:
            return
                "\(name): interrupted after \(span). Where it stands is in the journal; it goes on from exactly there."
        case .started: return "\(name): not begun yet."
        case .running: return "\(name): being carried out for \(SpanText.of(now.milliseconds(since: state.startedAt)))."
        }
    }

    /// `nil` while it goes on.
    private static func drillSentence(_ state: RunState, _ span: String) -> String? {
        switch state.standing {
        case .completed, .rolledBack: "a drill of \(span); \(state.summary.asSentence) Nothing was moved."
        case .abandoned:
            "a drill, \(state.summary.asSentence) What it had made is owed to \(state.plan.to), to be removed."
        case .waiting, .failed, .refused, .interrupted:
            "a drill, stopped after \(span). What it had made is not all removed yet. Nothing was moved."
        case .started, .running: nil
        }
    }

    /// What the promotion of a step cost, as it was known then.
    private static func loss(of step: PlannedStep, _ record: StepRecord, _ style: TerminalStyle) -> [String] {
        guard step.isPivot, record.standing == .succeeded, let loss = record.facts?["lossText"]?.text else { return [] }
        let cluster = step.cluster.map { " \($0)" } ?? ""
        return "\(step.site)\(cluster): \(loss)".shownSafely.wrapped(to: style.size.columns - 2).map { "  \($0)" }
    }

    private static func problem(_ step: PlannedStep, _ record: StepRecord, _ style: TerminalStyle) -> [String] {
        let words: String
        switch record.standing {
        case .failed, .undoFailed:
            words = record.fault.map { "\($0.what). \($0.next)." } ?? record.sentence
        case .unknown, .undoUnknown:
            words =
                "it is not known whether it took effect: "
                + (record.fault.map { "\($0.what). \($0.next)." } ?? record.sentence)
        case .refused, .undoRefused:
            let answer = record.refusal?.acceptance.map { " A named person may answer for it (\($0))." } ?? ""
            words = "\(record.sentence) [\(record.refusal?.rule ?? "refused")].\(answer)"
        case .asked: words = "asks: \(record.sentence)"
        case .denied: words = record.sentence
        case .doubted, .undoDoubted: words = "nobody can see whether it was done: \(record.sentence)"
        case .pending, .approved, .acting, .succeeded, .deferred, .skipped, .undoing, .undone, .left: return []
        }
        return "\(step.id): \(words)".shownSafely.wrapped(to: style.size.columns - 2).map { "  \($0)" }
    }

    private static func debts(_ state: RunState, _ stillOwed: Set<String>?, _ style: TerminalStyle) -> [String] {
        let deferred = state.plan.steps.filter { state.record($0.id).standing == .deferred }
        let owed = state.direction == .back ? [] : deferred.filter { stillOwed?.contains($0.id) ?? true }
        guard !owed.isEmpty else { return [] }
        return ["Owed, once the site is back:"]
            + owed.map { "  \($0.site): \($0.title) (\($0.id))".shownSafely.truncated(to: style.size.columns) }
    }
}

extension RunState {
    /// What it means to leave out a step of a settlement for which there is no primary any more.
    func leavingOut(_ step: PlannedStep) -> String {
        "If \(plan.to) is gone for good, skip the step and resume: \(step.site) is owed it no more then, and stays as it is. "
            + "Whether it may be promoted is judged by the promotion."
    }
}

extension Invocation {
    /// Shows how a run stands that nobody carries out any more, and what to type next.
    /// `status` in place of what the run's standing says.
    func end(_ state: RunState, because words: String = "", status: ExitStatus? = nil) -> ExitStatus {
        let status = status ?? ExitStatus(state.standing)
        let next = NextLines.of(state, self)
        if isJSON {
            print(RunDocument(state: state, liveness: nil, next: next).json(endingWith: status))
        } else {
            print("\(words)\n" + closing(state, next: next))
        }
        return status
    }

    /// The last words of a command that carried out a run.
    func closing(_ state: RunState, next: [String]) -> String {
        RunClosing.text(
            state, now: now, next: next, style: style, owed: stillOwed(state).map { Set($0.map(\.debt.step)) })
    }
}

extension String {
    /// With a full stop, where it does not end like a sentence already.
    fileprivate var asSentence: String { last.map { ".?!".contains($0) } ?? false ? self : self + "." }
}
