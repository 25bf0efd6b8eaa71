extension DrillResult {
    /// What was measured against what is promised; `nil` where nothing was.
    var measuredObjectives: MeasuredObjectives? {
        guard !parts.isEmpty || !losses.isEmpty else { return nil }
        let isLossAtLeast = losses.contains { $0.estimate?.isAtLeastAsOf != nil }
        return MeasuredObjectives(
            recoveryMilliseconds: recoveryMilliseconds,
            recovery: Self.judge(recoveryMilliseconds, objectives.recoveryTimeMilliseconds),
            lossMilliseconds: lossMilliseconds, isLossAtLeast: isLossAtLeast,
            loss: Self.judge(lossMilliseconds, objectives.recoveryPointMilliseconds, isAtLeast: isLossAtLeast),
            objectives: objectives, isOfDrill: true)
    }

    private static func judge(
        _ measured: Int64?, _ promised: Int64?, isAtLeast: Bool = false
    ) -> MeasuredObjectives.Verdict {
        guard let measured, let promised else { return .unknown }
        if measured > promised { return .missed }
        return isAtLeast ? .unknown : .met
    }
}
