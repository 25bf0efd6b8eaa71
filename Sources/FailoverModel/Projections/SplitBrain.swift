/// Databases of one cluster that take writes at two sites, or one that takes writes and is of another origin than the rest.
package struct SplitBrain: Equatable, Sendable {
    package struct Side: Equatable, Sendable {
        package var site: String
        package var timeline: Int64
        package var position: LogPosition
        package var systemIdentifier: String
        package var seenAt: Moment?
    }

    package var cluster: String
    /// Those that take writes, by site.
    package var sides: [Side]
    /// The journal's last completed promotion of the cluster, where it is of one of the sides; `nil`: a person decides.
    package var right: ServingProjection.Promotion?
    /// Sites among `sides` that hold another database than the cluster's: made anew, or another server at that address.
    package var strangers: [String]

    /// The sites that should not take writes, as the journal knows it; empty where a person has to decide.
    package var wrong: [String] { right.map { right in sides.map(\.site).filter { $0 != right.site } } ?? [] }

    /// Two that take writes on copies of the same database. Else only a stranger was seen.
    package var isSplit: Bool { sides.count - strangers.count > 1 }

    /// `dc1 at 0/5000148 on timeline 1 and dc2 at 0/6000060 on timeline 2`.
    package var positions: String {
        sides.map { "\($0.site) at \($0.position) on timeline \($0.timeline)" }.joined(separator: " and ")
    }

    /// One sentence: what is seen.
    package var sentence: String {
        isSplit
            ? "\(positions) take writes in the cluster \(cluster)"
            : "\(strangers.joined(separator: " and ")) takes writes in the cluster \(cluster) and holds another database "
                + "(system identifier \(sides.first { strangers.contains($0.site) }?.systemIdentifier ?? "unknown"))"
    }

    /// Which is right, and how that is known.
    package var judgement: String {
        guard let right else {
            return "Nothing in the journal says which is right, so a person decides"
        }
        let on = right.timeline.map { " on timeline \($0)" } ?? ""
        return "\(right.site) is right: \(right.run) made it the primary\(on)"
    }
}

extension SplitBrain {
    /// A database as it was looked at.
    package struct Look: Sendable {
        package var site: String
        package var cluster: String
        package var server: PostgresObservation
        package var at: Moment?

        package init(site: String, cluster: String, server: PostgresObservation, at: Moment? = nil) {
            self.site = site
            self.cluster = cluster
            self.server = server
            self.at = at
        }
    }

    /// What is wrong with the databases that were looked at, by cluster. Nothing is guessed: which side is right is the last
    /// completed promotion's word, and only where that is one of the sides and still what it was then.
    package static func find(in looks: [Look], serving: ServingProjection) -> [SplitBrain] {
        Set(looks.map(\.cluster)).sorted().compactMap { cluster in
            let own = looks.filter { $0.cluster == cluster }.sorted { $0.site < $1.site }
            let writable = own.filter { !$0.server.isInRecovery && !$0.server.isFenced }
            let promotion = serving.promotion(of: cluster)
            let identifier = identifier(of: own, promotion)
            let strangers = identifier.map { known in
                writable.filter { $0.server.systemIdentifier != known }.map(\.site)
            }
            guard writable.count > 1 || strangers?.isEmpty == false else { return nil }
            let right = promotion.flatMap { promotion in
                let isStill = writable.contains { look in
                    look.site == promotion.site && look.server.timeline >= promotion.timeline ?? 0
                        && promotion.systemIdentifier.map { $0 == look.server.systemIdentifier } ?? true
                }
                return isStill ? promotion : nil
            }
            return SplitBrain(
                cluster: cluster,
                sides: writable.map {
                    Side(
                        site: $0.site, timeline: $0.server.timeline, position: $0.server.position,
                        systemIdentifier: $0.server.systemIdentifier, seenAt: $0.at)
                }, right: right, strangers: strangers ?? [])
        }
    }

    /// The cluster's own: as it was promoted, else what more than one server has and no other pair does.
    private static func identifier(of looks: [Look], _ promotion: ServingProjection.Promotion?) -> String? {
        if let known = promotion?.systemIdentifier { return known }
        let counts = Dictionary(grouping: looks, by: \.server.systemIdentifier).mapValues(\.count)
        let most = counts.values.max() ?? 0
        let candidates = counts.filter { $0.value == most }.keys
        return most > 1 && candidates.count == 1 ? candidates.first : nil
    }
}

extension JournalProjections {
    /// Split brains and strangers as the sites were last seen; a site that has stopped answering since is not counted.
    package func splitBrains(of views: [SiteView]) -> [SplitBrain] {
        let looks = views.flatMap { view in
            view.databases.compactMap { database -> SplitBrain.Look? in
                guard database.unreachable == nil, let server = database.observation else { return nil }
                return SplitBrain.Look(
                    site: view.site, cluster: database.cluster, server: server, at: database.observedAt)
            }
        }
        return SplitBrain.find(in: looks, serving: serving)
    }
}
