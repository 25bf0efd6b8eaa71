/// By what a server's role and settings are changed. Looked at it is by libpq, whatever the driver.
package enum PostgresDriver: Equatable, Sendable {
    /// A server that nobody else manages: `pg_promote` and `ALTER SYSTEM`.
    case sql
    /// Patroni, by the REST API of its members.
    case patroni(PatroniMembers)
    /// The operator CloudNativePG, by its object in the site's Kubernetes.
    case cloudNativePG(CloudNativePGCluster)

    /// As the topology writes it.
    package enum Name: String, CaseIterable, Sendable {
        case sql, patroni
        case cloudNativePG = "cloudnativepg"
    }

    package var name: Name {
        switch self {
        case .sql: .sql
        case .patroni: .patroni
        case .cloudNativePG: .cloudNativePG
        }
    }

    package var patroni: PatroniMembers? { if case .patroni(let members) = self { members } else { nil } }
    package var cloudNativePG: CloudNativePGCluster? {
        if case .cloudNativePG(let cluster) = self { cluster } else { nil }
    }
}

/// The members of a site's Patroni cluster, and who Handover is there.
package struct PatroniMembers: Equatable, Sendable {
    /// `http://` or `https://` with host and port, of at least one member; no path.
    package var urls: [String]
    /// `restapi.authentication` of Patroni; `nil` where it wants none.
    package var user: String?
    package var password: SecretReference?
    /// The authorities that signed the members' certificates; `nil` trusts the system's.
    package var caCertificate: String?
    /// With its key, who Handover is to a Patroni that verifies clients.
    package var clientCertificate: String?
    package var clientKey: String?

    package init(
        urls: [String], user: String? = nil, password: SecretReference? = nil, caCertificate: String? = nil,
        clientCertificate: String? = nil, clientKey: String? = nil
    ) {
        self.urls = urls
        self.user = user
        self.password = password
        self.caCertificate = caCertificate
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
    }
}

/// A `Cluster` of CloudNativePG.
package struct CloudNativePGCluster: Equatable, Sendable {
    package var name: String
    /// `nil`: the namespace of the site's release.
    package var namespace: String?

    package init(name: String, namespace: String? = nil) {
        self.name = name
        self.namespace = namespace
    }
}
