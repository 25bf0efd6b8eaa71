import FailoverModel
import TimelineReports

/// How long a run and its steps usually take, in milliseconds, without the time in which persons were waited for.
struct UsualSpans: Equatable, Sendable {
    /// By step id; what takes less than half a second is left out.
    var steps: [String: Int64] = [:]
    var run: Int64?

    /// As in the newest other run of the same runbook that was completed; empty where the journal cannot say.
    static func of(_ run: String, in file: JournalFile) -> UsualSpans {
        guard let runs = try? file.snapshot().projections.runs.newestFirst,
            let own = runs.first(where: { $0.id == run }),
            let earlier = runs.first(where: {
                $0.id != run && $0.runbook == own.runbook && $0.kind == own.kind && $0.standing == .completed
            }),
            let entries = try? file.entries(run: earlier.id),
            let timeline = try? RunTimeline(entries: entries, stillOwed: [])
        else { return UsualSpans() }
        let waited = timeline.steps.reduce(0) { $0 + $1.waitedMilliseconds }
        var usual = UsualSpans(run: max(0, timeline.last.milliseconds(since: timeline.started) - waited))
        for step in timeline.steps {
            guard let span = step.milliseconds, span - step.waitedMilliseconds >= 500 else { continue }
            usual.steps[step.planned.id] = span - step.waitedMilliseconds
        }
        return usual
    }
}
