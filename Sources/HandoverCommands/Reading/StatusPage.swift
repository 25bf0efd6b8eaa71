import FailoverModel

/// The status as people read it.
enum StatusPage {
    static func text(_ picture: StatusPicture, _ invocation: Invocation) -> String {
        var blocks = [sites(picture)]
        let owed = picture.sites.flatMap(\.owed)
        if !owed.isEmpty { blocks.append(debts(owed)) }
        if !picture.secrets.isEmpty { blocks.append(secrets(picture)) }
        blocks.append(picture.runs.isEmpty ? "No runs." : RunsTable.text(Array(picture.runs.prefix(8)), invocation))
        if !picture.next.isEmpty { blocks.append((["Next:"] + picture.next.map { "  \($0)" }).joined(separator: "\n")) }
        blocks.append("journal entry \(picture.head.sequence)")
        return blocks.joined(separator: "\n\n")
    }

    private static func sites(_ picture: StatusPicture) -> String {
        guard !picture.sites.isEmpty else { return "Nothing has been seen of any site yet." }
        var table = TextTable(["SITE", "ROLE", "SERVICE", "WORKLOADS", "DATABASES", "LAST SEEN"])
        for site in picture.sites {
            let lines = site.databases.map(database)
            table.add([
                site.site, site.role.rawValue, service(site), workloads(site), lines.first ?? "not seen",
                site.lastSeenAt?.inSeconds ?? "never",
            ])
            for line in lines.dropFirst() { table.add(["", "", "", "", line]) }
        }
        return table.text
    }

    private static func database(_ database: SiteView.Database) -> String {
        var words = [database.cluster, database.role.rawValue]
        if let seen = database.observation {
            words.append("timeline \(seen.timeline) at \(seen.position)")
            if let receiver = seen.receiver { words.append(receiver.status) }
        }
        return words.joined(separator: " ")
    }

    private static func service(_ site: SiteView) -> String {
        guard let isServing = site.isServing else { return "" }
        let status = site.serviceStatus.map { " (\($0))" } ?? ""
        return isServing ? "serves\(status)" : "does not serve\(status)"
    }

    private static func workloads(_ site: SiteView) -> String {
        if site.workloadsUnreachable != nil { return "unreachable" }
        guard let workloads = site.workloads?.workloads else { return "" }
        return "\(workloads.reduce(0) { $0 + $1.ready })/\(workloads.reduce(0) { $0 + $1.wanted }) ready"
    }

    private static func debts(_ owed: [OwedProjection.Owed]) -> String {
        var table = TextTable(["OWED TO", "SINCE", "WHAT", "RUN"])
        for owed in owed { table.add([owed.site, owed.since.inSeconds, owed.title, owed.debt.run]) }
        return table.text
    }

    private static func secrets(_ picture: StatusPicture) -> String {
        var table = TextTable(["SECRET", "SITE", "IS", "COMPARED"])
        for secret in picture.secrets {
            table.add([secret.name, secret.site, secret.verdict.rawValue, secret.observedAt.inSeconds])
        }
        return table.text
    }
}
