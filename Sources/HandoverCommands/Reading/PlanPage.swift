import FailoverModel
import RunEngine

/// A plan as people read it.
struct PlanPage {
    let plan: Plan
    let previews: [StepPreview]
    let next: String

    var text: String {
        let phases = plan.phases.flatMap { phase -> [String] in
            var table = TextTable(["  \(phase.title)"])
            for preview in previews where preview.step.phase == phase.id {
                let outlook = PlanOutlook(preview)
                let rule = outlook.rule.map { " [\($0)]" } ?? ""
                table.add(["    \(preview.step.id)", preview.step.site, words(outlook), outlook.sentence + rule])
                if preview.step.isPivot { table.add(["", "", "", "(the point of no return)"]) }
                if let question = preview.step.approval { table.add(["", "", "", "asks: \(question)"]) }
            }
            return [table.text]
        }
        return ([plan.title] + phases + ["", "To do it:", "  \(next)"]).joined(separator: "\n")
    }

    private func words(_ outlook: PlanOutlook) -> String {
        switch outlook.word {
        case "done": "already so"
        case "needed": "would act"
        case "waiting": "not ready yet"
        case "unobservable": "would act, unseen"
        default: outlook.word
        }
    }
}
