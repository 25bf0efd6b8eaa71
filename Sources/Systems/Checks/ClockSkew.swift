import FailoverModel
import Foundation

/// How far another clock is from this machine's, given its time and when it was asked and had answered.
struct ClockSkew: Equatable, Sendable {
    /// Positive where the other is ahead, in milliseconds; 0 where its time may lie between asking and answer.
    var milliseconds: Int64

    /// `wholeSeconds`: the time was cut to a second.
    init(_ time: Moment, _ begun: Moment, _ ended: Moment, wholeSeconds: Bool = false) {
        let latest = wholeSeconds ? time.advanced(byMilliseconds: 999) : time
        if time > ended {
            milliseconds = time.milliseconds(since: ended)
        } else {
            milliseconds = latest < begun ? -begun.milliseconds(since: latest) : 0
        }
    }

    /// More than this is worth a warning.
    static let tolerated: Int64 = 5000

    func result(_ check: Check, _ site: String, _ whose: String) -> CheckResult {
        guard milliseconds.magnitude > Self.tolerated else {
            return check.ok(site, "the clock of \(whose) agrees with this machine's")
        }
        let words = "\(milliseconds.magnitude / 1000) s \(milliseconds > 0 ? "ahead of" : "behind")"
        return check.warning(
            site, "the clock of \(whose) is \(words) this machine's", fix: "Let both follow the same time servers")
    }
}

/// The one form in which HTTP gives a date today (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    static func moment(_ text: String) -> Moment? {
        let parts = text.split(whereSeparator: { " :".contains($0) }).map(String.init)
        guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), let month = months.firstIndex(of: parts[2]),
            let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6])
        else { return nil }
        var components = DateComponents()
        components.year = year
        components.month = month + 1
        components.day = day
        components.hour = hour
        components.minute = minute
        components.second = second
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: components).map {
            Moment(microseconds: Int64($0.timeIntervalSince1970) * 1_000_000)
        }
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
