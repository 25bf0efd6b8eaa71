import FailoverModel
import TimelineReports

/// How long a run and its steps usually take, in milliseconds, without the time in which persons were waited for.
struct UsualSpans: Equatable, Sendable {
    /// By step id; what takes less than half a second is left out.
    var steps: [String: Int64] = [:]
    var run: Int64?

    /// As in the newest other run of the same runbook that was completed; steps that it does not tell of, as in the newest
    /// good drill into the same site. Empty where the journal cannot say.
    static func of(_ run: String, in file: JournalFile) -> UsualSpans {
        guard let runs = try? file.snapshot().projections.runs.newestFirst,
            let own = runs.first(where: { $0.id == run })
        else { return UsualSpans() }
        let earlier = runs.first {
            $0.id != run && $0.runbook == own.runbook && $0.kind == own.kind && $0.standing == .completed
        }
        let told = earlier.flatMap { timeline(of: $0.id, in: file) }
        var all = UsualSpans()
        all.run = told.map { span(of: $0) }
        all.steps = told.map { spans(of: $0).mapValues { $0.milliseconds } } ?? [:]
        if own.kind == .runbook, let plan = try? file.state(of: run).plan,
            let drill = runs.first(where: { $0.kind == .drill && $0.to == own.to && $0.isGoodDrill == true })
        {
            let drilled = timeline(of: drill.id, in: file).map { spans(of: $0) } ?? [:]
            for step in plan.steps where all.steps[step.id] == nil {
                all.steps[step.id] = drilled.values.first { $0.step.isLike(step) }?.milliseconds
            }
        }
        all.steps = all.steps.filter { $0.value >= 500 }
        return all
    }

    private static func timeline(of run: String, in file: JournalFile) -> RunTimeline? {
        guard let entries = try? file.entries(run: run) else { return nil }
        return try? RunTimeline(entries: entries, stillOwed: [])
    }

    private static func span(of timeline: RunTimeline) -> Int64 {
        let waited = timeline.steps.reduce(0) { $0 + $1.waitedMilliseconds }
        return max(0, timeline.last.milliseconds(since: timeline.started) - waited)
    }

    private static func spans(of timeline: RunTimeline) -> [String: (step: PlannedStep, milliseconds: Int64)] {
        timeline.steps.reduce(into: [:]) { spans, step in
            guard let span = step.milliseconds else { return }
            spans[step.planned.id] = (step.planned, span - step.waitedMilliseconds)
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
