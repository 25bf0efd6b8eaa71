import FailoverModel

/// A plan in short, for the question before a run begins.
enum PlanOutline {
    static func text(_ plan: Plan) -> String {
        var lines = [plan.title]
        for phase in plan.phases {
            lines.append("  \(phase.title)")
            for step in plan.steps where step.phase == phase.id {
                lines.append("    \(step.id): \(step.title)\(remarks(step))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func remarks(_ step: PlannedStep) -> String {
        var remarks: [String] = []
        if step.isPivot { remarks.append("point of no return") }
        if step.approval != nil { remarks.append("asks first") }
        if step.whenUnreachable == .defer { remarks.append("owed if \(step.site) is away") }
        return remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))"
    }
}
