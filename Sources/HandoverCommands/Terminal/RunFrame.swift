import FailoverModel

/// One picture of a run in progress, as lines that fit the terminal. Pure: the same input gives the same lines.
struct RunFrame {
    var state: RunState
    /// What steps wait for, by step.
    var notices: [String: StepNotice] = [:]
    var now: Moment
    /// Counts the redraws; turns the spinner.
    var tick = 0
    /// How long steps usually take, from earlier runs, in milliseconds.
    var usual: [String: Int64] = [:]
    /// The same of the whole run.
    var usualRun: Int64?
    /// The command that shows more, where a person may stop the run from here.
    var more: String?
    /// The question is put to the person right below, so it is not shown here too.
    var isAsking = false
    var style: TerminalStyle

    private enum Detail: Int {
        /// Every step of every phase.
        case all
        /// Phases that are over, in one line.
        case withoutSettled
        /// Only the phases in which something goes on.
        case onlyOpen
    }

    /// At most `style.size.rows - 1` lines, none wider than the terminal.
    func lines() -> [String] {
        let room = max(3, style.size.rows - 1)
        for detail in [Detail.all, .withoutSettled, .onlyOpen] {
            let lines = lines(detail)
            if lines.count <= room { return lines }
        }
        return cut(to: room)
    }

    private func lines(_ detail: Detail) -> [String] {
        header + [""] + state.plan.phases.flatMap { lines(of: $0, detail) } + footer + waits
    }

    /// Even so too tall: the header, and what is nearest to what goes on.
    private func cut(to room: Int) -> [String] {
        let steps = state.plan.steps.filter { !isQuiet($0) }.map(line)
        let below = (footer + waits).prefix(room / 3)
        let kept = Array(steps.prefix(max(0, room - header.count - 2 - below.count)))
        let rest = state.plan.steps.count - kept.count
        return Array((header + [""] + kept + ["  … and \(rest) more steps"] + below).prefix(room))
    }

    // MARK: Header and footer

    private var header: [String] {
        let width = style.size.columns
        let name = state.id.shownSafely.truncated(to: width / 2)
        let kind = state.kind == .drill ? "DRILL  " : ""
        let title = state.plan.title.shownSafely.truncated(to: max(0, width - name.cells - 2 - kind.cells))
        let going = state.endedAt ?? now
        let mark = isLetGo ? state.standing.mark : StandingMark(spinner, goingWords, .cyan)
        let settled = state.plan.steps.filter { isSettled($0) }.count
        let estimate = state.endedAt == nil ? usualRun.map { ", usually \(SpanText.of($0))" } ?? "" : ""
        let rest =
            "  \(SpanText.of(going.milliseconds(since: state.startedAt)))\(estimate)"
            + "  \(settled) of \(state.plan.steps.count) steps"
        return [
            style.paint(kind, .cyan) + style.paint(title, .bold) + "  " + style.paint(name, .dim),
            mark.painted(style) + rest.truncated(to: max(0, width - mark.word.cells - 2)),
        ]
    }

    var isLetGo: Bool { state.claim == nil && state.standing != .started }
    private var goingWords: String {
        if state.direction == .back { return state.kind == .drill ? "removing it" : "going back" }
        return "going on"
    }
    private var spinner: String { Self.spinners[tick % Self.spinners.count] }
    private static let spinners = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

    /// Questions and faults in full, because the steps' lines have no room for them.
    private var footer: [String] {
        state.plan.steps.flatMap { step -> [String] in
            let record = state.record(step.id)
            let words: String
            switch record.standing {
            case .asked:
                if isAsking { return [] }
                words = "\(step.id) asks: \(record.sentence)"
            case .refused, .undoRefused, .doubted, .undoDoubted, .denied: words = "\(step.id): \(record.sentence)"
            case .failed, .unknown, .undoFailed, .undoUnknown:
                guard let fault = record.fault, record.retryAt == nil else { return [] }
                words = "\(step.id): \(fault.what). \(fault.next)."
            case .pending, .approved, .acting, .succeeded, .deferred, .skipped, .undoing, .undone, .left: return []
            }
            return [""] + words.shownSafely.wrapped(to: max(20, style.size.columns - 2)).map { "  \($0)" }
        }
    }

