import FailoverModel

/// Every entry in the order in which it happened, with a filter that needs no script.
///
/// Needs `TimelinePage.style` around it.
package struct ChronologyList {
    let report: TimelineReport

    /// A page of more rows would be too large to be read or opened; looks at systems are then left to the other formats.
    static let most = 25_000

    /// Of a list that shows a part: the items' numbers, from 0.
    private let window: Range<Int>?

    /// `window`: only these of the report's items; `nil`: all.
    package init(report: TimelineReport, window: Range<Int>? = nil) {
        self.report = report
        self.window = window
    }

    package var html: String {
        var items = report.items
        if let window { items = Array(items[window.clamped(to: items.indices)]) }
        let all = items.count
        if items.count > Self.most { items.removeAll { $0.item.kind == .look } }
        if items.count > Self.most { items.removeAll { $0.item.kind == .step && $0.item.type == "step.intended" } }
        items = Array(items.prefix(Self.most))
        let kinds = RunTimeline.Kind.allCases.filter { kind in items.contains { $0.item.kind == kind } }
        let boxes = kinds.map { kind in
            "<label><input type=checkbox id=show-\(kind.rawValue) checked> \(kind.words)</label>"
        }
        let left =
            items.count == all
            ? ""
            : "<p>\(all - items.count) of \(all) entries are left out here, looks at systems first. They are in the formats csv "
                + "and json.</p>"
        return "<section aria-labelledby=chronology><h2 id=chronology tabindex=-1>Chronology</h2>"
            + "<fieldset class=filter><legend>Show</legend>\(boxes.joined())</fieldset>\(left)"
            + "<ol class=\"chronology\(items.count > 1000 ? " long" : "")\">\(rows(items))</ol></section>"
    }

    private func rows(_ items: [TimelineReport.PlacedItem]) -> String {
        var html = ""
        var day = ""
        for placed in items {
            let item = placed.item
            let text = item.time.description
            if !text.hasPrefix(day) || day.isEmpty {
                day = String(text.prefix(10))
                html += "<li class=day>\(day)"
            }
            html += row(placed, time: text)
        }
        return html
    }

    /// An `li` needs no end tag (HTML, 13.1.2.4), which saves a long page much.
    private func row(_ placed: TimelineReport.PlacedItem, time: String) -> String {
        let item = placed.item
        let local = report.zone.map { "<span class=local>\($0.clock(item.time))</span>" } ?? ""
        let run =
            report.runs.count > 1 ? "<span class=of>\(report.runs[placed.run].run.cut(to: 60).forHTML)</span> " : ""
        let step = item.step.map { "<b>\($0.cut(to: 80).forHTML)</b> " } ?? ""
        let who = item.source.map { "\($0)\(item.author.map { ", \($0)" } ?? "")" } ?? item.actor
        let text = item.source == nil ? item.sentence : item.outsideText
        return "<li class=\(item.kind.rawValue)><time>\(time.dropFirst(11).prefix(12))</time>\(local)<span class=since>"
            + "\(placed.position.asOffset)</span><div>\(run)\(step)<span class=who>\(who.cut(to: 120).forHTML)</span> "
            + "\(text.foldedForHTML)\(remarks(item)) <span class=number>\(item.point.sequence)</span></div>"
    }

    private func remarks(_ item: RunTimeline.Item) -> String {
        var remarks: [String] = []
        if let back = item.clockWentBackMilliseconds { remarks.append("the clock went back \(back.asSeconds)") }
        if let late = item.lateMilliseconds { remarks.append("written down \(late.asLateness)") }
        if item.isPlaceUncertain { remarks.append("the clock showed this time twice") }
        return remarks.map { " <em>\($0)</em>" }.joined()
    }
}

extension RunTimeline.Kind {
    var words: String {
        switch self {
        case .run: "the run itself"
        case .decision: "decisions"
        case .step: "steps"
        case .trouble: "trouble"
        case .look: "looks at systems"
        case .note: "notes"
        case .outside: "from elsewhere"
        }
    }
}
