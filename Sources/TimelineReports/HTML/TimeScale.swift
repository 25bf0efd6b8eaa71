/// Where moments lie on an axis from 0 to 100 per cent. Long stretches in which nothing was carried out are drawn narrow,
/// so that what was done can be seen; the axis is broken there, and says so.
package struct TimeScale: Equatable, Sendable {
    package struct Break: Equatable, Sendable {
        package var from: Int64
        package var to: Int64
    }

    package let from: Int64
    package let to: Int64
    package let breaks: [Break]
    private let perMicrosecond: Double

    /// How wide a broken stretch is, in per cent.
    static let breakWidth = 4.0
    /// Of the whole, from when on a quiet stretch is broken.
    static let longest = 0.12

    /// Microseconds; `quiet` are the stretches that may be broken.
    init(from: Int64, to: Int64, quiet: Spans = Spans([])) {
        self.from = from
        self.to = max(to, from + 1)
        let whole = self.to - self.from
        let limits = from..<self.to
        breaks = quiet.within(limits).ranges.filter {
            Double($0.upperBound - $0.lowerBound) > Double(whole) * Self.longest
        }
        .prefix(10).map { Break(from: $0.lowerBound, to: $0.upperBound) }
        let shown = whole - breaks.reduce(0) { $0 + ($1.to - $1.from) }
        perMicrosecond = (100 - Double(breaks.count) * Self.breakWidth) / Double(max(1, shown))
    }

    /// Per cent from the left.
    package func position(_ moment: Int64) -> Double {
        var position = 0.0
        var done = from
        let moment = min(max(moment, from), to)
        for gap in breaks {
            if moment <= gap.from { break }
            position += Double(gap.from - done) * perMicrosecond
            let inside = Double(min(moment, gap.to) - gap.from) / Double(gap.to - gap.from)
            position += inside * Self.breakWidth
            done = gap.to
            if moment <= gap.to { return position }
        }
        return position + Double(max(0, moment - done)) * perMicrosecond
    }

    /// Round moments, at most some six on an axis without breaks.
    package var ticks: [Int64] {
        let shown = breaks.reduce(to - from) { $0 - ($1.to - $1.from) }
        let steps: [Int64] =
            [100_000, 200_000, 500_000]
            + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200]
            .map { $0 * 1_000_000 }
        let step = steps.first { shown / $0 <= 6 } ?? (shown / 6 / 86_400_000_000 + 1) * 86_400_000_000
        var ticks: [Int64] = []
        var last = -100.0
        for part in parts {
            var tick = (part.lowerBound + step - 1) / step * step
            while tick <= part.upperBound, ticks.count < 40 {
                let place = position(tick)
                if place - last > 7 {
                    ticks.append(tick)
                    last = place
                }
                tick += step
            }
        }
        return ticks
    }

    /// What lies between the breaks.
    private var parts: [ClosedRange<Int64>] {
        var parts: [ClosedRange<Int64>] = []
        var start = from
        for gap in breaks {
            parts.append(start...max(start, gap.from))
            start = gap.to
        }
        return parts + [start...max(start, to)]
    }
}

extension Double {
    /// Per cent with two digits after the point, as an SVG attribute takes it.
    var asPercent: String {
        let hundredths = Int((self * 100).rounded())
        let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
        let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return (hundredths < 0 ? "-" : "") + "\(whole)\(fraction)%"
    }
}
