import FailoverModel

/// How far each sequence has to go, and whether the one-time keys have to go.
struct SequenceMove: Equatable, Sendable {
    /// Where each sequence must stand at least, by its full name.
    var goals: [String: Int64]
    /// Those that do not stand there yet.
    var behind: Int
    var emptiesKeys: Bool
    /// Whether the keys that are to go are still there.
    var hasKeys: Bool
    private var step: Int64
    private var isLossless: Bool
    private var systemIdentifier: String

    /// The goals are those of the step's first look that led to something: looking again after a crash must not move them on.
    init(_ sight: SynapseSight, remembered: JSONValue?, loss: LossEstimate?, margin: Int64) {
        let earlier = remembered.map(SequenceMove.init(facts:))
        isLossless = earlier?.isLossless ?? (loss.map { $0.bytes == 0 && $0.isAtLeastAsOf == nil } ?? false)
        let step = earlier?.step ?? (isLossless ? 1 : margin)
        self.step = step
        var goals = sight.sequences.mapValues { last in
            let (sum, isTooFar) = last.value.addingReportingOverflow(step)
            return min(isTooFar ? last.most : sum, last.most)
        }
        for (name, position) in sight.written { goals[name] = max(goals[name] ?? 0, position) }
        self.goals = earlier?.goals ?? goals
        behind = self.goals.count { (sight.sequences[$0.key]?.value ?? .max) < $0.value }
        emptiesKeys = earlier?.emptiesKeys ?? (!isLossless && sight.hasKeys != nil)
        hasKeys = sight.hasKeys == true
        systemIdentifier = sight.systemIdentifier
    }

    init(facts: JSONValue) {
        goals = (facts["goals"]?.fields ?? [:]).compactMapValues(\.integer)
        behind = 0
        emptiesKeys = facts["emptiesKeys"]?.flag ?? false
        hasKeys = false
        step = facts["step"]?.integer ?? 0
        isLossless = facts["isLossless"]?.flag ?? false
        systemIdentifier = facts["systemIdentifier"]?.text ?? ""
    }

    var facts: [String: JSONValue] {
        [
            "goals": .object(goals.mapValues { .integer($0) }), "emptiesKeys": .bool(emptiesKeys),
            "step": .integer(step), "isLossless": .bool(isLossless), "systemIdentifier": .string(systemIdentifier),
        ]
    }

    var isNeeded: Bool { behind > 0 || (emptiesKeys && hasKeys) }

    var count: String { goals.count == 1 ? "1 sequence" : "\(goals.count) sequences" }

    func sentence(in place: String) -> String {
        let why = isLossless ? "nothing was lost" : "transactions may be lost"
        let keys = emptiesKeys && hasKeys ? "; the one-time keys are emptied, as some may have been given out" : ""
        return "\(why), so \(count) in \(place) \(goals.count == 1 ? "moves" : "move") forward by \(step)\(keys)"
    }
}