    // MARK: Phases and steps

    private func lines(of phase: PlanPhase, _ detail: Detail) -> [String] {
        let steps = state.plan.steps.filter { $0.phase == phase.id }
        let isOver = steps.allSatisfy(isSettled)
        let isBegun = steps.contains { state.record($0.id).standing != .pending || notices[$0.id] != nil }
        let isFolded = detail != .all && isOver || detail == .onlyOpen && !isBegun
        var line = "  " + phase.title.shownSafely
        if isOver, let began = steps.compactMap({ state.record($0.id).firstAt }).min(),
            let ended = steps.compactMap({ state.record($0.id).lastAt }).max()
        {
            line += "  \(SpanText.of(ended.milliseconds(since: began)))"
        }
        if isFolded, isOver { line += steps.count == 1 ? "  1 step" : "  all \(steps.count) steps" }
        line = line.truncated(to: style.size.columns)
        return [style.paint(line, isOver || !isBegun ? .dim : .bold)] + (isFolded ? [] : steps.map(self.line))
    }

    func isSettled(_ step: PlannedStep) -> Bool {
        let record = state.record(step.id)
        return state.direction == .back ? !record.mayHaveActed : record.standing.isSettled
    }

    private func isQuiet(_ step: PlannedStep) -> Bool {
        state.record(step.id).standing == .pending && notices[step.id] == nil || isSettled(step)
    }

    private func line(_ step: PlannedStep) -> String {
        let record = state.record(step.id)
        var mark = record.standing.mark
        if record.standing.isUnderWay, !isLetGo { mark.symbol = spinner }
        if record.standing == .pending, notices[step.id] != nil, !isLetGo {
            mark = StandingMark(spinner, "waits", .cyan)
        }
        let idWidth = state.plan.idWidth
        let siteWidth = min(12, state.plan.steps.map(\.site.shownSafely.cells).max() ?? 0)
        let fixed =
            "\(step.id.shownSafely.fitted(to: idWidth))  \(step.site.shownSafely.fitted(to: siteWidth))  "
            + time(step, record).fitted(to: 9) + "  "
        let markWidth = 12
        let room = style.size.columns - 4 - markWidth
        let rest = (fixed + remark(step, record)).truncated(to: max(0, room))
        return "    " + mark.painted(style, width: markWidth) + rest.trimmedAtEnd
    }

    private func time(_ step: PlannedStep, _ record: StepRecord) -> String {
        guard let first = record.firstAt, let last = record.lastAt else {
            return notices[step.id].map { SpanText.of(now.milliseconds(since: $0.since)) } ?? ""
        }
        return SpanText.of((record.standing.isUnderWay ? now : last).milliseconds(since: first))
    }

    private func remark(_ step: PlannedStep, _ record: StepRecord) -> String {
        var words: [String] = []
        if record.attempts > 1 { words.append("try \(record.attempts)") }
        if let usual = usual[step.id], record.standing.isUnderWay || record.standing == .pending {
            words.append("usually \(SpanText.of(usual))")
        }
        if let retryAt = record.retryAt, record.standing == .failed || record.standing == .unknown {
            words.append("again in \(SpanText.of(retryAt.milliseconds(since: now)))")
        }
        if let notice = notices[step.id], !isSettled(step) {
            words.append(notice.sentence)
        } else if record.standing == .asked {
            words.append(
                isAsking
                    ? "see below"
                    : "waits for an answer since \(SpanText.of(now.milliseconds(since: record.lastAt ?? now)))")
        } else if record.standing != .pending, record.standing != .approved {
            words.append(record.sentence)
        }
        return words.filter { !$0.isEmpty }.map(\.shownSafely).joined(separator: " · ")
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
