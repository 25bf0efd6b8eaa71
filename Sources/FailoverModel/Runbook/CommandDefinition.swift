/// What is known of a command without running it: enough to check a runbook and to speak of a step.
package struct CommandDefinition: Equatable, Sendable {
    /// What a command works on, which decides what a site must have and how often a step is made.
    package enum Scope: String, CaseIterable, Equatable, Sendable {
        /// Once for each PostgreSQL cluster of the site.
        case postgresCluster
        /// Once for the site's release on Kubernetes.
        case kubernetesRelease
        /// Once for the site's release where Helm installs it.
        case helmRelease
        /// Once for the site's service URL.
        case serviceEndpoint
        /// Once for what the topology expects of the service by name, where the site has names.
        case serviceNames
        /// Once for the PostgreSQL cluster of the site that holds Synapse's database.
        case synapseDatabase
        /// Once for the site, whatever the topology gives it.
        case site
        /// Once for each place at which the site's outbound traffic can be closed.
        case siteFirewall
        /// Once for the records that the site's names lead to.
        case dnsRecords
        /// Once for the bucket of the site's media.
        case mediaBucket
        /// Once for the site's external-dns.
        case externalDNS
    }

    package struct Parameter: Equatable, Sendable {
        package enum Kind: String, CaseIterable, Equatable, Sendable {
            case text, integer, flag, object
            /// Texts, in which words in braces are filled in: a program and its arguments.
            case words
        }

        package var name: String
        package var kind: Kind
        package var isRequired: Bool
        package var meaning: String
        /// What a whole number may be; other kinds ignore it.
        package var range: ClosedRange<Int64>

        package init(
            _ name: String, _ kind: Kind, isRequired: Bool, meaning: String,
            in range: ClosedRange<Int64> = .min ... .max
        ) {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
            self.meaning = meaning
            self.range = range
        }
    }

    /// The parameter that names one of the site's firewalls; each planned step of this scope has it.
    package static let firewallParameter = "firewall"

    /// `postgres.promote`.
    package var name: String
    /// What it does, as a step's title: `Promote PostgreSQL at {site}`.
    package var sentence: String
    package var scope: Scope
    package var parameters: [Parameter] = []
    package var deadlineMilliseconds: Int64 = 60_000
    package var retry = RetryPolicy()
    package var hasUndo = false
    /// Whether it may be owed to a site that cannot be reached.
    package var mayDefer = false
    /// Whether going back after it means moving data back, so that its step must say `pivot: true`.
    package var isPivot = false
    /// Whether it leaves the sites as they are, so that a drill may use it too.
    package var isHarmless = false

    /// Whether it is made for drills, and for nothing else.
    package var isOfDrills: Bool { name.hasPrefix("drill.") }
}
