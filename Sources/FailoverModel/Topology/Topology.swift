/// Where each site's systems are: the content of a topology file.
package struct Topology: Equatable, Sendable {
    package var name: String
    /// In the order of the file.
    package var sites: [Site]
    /// The Secrets that all sites share.
    package var secrets: SecretScope
    package var synapse: SynapseDatabase?
    /// What Helm installs at every site; `nil` where workloads are only scaled.
    package var chart: HelmChart?
    package var alerts: [AlertHook]
    /// The zone of the users' names; `nil` where names are moved by other means.
    package var dns: DNSZone?
    /// What the service answers wherever it runs; `nil` where each site has only a URL.
    package var service: ServiceExpectations?
    package var watch: WatchPolicy
    /// What is promised wherever a runbook promises nothing else.
    package var objectives: Objectives
    /// What `handover check` looks at beside the systems.
    package var checks: ReadinessSettings

    package init(
        name: String, sites: [Site], secrets: SecretScope = SecretScope(), synapse: SynapseDatabase? = nil,
        chart: HelmChart? = nil, alerts: [AlertHook] = [], dns: DNSZone? = nil, service: ServiceExpectations? = nil,
        watch: WatchPolicy = WatchPolicy(), objectives: Objectives = Objectives(),
        checks: ReadinessSettings = ReadinessSettings()
    ) {
        self.name = name
        self.sites = sites
        self.secrets = secrets
        self.synapse = synapse
        self.chart = chart
        self.alerts = alerts
        self.dns = dns
        self.service = service
        self.watch = watch
        self.objectives = objectives
        self.checks = checks
    }

    package func site(named name: String) -> Site? { sites.first { $0.name == name } }

    /// A data centre.
    package struct Site: Equatable, Sendable {
        package var name: String
        /// What people call it: `Frankfurt`.
        package var title: String?
        /// One server per PostgreSQL cluster; the same cluster names at every site.
        package var postgres: [PostgresServer]
        package var kubernetes: KubernetesRelease?
        package var service: ServiceEndpoint?
        /// What the users' names lead to when this site serves; other records of these names are none then.
        package var dns: [DNSRecordSet]
        /// The bucket that its Synapse keeps media in.
        package var media: MediaBucket?
        /// The places at which its outbound traffic can be closed.
        package var firewalls: [SiteFirewall]
        /// What at this site would put the users' names back to it.
        package var externalDNS: ExternalDNS?

        package init(
            name: String, title: String? = nil, postgres: [PostgresServer], kubernetes: KubernetesRelease? = nil,
            service: ServiceEndpoint? = nil, dns: [DNSRecordSet] = [], media: MediaBucket? = nil,
            firewalls: [SiteFirewall] = [], externalDNS: ExternalDNS? = nil
        ) {
            self.name = name
            self.title = title
            self.postgres = postgres
            self.kubernetes = kubernetes
            self.service = service
            self.dns = dns
            self.media = media
            self.firewalls = firewalls
            self.externalDNS = externalDNS
        }

        package func firewall(named name: String) -> SiteFirewall? { firewalls.first { $0.name == name } }

        package func postgres(cluster: String) -> PostgresServer? { postgres.first { $0.cluster == cluster } }
    }
}

/// Where a secret is to be had; the value itself is never part of a topology.
package enum SecretReference: Hashable, Sendable {
    /// The file's content without a trailing newline. A relative path is relative to the topology file.
    case file(String)
    case environment(String)
}

