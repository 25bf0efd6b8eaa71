/// How a database server is worked on from its own host: stopped, started, rewound, rebuilt.
///
/// SQL can do none of that. Without it a site can be failed over to and from, but its database comes back by hand.
package struct DatabaseHost: Equatable, Sendable {
    package var driver: Driver
    /// How the host is reached, word by word; empty where it is this machine. What follows are our own words.
    package var program: [String]
    /// The folder of `pg_ctl`, `pg_rewind`, `pg_basebackup` and the like.
    package var binaries: String
    /// The data directory.
    package var data: String
    /// The file that a server writes to which `pg_ctl` starts.
    package var log: String
    /// Settings given on the command line at every start, each `name=value`.
    package var options: [String]
    /// Whether the data directory may be made anew by a base backup without anybody being asked. The old one is kept.
    package var mayRebuild: Bool

    package enum Driver: Equatable, Sendable {
        /// The server is started and stopped with `pg_ctl`.
        case pgCtl
        /// With Debian's `pg_ctlcluster`; its configuration lies in /etc/postgresql/VERSION/NAME.
        case pgCtlCluster(version: String, name: String)
    }

    package init(
        driver: Driver = .pgCtl, program: [String] = [], binaries: String, data: String, log: String? = nil,
        options: [String] = [], mayRebuild: Bool = false
    ) {
        self.driver = driver
        self.program = program
        self.binaries = binaries
        self.data = data
        self.log = log ?? "\(data).log"
        self.options = options
        self.mayRebuild = mayRebuild
    }
}
