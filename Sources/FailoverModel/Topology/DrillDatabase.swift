/// Where a drill puts its copy of a site's database: `drill:` of a cluster at a site.
///
/// The copy is a server of its own on the database's host, in a folder apart, which nobody but Handover and the drill's own
/// release is let into.
package struct DrillDatabase: Equatable, Sendable {
    /// Where Handover, and the drill's release, reach the copy.
    package var host: String
    /// The copy's port on the database's host, which nothing else uses.
    package var port: Int
    /// The addresses of the database's host that the copy listens on.
    package var listen: [String]
    /// Who may connect beside the host itself; nobody else is let in, whatever the copied `pg_hba.conf` says.
    package var clients: [InternetNetwork]
    /// The roles that are let in beside Handover's: those of the drill's release. By password alone.
    package var roles: [String]
    /// The folder apart on the database's host. It is made by a drill and removed with it.
    package var path: String
    /// The folder of the server's socket on its host, through which the copy is taken as the host's account; `nil` takes it by
    /// the address and the role by which standbys stream.
    package var socket: String?
    /// Settings of the copy, each `name=value`, such as its memory.
    package var options: [String]
    /// The database that the read load is on; `nil`: Synapse's where the cluster holds it, else that of Handover's connection.
    package var database: String?
    /// Reading statements of the user's own for the load; empty: what is there is read.
    package var statements: [String]

    package init(
        host: String, port: Int, listen: [String]? = nil, clients: [InternetNetwork] = [], roles: [String] = [],
        path: String, socket: String? = nil, options: [String] = [], database: String? = nil, statements: [String] = []
    ) {
        self.host = host
        self.port = port
        self.listen = listen ?? [host]
        self.clients = clients
        self.roles = roles
        self.path = path
        self.socket = socket
        self.options = options
        self.database = database
        self.statements = statements
    }

    /// Whether a setting is what keeps the copy apart, so that no option of the topology may say otherwise: who reaches it,
    /// what it follows, and whether it loads code, runs programs or works on files that are not its own.
    package static func isReserved(_ setting: String) -> Bool {
        let name = setting.lowercased()
        return reservedSettings.contains(name) || reservedEndings.contains(where: name.hasSuffix)
    }

    private static let reservedSettings: Set<String> = [
        "archive_mode", "autovacuum", "bonjour", "cluster_name", "default_transaction_read_only",
        "dynamic_library_path", "event_source", "extension_control_path", "hot_standby", "include", "include_dir",
        "include_if_exists", "krb_server_keyfile", "listen_addresses", "log_destination", "log_filename",
        "logging_collector", "max_logical_replication_workers", "port", "primary_slot_name", "recovery_target",
        "recovery_target_action", "recovery_target_inclusive", "recovery_target_lsn", "recovery_target_name",
        "recovery_target_time", "recovery_target_timeline", "recovery_target_xid", "restart_after_crash", "ssl",
        "sync_replication_slots", "synchronized_standby_slots", "synchronous_standby_names",
    ]

    /// Of whole families of settings, so that those of later versions are among them.
    private static let reservedEndings = [
        "_command", "_conninfo", "_directories", "_directory", "_file", "_libraries", "_library", "_provider",
        "_tablespace", "_tablespaces",
    ]

    /// Whether it is reached from its own host alone.
    package var isLocal: Bool { listen.allSatisfy { ["localhost", "127.0.0.1", "::1"].contains($0) } }
}

/// The release that a drill starts beside the real one: `drill:` of a site's `kubernetes`.
///
/// Always in a namespace of its own, so that nothing of it can be taken for the real release's.
package struct DrillRelease: Equatable, Sendable {
    package var release: String
    package var namespace: String
    /// Laid over the values with which the site serves: the copy as its database, host names of its own, media read-only.
    package var values: [String]
    /// What its pods may reach beside each other and the cluster's DNS: the copies of the databases.
    package var allow: [InternetNetwork]
    /// The hosts of its Ingresses; `nil` for those that are not asked.
    package var hosts: ServiceExpectations.Hosts
    /// Where these are asked; `nil`: the site's own ingress.
    package var ingress: HostAndPort?

    package init(
        release: String, namespace: String, values: [String], allow: [InternetNetwork] = [],
        hosts: ServiceExpectations.Hosts = .init(), ingress: HostAndPort? = nil
    ) {
        self.release = release
        self.namespace = namespace
        self.values = values
        self.allow = allow
        self.hosts = hosts
        self.ingress = ingress
    }
}
