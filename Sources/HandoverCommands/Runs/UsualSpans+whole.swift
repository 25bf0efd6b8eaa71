import FailoverModel
import TimelineReports

extension UsualSpans {
    /// How long the whole run took, in milliseconds, when it was completed last, without the time in which persons were
    /// waited for; `nil` where the journal cannot say.
    static func whole(_ run: String, in file: JournalFile) -> Int64? {
        guard let runs = try? file.snapshot().projections.runs.newestFirst,
            let own = runs.first(where: { $0.id == run }),
            let earlier = runs.first(where: {
                $0.id != run && $0.runbook == own.runbook && $0.kind == own.kind && $0.standing == .completed
            }),
            let entries = try? file.entries(run: earlier.id),
            let timeline = try? RunTimeline(entries: entries, stillOwed: [])
        else { return nil }
        let waited = timeline.steps.reduce(0) { $0 + $1.waitedMilliseconds }
        return max(0, timeline.last.milliseconds(since: timeline.started) - waited)
    }
}
