import FailoverModel
import RunEngine
import Systems

extension Plan {
    /// The column that the steps' names take.
    var idWidth: Int { min(24, steps.map(\.id.shownSafely.cells).max() ?? 0) }
}

/// What `handover plan` found: each step, what it sees now and would do.
enum PlanView {
    /// `next` is the command line that would do it.
    static func render(_ plan: Plan, _ previews: [StepPreview], next: String, style: TerminalStyle) -> String {
        var lines = [style.paint(plan.title.shownSafely.truncated(to: style.size.columns), .bold)]
        for phase in plan.phases {
            lines += ["", style.paint(phase.title.shownSafely.truncated(to: style.size.columns), .bold)]
            for preview in previews where preview.step.phase == phase.id {
                lines += self.lines(of: preview, plan, style)
            }
        }
        lines += [""] + closing.wrapped(to: style.size.columns)
        lines += [""] + style.toType([next], after: "To do it")
        return lines.joined(separator: "\n")
    }

    private static func lines(of preview: StepPreview, _ plan: Plan, _ style: TerminalStyle) -> [String] {
        let idWidth = plan.idWidth
        let (mark, words) = found(preview)
        var extra: [String] = []
        if preview.step.isPivot { extra.append("point of no return") }
        if preview.step.approval != nil { extra.append("asks first") }
        let fixed =
            "\(preview.step.id.shownSafely.fitted(to: idWidth))  \(preview.step.site.shownSafely.fitted(to: 8))  "
            + extra.joined(separator: ", ")
        let first = "  " + mark.painted(style, width: 16) + fixed.truncated(to: style.size.columns - 18)
        return [first] + words.shownSafely.wrapped(to: max(20, style.size.columns - 6)).map { "      \($0)" }
    }

    /// The same for taking a step back.
    static func undoLines(of preview: StepPreview, _ plan: Plan, _ style: TerminalStyle) -> [String] {
        var (mark, words) = found(preview)
        switch mark.word {
        case "nothing to do": mark.word = "nothing to undo"
        case "would do": mark.word = "would undo"
        case "would be owed": mark = StandingMark("✗", "cannot look", .red)
        default: break
        }
        let fixed =
            "\(preview.step.id.shownSafely.fitted(to: plan.idWidth))  \(preview.step.site.shownSafely)"
        return ["  " + mark.painted(style, width: 18) + fixed.truncated(to: style.size.columns - 20)]
            + words.shownSafely.wrapped(to: max(20, style.size.columns - 6)).map { "      \($0)" }
    }

    private static func found(_ preview: StepPreview) -> (StandingMark, String) {
        switch preview.result {
        case .failure(let fault) where fault.kind == .unreachable && preview.step.whenUnreachable == .defer:
            return (StandingMark("→", "would be owed", .yellow), fault.what)
        case .failure(let fault):
            return (StandingMark("✗", "cannot look", .red), "\(fault.place): \(fault.what). \(fault.next)")
        case .success(let finding):
            switch finding.verdict {
            case .done: return (StandingMark("✓", "nothing to do", .green), finding.sentence)
            case .needed: return (StandingMark("▸", "would do", .cyan), finding.sentence)
            case .waiting: return (StandingMark("·", "would wait", .yellow), finding.sentence)
            case .refused(let rule, let acceptance):
                let answer = acceptance.map { "; a named person may answer for it (\($0))" } ?? ""
                return (StandingMark("■", "refused now", .yellow), "\(finding.sentence) [\(rule)]\(answer)")
            case .unobservable: return (StandingMark("▸", "would do", .cyan), finding.sentence)
            }
        }
    }

    private static let closing =
        "Nothing was changed. Every step was looked at as things are now, before the earlier ones are done, so a refusal "
        + "here may be gone by then."
}
