extension RunState {
    /// What a promotion that has not begun would lose, in words, as the standbys were compared last; `nil` for other steps, and
    /// where nobody compared them yet.
    package func lossBefore(_ step: PlannedStep) -> String? {
        guard step.isPivot else { return nil }
        let others = plan.steps.filter { $0.id != step.id && $0.cluster == step.cluster }
        return others.compactMap { record($0.id).facts?["lossText"]?.text }.last
    }
}
