/// What `handover check` is to look at beside the systems themselves: `checks:` of a topology.
package struct ReadinessSettings: Equatable, Sendable {
    /// One for each PostgreSQL cluster whose backups are watched.
    package var backups: [BackupSource]
    /// The tables that are compared between sites, one entry a PostgreSQL cluster.
    package var comparisons: [ComparedTables]
    /// How long what one site writes to the object storage may take to reach the others, in milliseconds.
    package var mediaArriveWithinMilliseconds: Int64
    /// How long one system may take to answer before what was asked of it is unknown, in milliseconds.
    package var timeLimitMilliseconds: Int64
    /// The greatest age of the last good drill into each site that is in order, in milliseconds; `nil`: nobody asks.
    package var oldestDrillMilliseconds: Int64?

    package init(
        backups: [BackupSource] = [], comparisons: [ComparedTables] = [],
        mediaArriveWithinMilliseconds: Int64 = 60_000, timeLimitMilliseconds: Int64 = 20_000,
        oldestDrillMilliseconds: Int64? = nil
    ) {
        self.backups = backups
        self.comparisons = comparisons
        self.mediaArriveWithinMilliseconds = mediaArriveWithinMilliseconds
        self.timeLimitMilliseconds = timeLimitMilliseconds
        self.oldestDrillMilliseconds = oldestDrillMilliseconds
    }
}

/// Where the age of a PostgreSQL cluster's newest good backup is to be had.
package struct BackupSource: Equatable, Sendable {
    package enum Driver: Equatable, Sendable {
        /// `program` and `info --output=json`, of one stanza.
        case pgBackRest(program: [String], stanza: String)
        /// `pg_stat_archiver` of the primary: when it last archived log, and whether that fails.
        case archiver
        /// A program that prints when the newest good backup ended: RFC 3339, or seconds since 1970.
        case program([String])
    }

    package var cluster: String
    package var driver: Driver
    /// The greatest age that is in order, in milliseconds.
    package var oldestMilliseconds: Int64

    package init(cluster: String, driver: Driver, oldestMilliseconds: Int64) {
        self.cluster = cluster
        self.driver = driver
        self.oldestMilliseconds = oldestMilliseconds
    }
}

/// Tables whose rows must be the same at the primary and at its standbys.
package struct ComparedTables: Equatable, Sendable {
    package var cluster: String
    package var database: String
    /// `users`, `public.users`.
    package var tables: [String]
    /// Whether every check compares them, and not only `handover check --deep`.
    package var inEveryCheck: Bool

    package init(cluster: String, database: String, tables: [String], inEveryCheck: Bool = false) {
        self.cluster = cluster
        self.database = database
        self.tables = tables
        self.inEveryCheck = inEveryCheck
    }
}
