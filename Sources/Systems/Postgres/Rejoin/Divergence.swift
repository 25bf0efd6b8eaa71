import FailoverModel

/// Where two servers' histories part, as pg_rewind finds it too.
struct Divergence: Equatable, Sendable {
    /// The last timeline that both have.
    var timeline: Int64
    /// Where they part.
    var fork: LogPosition

    /// `nil` where one of them is an ancestor of the other in no way, and where both are on the same timeline.
    init?(own: TimelineHistory, theirs: TimelineHistory) {
        let pairs = zip(own.spans, theirs.spans).prefix { $0.timeline == $1.timeline && $0.begin == $1.begin }
        guard let last = pairs.map({ $0 }).last, let fork = [last.0.end, last.1.end].compactMap({ $0 }).min() else {
            return nil
        }
        timeline = last.0.timeline
        self.fork = fork
    }
}

extension TimelineHistory {
    fileprivate struct Span {
        var timeline: Int64
        var begin: LogPosition
        /// `nil` for the one that is being written.
        var end: LogPosition?
    }

    fileprivate var spans: [Span] {
        var spans: [Span] = []
        var begin = LogPosition(bytes: 0)
        for step in switches {
            spans.append(Span(timeline: step.parent, begin: begin, end: step.position))
            begin = step.position
        }
        return spans + [Span(timeline: timeline, begin: begin, end: nil)]
    }
}

/// What a returned site has that the primary has not.
struct Surplus: Equatable, Sendable {
    /// `nil` where the histories do not part: same timeline.
    var divergence: Divergence?
    /// `nil` where it cannot be told.
    var bytes: UInt64?
    var transactions: Int64?
    var isDiverged: Bool

    static let none = Surplus(divergence: nil, bytes: 0, transactions: 0, isDiverged: false)

    /// `8192 bytes with 3 transactions`
    var description: String {
        let size = bytes.map { "\($0) bytes" } ?? "an unknown number of bytes"
        let count = transactions.map { $0 == 1 ? "1 transaction" : "\($0) transactions" }
        return "\(size) of log with \(count ?? "an unknown number of transactions")"
    }

    var json: JSONValue {
        [
            "fork": JSONValue(divergence?.fork.description), "forkTimeline": JSONValue(divergence?.timeline),
            "bytes": JSONValue(bytes.map { Int64(clamping: $0) }), "transactions": JSONValue(transactions),
        ]
    }
}
