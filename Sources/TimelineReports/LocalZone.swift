package import FailoverModel

/// A time zone in which times are shown beside UTC: its name, and how far it is from UTC at a moment.
package struct LocalZone: Sendable {
    package var name: String
    package var secondsFromUTC: @Sendable (Moment) -> Int64

    package init(name: String, secondsFromUTC: @escaping @Sendable (Moment) -> Int64) {
        self.name = name
        self.secondsFromUTC = secondsFromUTC
    }

    /// `2026-11-23 04:12:45.123`.
    package func text(_ moment: Moment) -> String {
        let there = moment.advanced(byMilliseconds: secondsFromUTC(moment) * 1000).description
        return "\(there.prefix(10)) \(there.dropFirst(11).prefix(12))"
    }

    /// `04:12:45`.
    func clock(_ moment: Moment) -> String { String(text(moment).dropFirst(11).prefix(8)) }

    /// `+01:00`.
    func offset(_ moment: Moment) -> String {
        let minutes = secondsFromUTC(moment) / 60
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (minutes < 0 ? "-" : "+") + two(abs(minutes) / 60) + ":" + two(abs(minutes) % 60)
    }
}