/// A site's PostgreSQL server: how Handover reaches it, and how the other sites' standbys do.
package struct PostgresServer: Equatable, Sendable {
    /// Which database cluster this is a copy of: `main`, `synapse`, `mas`.
    package var cluster: String
    package var connection: Connection
    package var replication: Replication
    /// Who changes the server's role: SQL, or the operator behind which it runs.
    package var driver: PostgresDriver
    /// How it is worked on from its own host; `nil` where that is done by hand.
    package var databaseHost: DatabaseHost?
    /// Where a drill puts its copy; `nil` where there are no drills.
    package var drill: DrillDatabase?

    package struct Connection: Equatable, Sendable {
        package var host: String
        package var port: Int
        package var user: String
        package var database: String
        package var password: SecretReference?
        /// libpq's `sslmode`; `nil` leaves libpq's default.
        package var sslMode: String?
        package var sslRootCertificate: String?

        package init(
            host: String, port: Int = 5432, user: String, database: String = "postgres",
            password: SecretReference? = nil, sslMode: String? = nil, sslRootCertificate: String? = nil
        ) {
            self.host = host
            self.port = port
            self.user = user
            self.database = database
            self.password = password
            self.sslMode = sslMode
            self.sslRootCertificate = sslRootCertificate
        }
    }

    /// How a standby elsewhere streams from this server, and what this server calls itself when it is the standby.
    package struct Replication: Equatable, Sendable {
        /// The address the other sites use, which need not be the one Handover uses.
        package var host: String
        package var port: Int
        package var user: String
        package var password: SecretReference?
        /// Path of a password file on the standby's host, used instead of a password in `primary_conninfo`.
        package var passwordFileOnServer: String?
        package var sslMode: String?
        /// `application_name` of this site's receiver; unique across sites.
        package var applicationName: String
        /// The slot on the upstream that this site's receiver uses.
        package var slot: String

        package init(
            host: String, port: Int, user: String, password: SecretReference? = nil,
            passwordFileOnServer: String? = nil, sslMode: String? = nil, applicationName: String, slot: String
        ) {
            self.host = host
            self.port = port
            self.user = user
            self.password = password
            self.passwordFileOnServer = passwordFileOnServer
            self.sslMode = sslMode
            self.applicationName = applicationName
            self.slot = slot
        }
    }

    package init(
        cluster: String, connection: Connection, replication: Replication, driver: PostgresDriver = .sql,
        databaseHost: DatabaseHost? = nil, drill: DrillDatabase? = nil
    ) {
        self.cluster = cluster
        self.connection = connection
        self.replication = replication
        self.driver = driver
        self.databaseHost = databaseHost
        self.drill = drill
    }
}

/// The chart's release at a site.
package struct KubernetesRelease: Equatable, Sendable {
    /// Path of the kubeconfig; `nil` follows `KUBECONFIG` and `~/.kube/config` as kubectl does.
    package var kubeconfig: String?
    /// `nil`: the kubeconfig's current context.
    package var context: String?
    /// `nil`: the context's namespace, else `default`.
    package var namespace: String?
    /// Workloads are those with the annotation `meta.helm.sh/release-name` of this value in the namespace.
    package var release: String
    /// A label selector to use instead of the annotation.
    package var selector: String?
    /// How many replicas a workload has when this site serves, by its name; others as remembered, else 1.
    package var replicas: [String: Int64]
    /// The values files, in order, with which Helm makes this site serve; `nil` where the topology names no chart.
    package var values: [String]?
    /// `insecure-skip-tls-verify` of the kubeconfig is refused unless the topology repeats it here.
    package var allowsInsecureTLS: Bool
    /// The release that a drill starts beside this one; `nil` where a drill is about the databases alone.
    package var drill: DrillRelease?

    package init(
        kubeconfig: String? = nil, context: String? = nil, namespace: String? = nil, release: String,
        selector: String? = nil, replicas: [String: Int64] = [:], values: [String]? = nil,
        allowsInsecureTLS: Bool = false, drill: DrillRelease? = nil
    ) {
        self.kubeconfig = kubeconfig
        self.context = context
        self.namespace = namespace
        self.release = release
        self.selector = selector
        self.replicas = replicas
        self.values = values
        self.allowsInsecureTLS = allowsInsecureTLS
        self.drill = drill
    }
}
