/// How long one statement took at the clone, and at the primary at the same time.
package struct DrillLatency: Equatable, Sendable {
    package struct Figures: Equatable, Sendable {
        package var medianMicroseconds: Int64
        /// Of a hundred statements, 95 were as fast.
        package var slowMicroseconds: Int64
        package var statements: Int64?

        package init(medianMicroseconds: Int64, slowMicroseconds: Int64, statements: Int64? = nil) {
            self.medianMicroseconds = medianMicroseconds
            self.slowMicroseconds = slowMicroseconds
            self.statements = statements
        }

        /// `nil` where a figure is missing.
        init?(_ facts: JSONValue?) {
            guard let median = facts?[DrillFacts.median]?.integer, let slow = facts?[DrillFacts.slow]?.integer else {
                return nil
            }
            self.init(
                medianMicroseconds: median, slowMicroseconds: slow,
                statements: facts?[DrillFacts.statements]?.integer)
        }
    }

    package var cluster: String
    package var clone: Figures?
    package var primary: Figures?
    /// Why the primary's is not known.
    package var primaryUnknown: String?

    package init(cluster: String, clone: Figures?, primary: Figures?, primaryUnknown: String? = nil) {
        self.cluster = cluster
        self.clone = clone
        self.primary = primary
        self.primaryUnknown = primaryUnknown
    }

    init(_ facts: JSONValue, cluster: String) {
        self.init(
            cluster: cluster, clone: Figures(facts[DrillFacts.clone]), primary: Figures(facts[DrillFacts.primary]),
            primaryUnknown: facts[DrillFacts.primaryUnknown]?.text)
    }
}

extension DrillLatency {
    /// `the clone 0.8 ms in the middle and 2.1 ms at 95 %, the primary 0.7 ms and 1.9 ms`.
    package var sentence: String {
        let own =
            clone.map {
                "the clone \(Self.text($0.medianMicroseconds)) in the middle and "
                    + "\(Self.text($0.slowMicroseconds)) at 95 %"
            } ?? "the clone's is not known"
        let other =
            primary.map { "the primary \(Self.text($0.medianMicroseconds)) and \(Self.text($0.slowMicroseconds))" }
            ?? "the primary's is not known" + (primaryUnknown.map { " (\($0))" } ?? "")
        return "\(own), \(other)"
    }

    /// Microseconds as milliseconds with two digits.
    private static func text(_ microseconds: Int64) -> String {
        let hundredths = microseconds / 10
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) ms"
    }
}
