/// Spans and moments as people read them.
package enum SpanText {
    /// `0.4 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`, `3 days`. A clock that went back gives `0.0 s`.
    package static func of(_ milliseconds: Int64) -> String {
        let milliseconds = max(0, milliseconds)
        switch milliseconds {
        case ..<60_000: return "\(milliseconds / 1000).\(milliseconds / 100 % 10) s"
        case ..<3_600_000: return "\(milliseconds / 60_000) min \(twoDigits(milliseconds / 1000 % 60)) s"
        case ..<172_800_000: return "\(milliseconds / 3_600_000) h \(twoDigits(milliseconds / 60_000 % 60)) min"
        default: return "\(milliseconds / 86_400_000) days"
        }
    }

    /// `12 s ago`, `4 min ago`, `just now`.
    package static func ago(_ moment: Moment, now: Moment) -> String {
        let seconds = max(0, now.milliseconds(since: moment)) / 1000
        switch seconds {
        case ..<2: return "just now"
        case ..<120: return "\(seconds) s ago"
        case ..<7200: return "\(seconds / 60) min ago"
        case ..<172_800: return "\(seconds / 3600) h ago"
        default: return "\(seconds / 86_400) days ago"
        }
    }

    /// `2026-11-23 14:03:07Z`.
    package static func moment(_ moment: Moment) -> String {
        let text = moment.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
    }

    /// `14:03:07Z`.
    package static func time(_ moment: Moment) -> String { "\(moment.description.dropFirst(11).prefix(8))Z" }

    /// `812 bytes`, `3.4 MB`.
    package static func bytes(_ count: Int64) -> String {
        let units = ["kB", "MB", "GB", "TB", "PB"]
        guard count >= 1000 else { return count == 1 ? "1 byte" : "\(count) bytes" }
        var value = count
        var unit = 0
        while value >= 1_000_000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(value / 1000).\(value / 100 % 10) \(units[unit])"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
