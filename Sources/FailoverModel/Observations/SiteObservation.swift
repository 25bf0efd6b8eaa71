/// What one system of one site was seen to be, or that it was not seen.
package struct SiteObservation: Equatable, Sendable {
    package var site: String
    /// The PostgreSQL cluster's name of the topology; `nil` for the systems a site has one of.
    package var cluster: String?
    package var seen: Seen

    package enum Seen: Equatable, Sendable {
        case postgres(PostgresObservation)
        case workloads(WorkloadsObservation)
        /// The service as its users reach it: HTTP status, and whether that is the one wanted.
        case service(status: Int64, isServing: Bool)
        /// `system` is `postgres`, `kubernetes` or `service`.
        case unreachable(system: String, reason: String)
    }

    package init(site: String, cluster: String? = nil, seen: Seen) {
        self.site = site
        self.cluster = cluster
        self.seen = seen
    }
}
