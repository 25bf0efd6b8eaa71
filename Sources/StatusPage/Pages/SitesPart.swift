import FailoverModel
import TimelineReports

/// A card for each site: its role, and how it is.
struct SitesPart {
    var views: [SiteView]
    var lag: [LagHistory.Series]
    var wrong: Set<String>
    var text: PageText

    var part: PagePart {
        let cards = views.map(card)
        return PagePart(
            name: "sites", title: "Sites",
            content: cards.isEmpty
                ? "<p>Nothing has been seen of any site yet. <code>handover check</code> looks.</p>"
                : "<ul class=sites>\(cards.joined())</ul>")
    }

    private func card(_ view: SiteView) -> String {
        let (look, mark) = health(view)
        let databases = view.databases.map { database(view, $0) }.joined()
        return "<li class=\"card site \(look)\"><h3>\(view.site.forHTML) <span class=\"pill \(look)\">\(mark) "
            + "\(wrong.contains(view.site) ? "must not take writes" : view.role.words)</span></h3><dl>"
            + line("Service", service(view)) + line("Workloads", workloads(view)) + databases
            + line("Seen", view.lastSeenAt.map { text.ago($0) } ?? "never")
            + (view.owed.isEmpty ? "" : line("Owed", "<b class=warn>\(plural(view.owed.count, "step"))</b>")) + "</dl>"
    }

    private func line(_ name: String, _ value: String) -> String { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

    private func health(_ view: SiteView) -> (String, String) {
        if wrong.contains(view.site) { return ("bad", "✗") }
        let isBehind = (view.workloads?.workloads ?? []).contains { $0.ready < $0.wanted }
        switch view.role {
        case .primary: return view.isServing == true && !isBehind ? ("good", "●") : ("warn", "●")
        case .standby: return view.owed.isEmpty ? ("standby", "○") : ("warn", "○")
        case .fenced: return ("standby", "■")
        case .unreachable: return ("warn", "✗")
        case .unknown: return ("standby", "?")
        }
    }

    private func service(_ view: SiteView) -> String {
        guard let isServing = view.isServing else { return "<span class=dim>not seen</span>" }
        let old = view.oldServiceLook(now: text.now).map { text.ago($0) }
        guard isServing else {
            return "\(old == nil ? "does not serve" : "did not serve")" + (view.serviceStatus.map { " (\($0))" } ?? "")
                + (old.map { " \($0)" } ?? "")
        }
        switch view.role {
        case .primary, .unknown: return old.map { "served \($0)" } ?? "<b class=good>serves</b>"
        case .standby, .fenced, .unreachable: return "served before"
        }
    }

    private func workloads(_ view: SiteView) -> String {
        if let why = view.workloadsUnreachable {
            return "<span class=warn>unreachable</span> <span class=dim>\(why.cut(to: 120).forHTML)</span>"
        }
        guard let workloads = view.workloads?.workloads else { return "<span class=dim>not seen</span>" }
        let (ready, wanted) = (workloads.reduce(0) { $0 + $1.ready }, workloads.reduce(0) { $0 + $1.wanted })
        let behind = workloads.filter { $0.ready < $0.wanted }.map(\.name)
        guard wanted > 0 else { return "none run" }
        return "\(ready) of \(wanted) ready"
            + (behind.isEmpty
                ? "" : " <span class=warn>not: \(behind.prefix(5).joined(separator: ", ").cut(to: 120).forHTML)</span>")
    }

    private func database(_ view: SiteView, _ database: SiteView.Database) -> String {
        let name = "Database \(database.cluster.cut(to: 40).forHTML)"
        guard let seen = database.observation else {
            return line(name, "<span class=warn>\((database.unreachable ?? "not seen").cut(to: 160).forHTML)</span>")
        }
        var words = ["\(database.role.words)", "timeline \(seen.timeline)", "at \(seen.position)"]
        if database.unreachable != nil {
            words = [
                "<span class=warn>unreachable</span>",
                "at \(seen.position) on timeline \(seen.timeline) when last seen",
            ]
        } else if seen.isInRecovery,
            let point = lag.first(where: { $0.site == view.site && $0.cluster == database.cluster })?.newest
        {
            words.append(point.bytes.map { PageText.lag($0) + ($0 > 0 ? " behind" : "") } ?? point.why.forHTML)
        }
        return line(name, words.joined(separator: ", "))
    }
}

extension SiteView.Role {
    var words: String {
        switch self {
        case .primary: "primary"
        case .standby: "standby"
        case .fenced: "fenced"
        case .unreachable: "unreachable"
        case .unknown: "not known"
        }
    }
}
