/// Which database is Synapse's: the one whose sequences must be moved forward before Synapse starts on a promoted copy.
package struct SynapseDatabase: Equatable, Sendable {
    /// The PostgreSQL cluster that holds it, as below `postgres:` of each site.
    package var cluster: String
    package var database: String
    /// How far sequences are moved where transactions may be lost: more than the ids that may have been given out and not
    /// replicated. Gaps are harmless, and the ids have 63 bits.
    package var margin: Int64

    package init(cluster: String, database: String, margin: Int64 = 1_000_000) {
        self.cluster = cluster
        self.database = database
        self.margin = margin
    }
}
