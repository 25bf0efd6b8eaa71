import FailoverModel
import RunEngine

/// A run in a list, with what is known of its executor now.
struct ListedRun: Sendable {
    let summary: RunSummary
    /// `nil` where nobody holds it.
    let liveness: Liveness?

    /// Says that it runs, but nobody carries it out any more.
    var isAbandoned: Bool { liveness?.isGone ?? false }
}

extension [ListedRun] {
    /// The names of those that nobody carries out any more.
    var abandoned: Set<String> { Set(lazy.filter(\.isAbandoned).map(\.summary.id)) }
}

extension Liveness {
    /// Certainly gone.
    var isGone: Bool { if case .gone = self { true } else { false } }
}

/// One run of `runs --json` and `status --json`.
enum RunSummaryDocument {
    static func json(_ run: ListedRun, measured: MeasuredObjectives? = nil) -> JSONValue {
        let summary = run.summary
        return [
            "id": .string(summary.id), "runbook": .string(summary.runbook), "title": .string(summary.title),
            "kind": .string(summary.kind.rawValue), "from": .string(summary.from), "to": .string(summary.to),
            "state": .string(summary.standing.rawValue), "direction": .string(summary.direction.rawValue),
            "startedAt": JSONValue(summary.startedAt), "startedBy": .string(summary.startedBy),
            "endedAt": JSONValue(summary.endedAt), "lastAt": JSONValue(summary.lastAt),
            "summary": .string(summary.summary), "isPastPivot": .bool(summary.isPastPivot),
            "isAbandoned": .bool(run.isAbandoned), "objectives": ObjectivesText.json(measured),
            "isGoodDrill": summary.isGoodDrill.map(JSONValue.bool) ?? .null,
            "executor": ExecutorDocument.json(summary.executor, since: summary.claimedAt, run.liveness),
        ]
    }
}
