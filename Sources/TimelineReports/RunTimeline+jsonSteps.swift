import FailoverModel

extension RunTimeline.Step {
    var json: JSONValue {
        [
            "id": .string(planned.id), "phase": .string(planned.phase), "title": .string(planned.title),
            "command": .string(planned.command), "site": .string(planned.site), "cluster": JSONValue(planned.cluster),
            "pivot": .bool(planned.isPivot), "state": .string(standing.rawValue), "startedAt": began.json,
            "endedAt": ended.json, "milliseconds": JSONValue(milliseconds),
            "waitedMilliseconds": .integer(waitedMilliseconds), "sentence": .string(sentence),
            "attempts": .array(attempts.map(\.json)), "waits": .array(waits.map(\.json)),
        ]
    }
}

extension RunTimeline.Attempt {
    fileprivate var json: JSONValue {
        [
            "number": JSONValue(number), "direction": .string(direction.rawValue), "startedAt": intended.json,
            "endedAt": ended.json, "milliseconds": JSONValue(milliseconds), "outcome": JSONValue(outcome?.rawValue),
            "sentence": .string(sentence), "fault": fault.map(\.asJSON) ?? .null,
        ]
    }
}

extension Fault {
    fileprivate var asJSON: JSONValue {
        ["kind": .string(kind.rawValue), "what": .string(what), "place": .string(place), "next": .string(next)]
    }
}

extension RunTimeline.Wait {
    fileprivate var json: JSONValue {
        [
            "question": .string(question), "askedAt": asked.json, "answeredAt": answered.json,
            "answeredBy": JSONValue(answeredBy), "answer": JSONValue(answer),
            "milliseconds": answered == nil ? .null : .integer(milliseconds),
        ]
    }
}

extension RunTimeline.Tenure {
    var json: JSONValue {
        [
            "pid": .integer(executor.pid), "host": .string(executor.host), "identity": .string(executor.identity),
            "actor": .string(actor), "claimedAt": claimed.json, "takenOverBecause": JSONValue(takenOverBecause),
            "releasedAt": released.json, "reason": JSONValue(reason?.rawValue),
        ]
    }
}

extension RunTimeline.Interruption {
    var json: JSONValue {
        [
            "beganAt": began.json, "resumedAt": resumed.json, "resumedBy": JSONValue(resumedBy),
            "milliseconds": JSONValue(milliseconds), "why": .string(why), "lost": .bool(isLoss),
            "stepsUnderWay": .array(underWay.map(JSONValue.string)),
        ]
    }

    var milliseconds: Int64? { resumed?.milliseconds(since: began) }
}
