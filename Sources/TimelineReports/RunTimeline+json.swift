package import FailoverModel

extension RunTimeline {
    /// The timeline as one JSON document, schema `handover.timeline/1`.
    ///
    /// Times are RFC 3339 in UTC with microseconds; durations are whole milliseconds that count forward only
    /// (`Point.elapsedMicroseconds`). What is not known is `null`. New keys may come at any time; `schema` changes when a
    /// key changes its meaning or goes.
    ///
    /// - `run`: `id kind runbook title from to others state direction summary startedBy startedAt lastAt endedAt`
    /// - `recovery`: `milliseconds step objectiveMilliseconds unknownBecause`
    /// - `drill`, `null` for what is none: `good problems[] warnings[] recoveryMilliseconds parts[] notMeasured[] losses[] latencies[]`; a part
    ///   has `name milliseconds`, a loss `cluster bytes milliseconds`, a latency `cluster clone primary primaryUnknown`, and
    ///   each of its sides `p50Microseconds p95Microseconds statements`. `good` is `null` while it is not over
    /// - `losses[]`: `cluster site bytes milliseconds lastTransactionAt isAtLeastAsOf forkPosition oldTimeline newTimeline
    ///   promoted objectiveMilliseconds`; `bytes` and `milliseconds` are 0 only where 0 was measured
    /// - `phases[]`: `id title startedAt endedAt milliseconds waitedMilliseconds`
    /// - `steps[]`: `id phase title command site cluster pivot state startedAt endedAt milliseconds waitedMilliseconds
    ///   sentence attempts[] waits[]`; an attempt has `number direction startedAt endedAt milliseconds outcome sentence
    ///   fault`, a wait `question askedAt answeredAt answeredBy answer milliseconds`
    /// - `executors[]`: `pid host identity actor claimedAt takenOverBecause releasedAt reason`
    /// - `interruptions[]`: `beganAt resumedAt resumedBy milliseconds why lost stepsUnderWay`
    /// - `decisions[]`, `notes[]`: `sequence time happenedAt actor step sentence`
    /// - `troubles[]`: `sequence time step sentence handling`
    /// - `owed[]`: `step site title reason since paid`
    /// - `roleChanges[]`: `sequence time site cluster from to`
    /// - `criticalPath`: `milliseconds links[]`; a link has `step milliseconds waitingMilliseconds workingMilliseconds
    ///   pausingMilliseconds nobodyMilliseconds gainMilliseconds`
    /// - `silences[]`, which nothing explains: `afterSequence untilSequence milliseconds steps[]`
    /// - `entries[]`, every entry of the run in the journal's order, but for those with a time of their own, which stand
    ///   where that falls: `sequence time recordedAt elapsedMilliseconds actor type kind step source author sentence
    ///   clockWentBackMilliseconds placeUncertain`; `time` is when it happened
    ///
    /// `handover timeline --schema` prints this as a JSON Schema.
    package var json: JSONValue {
        [
            "schema": "handover.timeline/1",
            "run": runJSON,
            "recovery": recoveryJSON, "drill": drill?.json ?? .null,
            "losses": .array(losses.map { $0.json(objective: plan.objectives.recoveryPointMilliseconds) }),
            "phases": .array(phases.map(\.json)),
            "steps": .array(steps.map(\.json)),
            "executors": .array(tenures.map(\.json)),
            "interruptions": .array(interruptions.map(\.json)),
            "decisions": .array(decisions.map(\.json)),
            "notes": .array(notes.map(\.json)),
            "troubles": .array(troubles.map(\.json)),
            "owed": .array(debts.map(\.json)),
            "criticalPath": criticalPath?.json ?? .null,
            "silences": .array(silences.map(\.json)),
            "roleChanges": .array(roleChanges.map(\.json)),
            "entries": .array(items.map(\.json)),
        ]
    }

    private var runJSON: JSONValue {
        [
            "id": .string(run), "kind": .string(kind.rawValue), "runbook": .string(plan.runbook),
            "title": .string(plan.title), "from": .string(plan.from), "to": .string(plan.to),
            "others": .array(plan.others.map(JSONValue.string)), "state": .string(standing.rawValue),
            "direction": .string(direction.rawValue), "summary": .string(summary), "startedBy": .string(startedBy),
            "startedAt": started.json, "lastAt": last.json, "endedAt": ended.json,
        ]
    }

    private var recoveryJSON: JSONValue {
        let objective = JSONValue(plan.objectives.recoveryTimeMilliseconds)
        return switch recovery {
        case .after(let milliseconds, let step):
            [
                "milliseconds": .integer(milliseconds), "step": .string(step), "objectiveMilliseconds": objective,
                "unknownBecause": nil,
            ]
        case .none(let why):
            ["milliseconds": nil, "step": nil, "objectiveMilliseconds": objective, "unknownBecause": .string(why)]
        }
    }
}

