import FailoverModel
import TimelineReports

/// How long steps usually take.
enum UsualSpans {
    /// As in the newest other run of the same runbook that was completed, in milliseconds by step id, without the time in
    /// which persons were waited for; what that does not tell, as in the newest good drill into the same site. What takes
    /// less than half a second is left out; so is everything where the journal cannot say.
    static func of(_ run: String, in file: JournalFile) -> [String: Int64] {
        guard let runs = try? file.snapshot().projections.runs.newestFirst,
            let own = runs.first(where: { $0.id == run })
        else { return [:] }
        let earlier = runs.first {
            $0.id != run && $0.runbook == own.runbook && $0.kind == own.kind && $0.standing == .completed
        }
        let usual = earlier.map { steps(of: $0.id, in: file) } ?? [:]
        guard own.kind == .runbook, let plan = try? file.state(of: run).plan,
            let drill = runs.first(where: { $0.kind == .drill && $0.to == own.to && $0.isGoodDrill == true })
        else { return usual.mapValues(\.milliseconds).filter { $0.value >= 500 } }
        let drilled = steps(of: drill.id, in: file).values
        return plan.steps.reduce(into: [:]) { spans, step in
            let span = usual[step.id]?.milliseconds ?? drilled.first { $0.step.isLike(step) }?.milliseconds
            if let span, span >= 500 { spans[step.id] = span }
        }
    }

    private static func steps(of run: String, in file: JournalFile) -> [String: (
        step: PlannedStep, milliseconds: Int64
    )] {
        guard let entries = try? file.entries(run: run),
            let timeline = try? RunTimeline(entries: entries, stillOwed: [])
        else { return [:] }
        return timeline.steps.reduce(into: [:]) { usual, step in
            guard let span = step.milliseconds else { return }
            usual[step.planned.id] = (step.planned, span - step.waitedMilliseconds)
        }
    }
}

extension PlannedStep {
    /// Commands of a drill that take what the real ones take, near enough to be told before a move was ever made.
    private static let alike = [
        DrillCommandName.promote: "postgres.promote", DrillCommandName.release: "helm.activate",
        DrillCommandName.service: "service.check",
        "secrets.check": "secrets.check", "media.check": "media.check",
    ]

    fileprivate func isLike(_ other: PlannedStep) -> Bool {
        Self.alike[command] == other.command && site == other.site && cluster == other.cluster
    }
}
