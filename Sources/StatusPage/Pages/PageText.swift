import FailoverModel
import TimelineReports

/// How times, spans and amounts are written on the page.
struct PageText: Sendable {
    /// What "ago" is counted from.
    let now: Moment
    let zone: LocalZone?

    /// A moment as `03:12:45` with its date where that is another day; whole, and in local time, in the title.
    func time(_ moment: Moment) -> String {
        let text = moment.description
        let isToday = text.prefix(10) == now.description.prefix(10)
        let shown =
            isToday ? String(text.dropFirst(11).prefix(8)) : "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
        return "<time datetime=\"\(text)\" title=\"\(title(moment))\">\(shown)</time>"
    }

    /// `12 s ago`; the script keeps it right.
    func ago(_ moment: Moment) -> String {
        "<time class=ago datetime=\"\(moment.description)\" title=\"\(title(moment))\">"
            + "\(SpanText.ago(moment, now: now))</time>"
    }

    private func title(_ moment: Moment) -> String {
        let text = moment.description
        let here = zone.map { ", \($0.text(moment).prefix(19)) \($0.name)" } ?? ""
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC\(here)".forHTML
    }

    /// `no lag`, `812 bytes`, `3.4 MB`.
    static func lag(_ bytes: Int64?) -> String {
        guard let bytes else { return "not known" }
        return bytes > 0 ? SpanText.bytes(bytes) : "no lag"
    }
}

extension [String] {
    /// `dc1`, `dc1 and dc2`, `dc1, dc2 and dc3`.
    var listed: String {
        count < 2 ? first ?? "" : dropLast().joined(separator: ", ") + " and " + self[count - 1]
    }
}

func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
