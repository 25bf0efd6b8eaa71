extension DrillResult {
    /// `good`, `not good`, `not over`.
    package var word: String {
        switch isGood {
        case true?: "good"
        case false?: "not good"
        case nil: "not over"
        }
    }

    /// What was found, a sentence each; `span` says milliseconds as people read them there.
    package func sentences(span: (Int64) -> String) -> [String] {
        problems.map { "Not good: \($0)" } + warnings.map { "Warning: \($0)" } + [recovery(span)]
            + losses.map { loss(of: $0, span) }
            + latencies.map { "Reading\(Self.of($0.cluster)): \($0.sentence)" }
            + (parts.isEmpty ? [] : ["Not measured: \(notMeasured.joined(separator: "; "))"])
    }

    private func recovery(_ span: (Int64) -> String) -> String {
        let words = parts.map { "\($0.name) \(span($0.milliseconds))" }.joined(separator: ", ")
        guard let recoveryMilliseconds else {
            return parts.isEmpty
                ? "Recovery time: not measured, the drill did not get that far"
                : "Recovery time: not measured to its end; \(words)"
        }
        return "Recovery would have taken \(span(recoveryMilliseconds)) as far as measured: \(words)"
            + judged(recoveryMilliseconds, objectives.recoveryTimeMilliseconds, isAtLeast: false, span)
    }

    private func loss(of loss: Loss, _ span: (Int64) -> String) -> String {
        guard let estimate = loss.estimate else { return "Loss\(Self.of(loss.cluster)): unknown" }
        return "At the moment of the clone\(Self.of(loss.cluster)): \(estimate)"
            + judged(
                estimate.milliseconds, objectives.recoveryPointMilliseconds,
                isAtLeast: estimate.isAtLeastAsOf != nil, span)
    }

    private func judged(_ measured: Int64?, _ promised: Int64?, isAtLeast: Bool, _ span: (Int64) -> String) -> String {
        guard let promised else { return "" }
        guard let measured, !isAtLeast || measured > promised else { return "; promised \(span(promised)) (not known)" }
        return "; promised \(span(promised)) (\(measured <= promised ? "met" : "missed"))"
    }

    private static func of(_ cluster: String) -> String { cluster.isEmpty ? "" : " of \(cluster)" }
}
