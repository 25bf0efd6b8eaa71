import FailoverModel

/// What was promised and what it came to, as people read it.
enum ObjectivesText {
    /// `Objectives: served again after 1.8 s, promised 15 min 00 s (met); loss at least 0.0 s, promised 0.0 s (not known)`.
    static func sentence(_ measured: MeasuredObjectives) -> String {
        var parts: [String] = []
        if let promised = measured.objectives.recoveryTimeMilliseconds {
            let verb = measured.isOfDrill ? "would have served again after" : "served again after"
            let recovered = measured.recoveryMilliseconds.map {
                "\(verb) \(SpanText.of($0))\(measured.isOfDrill ? " as far as measured" : "")"
            }
            let missing = measured.isOfDrill ? "recovery time not measured" : "has not served again"
            parts.append(
                "\(recovered ?? missing), promised \(SpanText.of(promised)) (\(words(measured.recovery)))"
            )
        }
        if let promised = measured.objectives.recoveryPointMilliseconds {
            let least = measured.isLossAtLeast ? "at least " : ""
            let would = measured.isOfDrill ? "would have been " : ""
            let loss = measured.lossMilliseconds.map { "loss \(would)\(least)\(SpanText.of($0))" } ?? "loss unknown"
            parts.append("\(loss), promised \(SpanText.of(promised)) (\(words(measured.loss)))")
        }
        return "Objectives: \(parts.joined(separator: "; "))"
    }

    static func painted(_ text: String, _ verdict: MeasuredObjectives.Verdict, _ style: TerminalStyle) -> String {
        switch verdict {
        case .met: style.paint(text, .green)
        case .missed: style.paint(text, .red)
        case .unknown: text
        }
    }

    static func words(_ verdict: MeasuredObjectives.Verdict) -> String {
        switch verdict {
        case .met: "met"
        case .missed: "missed"
        case .unknown: "not known"
        }
    }

    /// `null` where nothing is promised.
    static func json(_ measured: MeasuredObjectives?) -> JSONValue {
        guard let measured else { return .null }
        return [
            "verdict": .string(measured.verdict.rawValue),
            "recoveryTime": [
                "milliseconds": JSONValue(measured.recoveryMilliseconds),
                "verdict": .string(measured.recovery.rawValue),
                "promisedMilliseconds": JSONValue(measured.objectives.recoveryTimeMilliseconds),
            ],
            "loss": [
                "milliseconds": JSONValue(measured.lossMilliseconds), "verdict": .string(measured.loss.rawValue),
                "isAtLeast": .bool(measured.isLossAtLeast),
                "promisedMilliseconds": JSONValue(measured.objectives.recoveryPointMilliseconds),
            ],
        ]
    }
}
