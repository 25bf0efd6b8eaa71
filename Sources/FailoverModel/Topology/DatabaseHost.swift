/// How a database server is worked on from its own host: stopped, started, rewound, rebuilt.
///
/// SQL can do none of that. Without it a site can be failed over to and from, but its database comes back by hand.
package struct DatabaseHost: Equatable, Sendable {
    package var driver: Driver
    /// How the host is reached, word by word; empty where it is this machine. What follows are our own words.
    package var program: [String]
    /// The folder of `pg_ctl`, `pg_rewind`, `pg_basebackup` and the like; empty where they are found by `PATH`.
    package var binaries: String
    /// The data directory.
    package var data: String
    /// The file that a server writes to which `pg_ctl` starts.
    package var log: String
    /// Settings given on the command line at every start, each `name=value`.
    package var options: [String]
    /// Whether the data directory may be made anew by a base backup without anybody being asked. The old one is kept.
    package var mayRebuild: Bool
    /// The whole path of `postgresql.conf`, where that is not in the data directory and the driver does not know it.
    package var configuration: String?

    package enum Driver: Equatable, Sendable {
        /// The server is started and stopped with `pg_ctl`.
        case pgCtl
        /// With Debian's `pg_ctlcluster`; its configuration lies in /etc/postgresql/VERSION/NAME.
        case pgCtlCluster(version: String, name: String)
        /// It runs in the one pod of a StatefulSet, which is scaled; what is to be done to its files is done by Jobs.
        case statefulSet(StatefulSet)
        /// Whatever programs of one's own can do: Ansible, systemd, a cloud's API.
        case programs(Programs)
    }

    /// A StatefulSet at the site's Kubernetes. All else (image, account, volumes, claims) is read from the object.
    package struct StatefulSet: Equatable, Sendable {
        package var name: String
        /// `nil`: that of the site's release.
        package var namespace: String?
        /// The container that PostgreSQL runs in; `nil` where there is only one.
        package var container: String?

        package init(name: String, namespace: String? = nil, container: String? = nil) {
            self.name = name
            self.namespace = namespace
            self.container = container
        }
    }

    /// Programs that stand before a server; each a program and its arguments.
    package struct Programs: Equatable, Sendable {
        /// Runs the script for `sh` that it gets on its standard input, on the server's host and as the server's account,
        /// and gives back what that writes.
        package var run: [String]
        /// Ends with 0 where the server runs, and with 3 where it does not.
        package var status: [String]
        /// Stops the server in good order, and ends with 0 when it has stopped; nothing to do where it does not run.
        package var stop: [String]
        /// Starts the server, and ends with 0; nothing to do where it runs.
        package var start: [String]
        /// The variables of Handover's own environment that they get, by name.
        package var environment: [String]

        package init(
            run: [String], status: [String], stop: [String], start: [String], environment: [String] = []
        ) {
            self.run = run
            self.status = status
            self.stop = stop
            self.start = start
            self.environment = environment
        }
    }

    package init(
        driver: Driver = .pgCtl, program: [String] = [], binaries: String, data: String, log: String? = nil,
        options: [String] = [], mayRebuild: Bool = false, configuration: String? = nil
    ) {
        self.driver = driver
        self.program = program
        self.binaries = binaries
        self.data = data
        self.log = log ?? "\(data).log"
        self.options = options
        self.mayRebuild = mayRebuild
        self.configuration = configuration
    }

    /// Whether the server is started and stopped beside the scripts, by whoever else is in charge of that.
    package var isStartedFromOutside: Bool {
        switch driver {
        case .pgCtl, .pgCtlCluster: false
        case .statefulSet, .programs: true
        }
    }

    package var statefulSet: StatefulSet? {
        if case .statefulSet(let set) = driver { set } else { nil }
    }

    /// Where a person finds what the server said when it was started.
    package var logPlace: String {
        switch driver {
        case .pgCtl, .pgCtlCluster: log
        case .statefulSet(let set): "kubectl logs statefulset/\(set.name)"
        case .programs: "on its host"
        }
    }
}
