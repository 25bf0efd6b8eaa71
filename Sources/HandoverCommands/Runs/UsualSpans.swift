import FailoverModel
import TimelineReports

/// How long steps usually take.
enum UsualSpans {
    /// As in the newest other run of the same runbook that was completed, in milliseconds by step id, without the time in
    /// which persons were waited for. What takes less than half a second is left out; so is everything where the journal
    /// cannot say.
    static func of(_ run: String, in file: JournalFile) -> [String: Int64] {
        guard let runs = try? file.snapshot().projections.runs.newestFirst,
            let own = runs.first(where: { $0.id == run }),
            let earlier = runs.first(where: {
                $0.id != run && $0.runbook == own.runbook && $0.kind == own.kind && $0.standing == .completed
            }),
            let entries = try? file.entries(run: earlier.id),
            let timeline = try? RunTimeline(entries: entries, stillOwed: [])
        else { return [:] }
        return timeline.steps.reduce(into: [:]) { usual, step in
            guard let span = step.milliseconds, span - step.waitedMilliseconds >= 500 else { return }
            usual[step.planned.id] = span - step.waitedMilliseconds
        }
    }
}