extension RunTimeline.Point {
    var json: JSONValue { .string(time.description) }
}

extension RunTimeline.Point? {
    var json: JSONValue { JSONValue(self?.time.description) }
}

extension RunTimeline.Loss {
    fileprivate func json(objective: Int64?) -> JSONValue {
        [
            "cluster": .string(cluster), "site": .string(site), "bytes": JSONValue(estimate?.bytes),
            "milliseconds": JSONValue(estimate?.milliseconds),
            "lastTransactionAt": JSONValue(estimate?.lastTransactionAt?.description),
            "isAtLeastAsOf": JSONValue(estimate?.isAtLeastAsOf?.description), "forkPosition": JSONValue(forkPosition),
            "oldTimeline": JSONValue(oldTimeline), "newTimeline": JSONValue(newTimeline), "promoted": .bool(isPromoted),
            "objectiveMilliseconds": JSONValue(objective),
        ]
    }
}

extension RunTimeline.Phase {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "title": .string(title), "startedAt": began.json, "endedAt": ended.json,
            "milliseconds": JSONValue(milliseconds), "waitedMilliseconds": .integer(waitedMilliseconds),
        ]
    }

    var milliseconds: Int64? { began.flatMap { began in ended.map { $0.milliseconds(since: began) } } }
}

extension RunTimeline.Decision {
    fileprivate var json: JSONValue {
        [
            "sequence": .integer(point.sequence), "time": point.json,
            "happenedAt": JSONValue(happenedAt?.description), "actor": .string(actor), "step": JSONValue(step),
            "sentence": .string(sentence),
        ]
    }
}

extension RunTimeline.Trouble {
    fileprivate var json: JSONValue {
        [
            "sequence": .integer(point.sequence), "time": point.json, "step": JSONValue(step),
            "sentence": .string(sentence), "handling": .string(handling),
        ]
    }
}

extension RunTimeline.OpenDebt {
    fileprivate var json: JSONValue {
        [
            "step": .string(step), "site": .string(site), "title": .string(title), "reason": .string(reason),
            "since": since.json, "paid": .bool(isPaid),
        ]
    }
}

extension RunTimeline.RoleChange {
    fileprivate var json: JSONValue {
        [
            "sequence": .integer(point.sequence), "time": point.json, "site": .string(site),
            "cluster": JSONValue(cluster), "from": JSONValue(from), "to": .string(to),
        ]
    }
}

extension RunTimeline.Item {
    fileprivate var json: JSONValue {
        [
            "sequence": .integer(point.sequence), "time": .string(time.description), "recordedAt": point.json,
            "elapsedMilliseconds": .integer(position / 1000), "actor": .string(actor), "type": .string(type),
            "kind": .string(kind.rawValue), "step": JSONValue(step), "source": JSONValue(source),
            "author": JSONValue(author), "sentence": .string(sentence),
            "clockWentBackMilliseconds": JSONValue(clockWentBackMilliseconds),
            "placeUncertain": .bool(isPlaceUncertain),
        ]
    }
}

extension RunTimeline.CriticalPath {
    fileprivate var json: JSONValue {
        ["milliseconds": .integer(milliseconds), "links": .array(links.map(\.json))]
    }
}

extension RunTimeline.CriticalPath.Link {
    fileprivate var json: JSONValue {
        [
            "step": .string(step), "milliseconds": .integer(milliseconds),
            "waitingMilliseconds": .integer(waitingMilliseconds), "workingMilliseconds": .integer(workingMilliseconds),
            "pausingMilliseconds": .integer(pausingMilliseconds), "nobodyMilliseconds": .integer(nobodyMilliseconds),
            "gainMilliseconds": JSONValue(gainMilliseconds),
        ]
    }
}

extension RunTimeline.Silence {
    fileprivate var json: JSONValue {
        [
            "afterSequence": .integer(began.sequence), "untilSequence": .integer(ended.sequence),
            "milliseconds": .integer(milliseconds), "steps": .array(steps.map(JSONValue.string)),
        ]
    }
}

extension TimelineReport {
    /// One run's document as it is; several as `handover.timelines/1`: `runs[]`, each such a document, and `entries[]`,
    /// those of all runs as they happened, each with its `run`.
    package var json: JSONValue {
        guard runs.count > 1 else { return runs[0].json }
        return [
            "schema": "handover.timelines/1", "runs": .array(runs.map(\.json)),
            "entries": .array(
                items.map { placed in
                    var fields = placed.item.json.fields ?? [:]
                    fields["run"] = .string(runs[placed.run].run)
                    fields["elapsedMilliseconds"] = .integer(placed.position / 1000)
                    return .object(fields)
                }),
        ]
    }
}
