import FailoverModel

/// Times and durations as people read them.
enum TimeText {
    /// `42.1 s`, `3 min 05 s`, `2 h 07 min`.
    static func seconds(from start: Moment, to end: Moment) -> String {
        let milliseconds = max(0, end.milliseconds(since: start))
        let seconds = milliseconds / 1000
        if seconds < 60 { return "\(seconds).\(milliseconds / 100 % 10) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(padded(seconds % 60)) s" }
        return "\(seconds / 3600) h \(padded(seconds / 60 % 60)) min"
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension Moment {
    /// `2026-11-23 03:12:45 UTC`.
    var inSeconds: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }

    /// `03:12:45.123`.
    var timeOfDay: String { String(description.dropFirst(11).prefix(12)) }
}
