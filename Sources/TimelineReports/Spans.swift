/// Stretches of a run's time, in microseconds from its start: sorted, without overlaps.
struct Spans: Equatable {
    private(set) var ranges: [Range<Int64>] = []

    init(_ ranges: some Sequence<Range<Int64>>) {
        for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound {
                self.ranges[self.ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    var microseconds: Int64 { ranges.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

    func within(_ limits: Range<Int64>) -> Spans {
        Spans(ranges.map { $0.clamped(to: limits) })
    }

    /// What is in these and not in those.
    func subtracting(_ others: Spans) -> Spans {
        var left: [Range<Int64>] = []
        for range in ranges {
            var start = range.lowerBound
            for other in others.ranges where other.overlaps(range) {
                if other.lowerBound > start { left.append(start..<other.lowerBound) }
                start = max(start, other.upperBound)
            }
            if start < range.upperBound { left.append(start..<range.upperBound) }
        }
        return Spans(left)
    }
}

extension RunTimeline {
    /// From one point to another; up to `end` where there is no other.
    static func range(_ start: Point, _ end: Point?, upTo last: Point) -> Range<Int64> {
        let start = start.elapsedMicroseconds
        return start..<max(start, (end ?? last).elapsedMicroseconds)
    }
}
