import FailoverModel

/// `/api/checks`: the last check with what was not in order, how the ones before it went, and the drills.
enum CheckHistoryDocument {
    static func json(_ picture: PagePicture) -> JSONValue {
        [
            "last": picture.projections.checks.last.map(last) ?? .null,
            "history": .array(picture.looks.checks.checks.reversed().map(check)),
            "drills": .array(picture.projections.runs.drills.map(drill)),
        ]
    }

    private static func last(_ status: CheckProjection.Status) -> JSONValue {
        [
            "at": .string(status.at.description), "ok": .integer(status.ok),
            "lastSoundAt": JSONValue(status.lastSoundAt?.description),
            "problems": .array(
                status.problems.map {
                    [
                        "id": .string($0.id), "site": .string($0.site), "verdict": .string($0.verdict.rawValue),
                        "seen": .string($0.seen),
                    ]
                }),
        ]
    }

    private static func check(_ check: CheckHistory.Check) -> JSONValue {
        [
            "sequence": .integer(check.sequence), "at": .string(check.at.description), "actor": .string(check.actor),
            "ok": .integer(check.ok), "warning": .integer(Int64(check.count(.warning))),
            "failing": .integer(Int64(check.count(.failing))), "unknown": .integer(Int64(check.count(.unknown))),
        ]
    }

    private static func drill(_ run: RunSummary) -> JSONValue {
        [
            "id": .string(run.id), "title": .string(run.title), "state": .string(run.standing.rawValue),
            "startedAt": .string(run.startedAt.description), "endedAt": JSONValue(run.endedAt?.description),
            "summary": .string(run.summary),
        ]
    }
}

extension RunsProjection {
    /// Rehearsed failovers, newest first.
    var drills: [RunSummary] { newestFirst.filter { $0.kind == .drill } }
}
