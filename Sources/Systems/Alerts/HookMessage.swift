package import FailoverModel

/// One thing that a hook is told, in whatever form it wants it. Holds no secret, because it leaves the house.
package struct HookMessage: Equatable, Sendable {
    /// A line of what people read.
    package enum Line: Equatable, Sendable {
        case headline(String)
        case text(String)
        /// To be typed as it stands.
        case command(String)

        package var text: String {
            switch self {
            case .headline(let text), .text(let text), .command(let text): text
            }
        }
    }

    /// The same for every try of the same message and no other: letters, digits and `-`.
    package var key: String
    package var at: Moment
    package var lines: [Line]
    /// What the form `json` says beside the key, the time and the topology.
    package var document: [String: JSONValue]
    /// What Alertmanager gets; it takes nothing else.
    package var signals: [HookSignal]

    package init(
        key: String, at: Moment, lines: [Line], document: [String: JSONValue] = [:], signals: [HookSignal] = []
    ) {
        self.key = key
        self.at = at
        self.lines = lines
        self.document = document
        self.signals = signals
    }
}

/// An alert of Alertmanager's: the same labels are the same alert, however often it is sent.
package struct HookSignal: Equatable, Sendable {
    package var labels: [String: String]
    package var summary: String
    package var description: String
    package var isOver: Bool
    /// When it began, or was over.
    package var at: Moment
    /// When it ends by itself. Alertmanager ends one that does not say so after some minutes (`resolve_timeout`), and
    /// Handover may be gone by then: a run may wait for a person for days.
    package var lastsMilliseconds: Int64

    package init(
        labels: [String: String], summary: String, description: String, isOver: Bool, at: Moment,
        lastsMilliseconds: Int64 = 7 * 86_400_000
    ) {
        self.labels = labels
        self.summary = summary
        self.description = description
        self.isOver = isOver
        self.at = at
        self.lastsMilliseconds = lastsMilliseconds
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "labels": .object(labels.mapValues(JSONValue.string)),
            "annotations": ["summary": .string(summary), "description": .string(description)],
        ]
        if isOver {
            fields["endsAt"] = .string(at.description)
        } else {
            fields["startsAt"] = .string(at.description)
            fields["endsAt"] = .string(at.advanced(byMilliseconds: lastsMilliseconds).description)
        }
        return .object(fields)
    }
}
