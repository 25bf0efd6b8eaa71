package import FailoverModel

/// Makes connections to the servers of a topology. The one thing the PostgreSQL commands are constructed with.
package struct PostgresAccess: Sendable {
    package var secrets: any SecretSource
    package var limits: Limits
    /// Carries requests to operators' HTTP APIs.
    package var transport: any HTTPTransport
    /// The sites' Kubernetes, for operators that run there; `nil` where the topology needs none.
    package var kubernetes: KubernetesAccess?

    /// How long things may take; every call has one of these as its deadline.
    package struct Limits: Equatable, Sendable {
        package var connect: Duration
        /// One statement, other than `pg_promote` and `CHECKPOINT`.
        package var statement: Duration
        /// How long a cancel request may take, and the server's answer to it.
        package var cancel: Duration
        /// `CHECKPOINT` on a loaded server.
        package var checkpoint: Duration
        /// `pg_promote`'s own wait, where the step's `seconds` parameter says nothing.
        package var promote: Duration
        /// How long a step looks for the effect of a reload before it says "waiting".
        package var settle: Duration
        /// How long fast-forwarding may stand still before it is given up.
        package var stall: Duration
        /// How long an operator may take to carry a change out: its own rounds take ten seconds and more.
        package var operators: Duration
        /// Between two looks.
        package var interval: Duration

        package init(
            connect: Duration = .seconds(5), statement: Duration = .seconds(10), cancel: Duration = .seconds(2),
            checkpoint: Duration = .seconds(300), promote: Duration = .seconds(60), settle: Duration = .seconds(10),
            stall: Duration = .seconds(60), operators: Duration = .seconds(45), interval: Duration = .milliseconds(200)
        ) {
            self.connect = connect
            self.statement = statement
            self.cancel = cancel
            self.checkpoint = checkpoint
            self.promote = promote
            self.settle = settle
            self.stall = stall
            self.operators = operators
            self.interval = interval
        }
    }

    package init(
        secrets: any SecretSource, limits: Limits = Limits(), transport: any HTTPTransport = HTTPClient(),
        kubernetes: KubernetesAccess? = nil
    ) {
        self.secrets = secrets
        self.limits = limits
        self.transport = transport
        self.kubernetes = kubernetes
    }

    /// The server of a cluster at a site of the topology.
    package func server(
        at site: String, cluster: String, in topology: Topology, run: String
    ) throws(Fault) -> PostgresTarget {
        guard let server = topology.site(named: site)?.postgres(cluster: cluster) else {
            throw Fault(
                .invalid, "site \(site) has no PostgreSQL cluster \(cluster)", at: "topology \(topology.name)",
                next: "Add sites.\(site).postgres.\(cluster) to the topology")
        }
        return PostgresTarget(site: site, server: server, run: run, access: self)
    }
}

/// One server of the topology, ready to be connected to.
package struct PostgresTarget: Sendable {
    package var site: String
    package var server: PostgresServer
    var run: String
    var access: PostgresAccess

    /// `dc1/main`.
    package var place: String { "\(site)/\(server.cluster)" }
    var limits: PostgresAccess.Limits { access.limits }

    /// Opens a session as Handover's own role, in the database of the topology or in another. Close it when done.
    package func connect(
        _ mode: PostgresConnectionSettings.Mode = .sql, database: String? = nil,
        statementTimeout: Duration? = .seconds(30)
    ) async throws(Fault) -> PostgresConnection {
        let connection = server.connection
        return try await open(
            PostgresConnectionSettings(
                host: connection.host, port: connection.port, user: connection.user,
                database: database ?? connection.database,
                password: try secret(connection.password), sslMode: connection.sslMode,
                sslRootCertificate: connection.sslRootCertificate, applicationName: "handover/\(run)", mode: mode,
                statementTimeout: statementTimeout, place: place, connectLimit: limits.connect))
    }

    /// Opens a session as a standby elsewhere would, to see whether its credentials are good.
    func connectAsStandby() async throws(Fault) -> PostgresConnection {
        let replication = server.replication
        return try await open(
            PostgresConnectionSettings(
                host: replication.host, port: replication.port, user: replication.user, database: "replication",
                password: try secret(replication.password), sslMode: replication.sslMode,
                applicationName: "handover/\(run)", mode: .physicalReplication, place: "\(place) (replication)",
                connectLimit: limits.connect))
    }

    func secret(_ reference: SecretReference?) throws(Fault) -> Secret? {
        guard let reference else { return nil }
        return try access.secrets.value(of: reference)
    }

    private func open(_ settings: PostgresConnectionSettings) async throws(Fault) -> PostgresConnection {
        try await PostgresConnection.open(settings, cancelLimit: limits.cancel)
    }
}

extension PostgresConnection {
    /// Sets a server-wide setting of this node only (it is not replicated). Takes effect with `reload()`.
    func alterSystem(
        _ name: String, to value: String, at place: String, within limit: Duration, secrets: [Secret] = []
    ) async throws(Fault) {
        let text = try SQLText.alterSystem(name, to: value, at: place)
        try await query(text, effect: .changes, within: limit, secrets: secrets)
    }

    func alterSystemReset(_ name: String, within limit: Duration) async throws(Fault) {
        try await query("ALTER SYSTEM RESET \(name)", effect: .changes, within: limit)
    }

    func reload(within limit: Duration) async throws(Fault) {
        try await query("SELECT pg_reload_conf()", effect: .changes, within: limit)
    }
}
