/// A workload's `spec.selector`: all parts must hold. An empty one selects nothing here, as the API refuses it for workloads.
struct LabelSelector: Decodable, Equatable, Sendable {
    struct Expression: Decodable, Equatable, Sendable {
        var key: String
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
        var `operator`: String
        var values: [String]?
    }

    var matchLabels: [String: String]?
    var matchExpressions: [Expression]?

    func selects(_ labels: [String: String]) -> Bool {
        let equalities = matchLabels ?? [:]
        let expressions = matchExpressions ?? []
        guard !equalities.isEmpty || !expressions.isEmpty else { return false }
        return equalities.allSatisfy { labels[$0.key] == $0.value } && expressions.allSatisfy { $0.holds(for: labels) }
    }
}

extension LabelSelector.Expression {
    func holds(for labels: [String: String]) -> Bool {
        let value = labels[key]
        switch self.operator {
        case "In": return value.map { (values ?? []).contains($0) } ?? false
        case "NotIn": return value.map { !(values ?? []).contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        default: return false
        }
    }
}
