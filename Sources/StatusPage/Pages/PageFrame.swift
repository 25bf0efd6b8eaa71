import FailoverModel
import TimelineReports

/// What is around every page: head, skip link, navigation, the place in time, footer.
struct PageFrame {
    var title: String
    /// The place in the journal that it shows.
    var picture: PagePicture
    var viewer: PageViewer
    var version: String
    var text: PageText
    /// Where the page is, without its query.
    var path: String
    /// The sequences that the slider spans.
    var span: ClosedRange<Int64>
    /// Which journal it is of.
    var journal: String

    private var isPast: Bool { picture.past != nil }

    func html(_ content: String, look: String = "") -> String {
        """
        \(PageHead(title: title.cut(to: 120).forHTML, more: "<script src=/page.js defer></script>\n").html)
        <body data-head=\(picture.head.sequence) data-newest=\(picture.newest) data-live=\(isPast ? "no" : "yes") \
        data-journal=\(journal)>
        <a class=skip href=#main>Go to the content</a>
        \(bar)
        <main id=main tabindex=-1 class="\(look)">
        \(past)\(content)
        \(travel)
        </main>
        <footer>Handover \(version.forHTML). Times are UTC; point at one for local time. \
        <a href=/openapi.json>JSON API</a> · <a href=/metrics>metrics</a> · <a href=/healthz>health</a></footer>
        </body>
        </html>

        """
    }

    private var bar: String {
        let overview = path == "/" ? "<b aria-current=page>Handover</b>" : "<a href=/>Handover</a>"
        let who = viewer.name.map { name in
            "<span class=who-am-i>\(name.cut(to: 60).forHTML)</span>"
                + (viewer.canLeave
                    ? "<form method=post action=/logout><input type=hidden name=word value=\(viewer.word ?? "")>"
                        + "<button class=quiet>Log out</button></form>" : "")
        }
        // Only a part of it is said when it changes: that the connection is lost, or back.
        return "<header class=bar><nav aria-label=Pages>\(overview)</nav>"
            + "<p id=link role=status class=\"link \(isPast ? "past" : "")\">"
            + (isPast ? "the past" : "as of entry \(picture.head.sequence)") + "</p>"
            + "<span id=clock class=clock aria-hidden=true></span>\(who ?? "")</header>"
    }

    private var past: String {
        guard let past = picture.past else { return "" }
        return "<p class=banner data-part=banner><b>You look at the past:</b> entry \(picture.head.sequence) of "
            + "\(text.time(past)). <a href=\"\(path.forHTML)\" id=to-now>Back to now</a></p>"
    }

    // MARK: Time travel

    /// A form, so that it works without a script; with one the page follows the slider.
    private var travel: String {
        let here = min(max(picture.head.sequence, span.lowerBound), span.upperBound)
        let steps: [(String, Int64)] = [
            ("−1000", -1000), ("−100", -100), ("−10", -10), ("−1", -1), ("+1", 1), ("+10", 10), ("+100", 100),
            ("+1000", 1000),
        ]
        let links = steps.compactMap { words, distance -> String? in
            let to = here + distance
            guard span.contains(to), to > 0 else { return nil }
            return
                "<li><a href=\"\(path.forHTML)?at=\(to)\" aria-label=\"\(plural(Int(abs(distance)), "entry".pluralStem(distance))) "
                + "\(distance < 0 ? "back" : "on")\">\(words)</a>"
        }
        let words = picture.past.map { "entry \(here), \($0.description.prefix(19))Z" } ?? "now, entry \(here)"
        return "<section class=\"part travel\" aria-labelledby=h-travel><h2 id=h-travel>Time travel</h2>"
            + "<form method=get action=\"\(path.forHTML)\" class=slide><label for=at>Entry</label>"
            + "<input type=range id=at name=at min=\(span.lowerBound) max=\(span.upperBound) value=\(here) "
            + "aria-describedby=at-words><output id=at-words for=at data-part=at-words "
            + "data-max=\(span.upperBound)>\(words)</output>"
            + "<button>Show</button></form><div data-part=travel><ul class=steps>\(links.joined())"
            + (isPast ? "<li><a href=\"\(path.forHTML)\">now</a>" : "") + "</ul>"
            + "<form method=get action=\"\(path.forHTML)\" class=slide><label for=when>or a time (UTC)</label>"
            + "<input type=datetime-local step=1 id=when name=at value=\"\((picture.past ?? text.now).description.prefix(19))\">"
            + "<button>Show</button></form></div></section>"
    }
}

extension String {
    fileprivate func pluralStem(_ count: Int64) -> String { abs(count) == 1 ? self : "entrie" }
}
