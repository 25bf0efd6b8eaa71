/// A site as `status` shows it, worked out from the projections.
package struct SiteView: Equatable, Sendable {
    package enum Role: String, CaseIterable, Sendable {
        /// Takes writes.
        case primary
        case standby
        /// Its database is a primary that was made to take no more writes.
        case fenced
        case unreachable
        case unknown
    }

    package struct Database: Equatable, Sendable {
        package var cluster: String
        package var role: Role
        package var observation: PostgresObservation?
        package var observedAt: Moment?
        /// Why it could not be looked at the last time.
        package var unreachable: String?
    }

    package var site: String
    package var role: Role
    package var databases: [Database]
    package var workloads: WorkloadsObservation?
    package var workloadsUnreachable: String?
    package var serviceStatus: Int64?
    package var isServing: Bool?
    /// When the service was looked at last: the other systems may have been seen since.
    package var serviceSeenAt: Moment?
    package var lastSeenAt: Moment?
    package var owed: [OwedProjection.Owed]
}

extension JournalProjections {
    /// Every site that the journal knows, by name; those of `also` too, though nothing may have been seen of them.
    package func siteViews(also names: [String] = []) -> [SiteView] {
        var views: [String: SiteView] = [:]
        func edit(_ site: String, _ body: (inout SiteView) -> Void) {
            var view =
                views[site]
                ?? SiteView(site: site, role: .unknown, databases: [], owed: owed.owed(to: site))
            body(&view)
            views[site] = view
        }
        for name in names { edit(name) { _ in } }
        for owed in owed.debts.values { edit(owed.site) { _ in } }
        for look in sites.looks.sorted(by: { $0.sequence < $1.sequence }) {
            guard let observation = try? SiteObservation(json: look.payload) else { continue }
            edit(observation.site) { $0.take(observation, at: look.at) }
        }
        return views.values.map { $0.withRole() }.sorted { $0.site < $1.site }
    }

    /// The last good look at each database, by `site/cluster`.
    package var lastDatabaseLooks: [String: (observation: PostgresObservation, at: Moment)] {
        var looks: [String: (PostgresObservation, Moment)] = [:]
        for look in sites.looks {
            if let seen = try? SiteObservation(json: look.payload), case .postgres(let server) = seen.seen {
                looks["\(seen.site)/\(seen.cluster ?? "")"] = (server, look.at)
            }
        }
        return looks
    }
}

extension SiteView {
    /// Until then a look at the service stands for now; afterwards how old it is belongs to what it says.
    package static let freshMilliseconds: Int64 = 120_000

    /// When the service was looked at, where that is too long ago to stand for now.
    package func oldServiceLook(now: Moment) -> Moment? {
        serviceSeenAt.flatMap { now.milliseconds(since: $0) < Self.freshMilliseconds ? nil : $0 }
    }
}

extension SiteView {
    /// Looks come in the journal's order, so a later one overrides an earlier.
    fileprivate mutating func take(_ observation: SiteObservation, at moment: Moment) {
        switch observation.seen {
        case .postgres(let server):
            database(observation.cluster) {
                $0.observation = server
                $0.observedAt = moment
                $0.unreachable = nil
                $0.role = server.siteRole
            }
        case .workloads(let release):
            workloads = release
            workloadsUnreachable = nil
        case .service(let status, let serving):
            serviceStatus = status
            isServing = serving
            serviceSeenAt = moment
        case .unreachable(let system, let reason):
            switch system {
            case "postgres":
                database(observation.cluster) {
                    $0.unreachable = reason
                    $0.role = .unreachable
                }
            case "kubernetes": workloadsUnreachable = reason
            case "service":
                isServing = false
                serviceSeenAt = moment
            default: break
            }
            return
        }
        lastSeenAt = moment
    }

    private mutating func database(_ cluster: String?, _ body: (inout Database) -> Void) {
        let name = cluster ?? ""
        let index =
            databases.firstIndex { $0.cluster == name }
            ?? {
                databases.append(Database(cluster: name, role: .unknown))
                return databases.count - 1
            }()
        body(&databases[index])
    }

    /// A site is what its databases are; where they differ it is `unknown`, and the databases' lines say why.
    fileprivate func withRole() -> SiteView {
        var view = self
        view.databases.sort { $0.cluster < $1.cluster }
        let roles = Set(databases.map(\.role))
        view.role = roles.count == 1 ? roles.first ?? .unknown : .unknown
        return view
    }
}

extension PostgresObservation {
    /// What it was when it was seen: `primary`, `fenced` or `standby`.
    package var siteRole: SiteView.Role {
        if isInRecovery { return .standby }
        return isFenced ? .fenced : .primary
    }
}
