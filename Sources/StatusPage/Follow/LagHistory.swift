import FailoverModel

/// What the journal's newest looks at databases tell about how far standbys were behind, over time.
struct LagHistory: Sendable {
    /// One look at one database: of it what tells the lag, because a copy is made with every entry that is followed.
    struct Look: Sendable {
        var at: Moment
        var site: String
        var cluster: String
        var isStandby: Bool
        var isFenced: Bool
        var timeline: Int64
        var position: LogPosition
        var lastTransactionAt: Moment?
        /// What a primary said of its standbys, by name.
        var said: [String: Int64]
    }

    /// How far one standby was behind at one look; `bytes` is `nil` where it did not follow, or nobody knows.
    struct Point: Equatable, Sendable {
        var at: Moment
        var bytes: Int64?
        /// From the last transaction that it had replayed to the look.
        var milliseconds: Int64?
        var why = ""
    }

    struct Series: Sendable {
        var site: String
        var cluster: String
        /// Oldest first.
        var points: [Point]

        var newest: Point? { points.last }
        var most: Int64? { points.compactMap(\.bytes).max() }
    }

    static let most = 1500
    /// A primary that was looked at longer before or after says nothing about a standby.
    static let nearMilliseconds: Int64 = 60_000

    private(set) var looks: [Look] = []

    mutating func take(_ observation: SiteObservation, at moment: Moment) {
        guard case .postgres(let server) = observation.seen else { return }
        let said = server.senders.compactMap { sender in sender.lagBytes.map { (sender.applicationName, $0) } }
        looks.append(
            Look(
                at: moment, site: observation.site, cluster: observation.cluster ?? "", isStandby: server.isInRecovery,
                isFenced: server.isFenced, timeline: server.timeline, position: server.position,
                lastTransactionAt: server.lastTransactionAt,
                said: server.isInRecovery ? [:] : Dictionary(said) { first, _ in first }))
        if looks.count > Self.most * 2 { looks.removeFirst(looks.count - Self.most) }
    }

    /// A series for each database whose newest look showed a standby, by site; at most so many points of the last day.
    func series(most: Int = 240) -> [Series] {
        var newest: [String: Look] = [:]
        for look in looks { newest["\(look.site)|\(look.cluster)"] = look }
        let standbys = newest.values.filter(\.isStandby).sorted { ($0.site, $0.cluster) < ($1.site, $1.cluster) }
        return standbys.map { standby in
            let since = standby.at.advanced(byMilliseconds: -86_400_000)
            let recent = looks.indices.filter { looks[$0].cluster == standby.cluster && looks[$0].at >= since }
            var counted: Set<Int> = []
            var points = recent.filter { looks[$0].site == standby.site && looks[$0].isStandby }.map { index in
                let primary = primary(near: index)
                if let primary { counted.insert(primary) }
                return (index, point(of: looks[index], primary.map { looks[$0] }))
            }
            // What a primary said of it when nobody looked at itself.
            for index in recent where !looks[index].isStandby && !counted.contains(index) {
                guard let bytes = looks[index].said[standby.site] else { continue }
                points.append((index, Point(at: looks[index].at, bytes: bytes)))
            }
            points.sort { $0.0 < $1.0 }
            return Series(site: standby.site, cluster: standby.cluster, points: points.suffix(most).map(\.1))
        }
    }

    private func point(of look: Look, _ primary: Look?) -> Point {
        let milliseconds = look.lastTransactionAt.map { max(0, look.at.milliseconds(since: $0)) }
        guard let primary else {
            return Point(at: look.at, milliseconds: milliseconds, why: "no primary was seen then")
        }
        guard primary.timeline == look.timeline else {
            return Point(
                at: look.at, milliseconds: milliseconds,
                why: "does not follow: timeline \(look.timeline), not \(primary.timeline)")
        }
        let said = primary.said[look.site]
        let bytes = said ?? Int64(clamping: primary.position.bytesAhead(of: look.position))
        return Point(at: look.at, bytes: bytes, milliseconds: milliseconds)
    }

    /// The look at the cluster's primary that is nearest in the journal, and near in time.
    private func primary(near index: Int) -> Int? {
        let look = looks[index]
        func isIt(_ other: Look) -> Bool {
            other.cluster == look.cluster && !other.isStandby && !other.isFenced
                && abs(other.at.milliseconds(since: look.at)) <= Self.nearMilliseconds
        }
        for distance in 1...12 {
            for place in [index - distance, index + distance] where looks.indices.contains(place) {
                if isIt(looks[place]) { return place }
            }
        }
        return nil
    }
}
