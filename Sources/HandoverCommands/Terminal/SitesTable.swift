import FailoverModel

/// The sites side by side: role, databases with position and lag, workloads, service, last seen.
enum SitesTable {
    static func lines(_ views: [SiteView], now: Moment, style: TerminalStyle) -> [String] {
        guard !views.isEmpty else { return ["Nothing has been seen of any site yet."] }
        let hasClusters = views.contains { $0.databases.count > 1 }
        var table = TerminalTable(["SITE", "ROLE", "WORKLOADS", "SERVICE", "SEEN", "DATABASE"])
        for view in views {
            let databases = view.databases.map { database(view, $0, in: views, isNamed: hasClusters) }
            table.add([
                .init(view.site), .init(view.role.rawValue, view.role.colour), workloads(view), service(view, now),
                .init(view.lastSeenAt.map { SpanText.ago($0, now: now) } ?? "never"),
                .init(databases.first ?? "not seen"),
            ])
            for text in databases.dropFirst() { table.add(["", "", "", "", "", .init(text)]) }
        }
        return table.lines(style, indent: "")
    }

    private static func database(
        _ view: SiteView, _ database: SiteView.Database, in views: [SiteView], isNamed: Bool
    ) -> String {
        let name = isNamed ? "\(database.cluster): " + (view.role == .unknown ? "\(database.role.rawValue) " : "") : ""
        guard let seen = database.observation else { return name + (database.unreachable ?? "not seen") }
        let place = "\(seen.position) timeline \(seen.timeline)"
        if database.unreachable != nil { return "\(name)\(place), when last seen" }
        return name + [lag(of: view.site, database, in: views), place].compactMap(\.self).joined(separator: ", ")
    }

    /// How far a standby is behind the primary, as the primary says, or else from the two positions.
    private static func lag(of site: String, _ database: SiteView.Database, in views: [SiteView]) -> String? {
        guard let here = database.observation, here.isInRecovery else { return nil }
        let primaries = views.flatMap(\.databases).filter { $0.cluster == database.cluster && $0.role == .primary }
        guard primaries.count == 1, let primary = primaries.first?.observation else { return nil }
        guard primary.timeline == here.timeline else { return "does not follow" }
        let said = primary.senders.first { $0.applicationName == site }?.lagBytes
        let bytes = said ?? Int64(clamping: primary.position.bytesAhead(of: here.position))
        return bytes == 0 ? "no lag" : "lag \(SpanText.bytes(bytes))"
    }

    private static func workloads(_ view: SiteView) -> TerminalTable.Cell {
        if view.workloadsUnreachable != nil { return .init("unreachable", .yellow) }
        guard let workloads = view.workloads?.workloads else { return "not seen" }
        let (ready, wanted) = (workloads.reduce(0) { $0 + $1.ready }, workloads.reduce(0) { $0 + $1.wanted })
        return .init("\(ready)/\(wanted) ready", ready < wanted ? .yellow : nil)
    }

    private static func service(_ view: SiteView, _ now: Moment) -> TerminalTable.Cell {
        guard let isServing = view.isServing else { return "not seen" }
        // Nothing is claimed of a site whose systems have stopped answering since, or whose database takes no writes any more.
        if isServing, let colour = view.role.colourOfFormerService { return .init("served before", colour) }
        let no = view.serviceStatus.map { "no (\($0))" } ?? "no"
        guard let old = view.oldServiceLook(now: now) else { return isServing ? .init("serves", .green) : .init(no) }
        let age = SpanText.ago(old, now: now)
        return .init(isServing ? "served \(age)" : "\(no), \(age)")
    }
}

extension SiteView.Role {
    /// `nil` where a service that was seen to serve may be supposed to do so still.
    fileprivate var colourOfFormerService: TerminalStyle.Colour? {
        switch self {
        case .primary, .unknown: nil
        case .unreachable: .yellow
        case .standby, .fenced: .dim
        }
    }

    fileprivate var colour: TerminalStyle.Colour? {
        switch self {
        case .primary: .green
        case .standby, .fenced: nil
        case .unreachable: .yellow
        case .unknown: .dim
        }
    }
}
