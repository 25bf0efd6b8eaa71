extension DrillResult {
    /// `good problems[] warnings[] recoveryMilliseconds parts[] notMeasured[] losses[] latencies[]`; what is not known is `null`, and
    /// latencies are whole microseconds.
    package var json: JSONValue {
        [
            "good": isGood.map(JSONValue.bool) ?? .null, "problems": .array(problems.map(JSONValue.string)),
            "warnings": .array(warnings.map(JSONValue.string)),
            "recoveryMilliseconds": JSONValue(recoveryMilliseconds),
            "parts": .array(parts.map { ["name": .string($0.name), "milliseconds": .integer($0.milliseconds)] }),
            "notMeasured": .array(notMeasured.map(JSONValue.string)),
            "losses": .array(
                losses.map {
                    [
                        "cluster": .string($0.cluster), "bytes": JSONValue($0.estimate?.bytes),
                        "milliseconds": JSONValue($0.estimate?.milliseconds),
                    ]
                }), "latencies": .array(latencies.map(\.json)),
        ]
    }
}

extension DrillLatency {
    fileprivate var json: JSONValue {
        [
            "cluster": .string(cluster), "clone": clone?.json ?? .null, "primary": primary?.json ?? .null,
            "primaryUnknown": JSONValue(primaryUnknown),
        ]
    }
}

extension DrillLatency.Figures {
    fileprivate var json: JSONValue {
        [
            "p50Microseconds": .integer(medianMicroseconds), "p95Microseconds": .integer(slowMicroseconds),
            "statements": JSONValue(statements),
        ]
    }
}
