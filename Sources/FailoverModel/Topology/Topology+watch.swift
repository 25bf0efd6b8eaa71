/// What `handover watch` may do on its own; without it, it only tells.
package struct WatchPolicy: Equatable, Sendable {
    package enum Settle: String, CaseIterable, Sendable {
        case manual
        /// What a site is owed is done as soon as the site answers again.
        case automatic
    }

    package enum OnSplitBrain: String, CaseIterable, Sendable {
        case tell
        /// A second database that takes writes is fenced, where the journal knows that it is the wrong one.
        case fence
    }

    package var settle: Settle
    package var splitBrain: OnSplitBrain

    package init(settle: Settle = .manual, splitBrain: OnSplitBrain = .tell) {
        self.settle = settle
        self.splitBrain = splitBrain
    }
}

extension TopologyDecoder {
    /// `watch:` of the topology itself.
    mutating func watch(_ node: YAMLNode) -> WatchPolicy {
        guard let fields = node.mapping(called: "\"watch\"", keys: ["settle", "splitBrain"], &problems) else {
            return WatchPolicy()
        }
        let settle: WatchPolicy.Settle? = choice("settle", fields, example: "settle: automatic")
        let splitBrain: WatchPolicy.OnSplitBrain? = choice("splitBrain", fields, example: "splitBrain: fence")
        return WatchPolicy(settle: settle ?? .manual, splitBrain: splitBrain ?? .tell)
    }

    private mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ fields: YAMLMapping, example: String
    ) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        return fields[key]?.text(
            key, example: example, rule: "one of \(words.joined(separator: ", "))", &problems, where: words.contains
        ).flatMap(Choice.init)
    }
}
