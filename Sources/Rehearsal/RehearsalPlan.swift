/// What `up` builds: three sites on one machine. The defaults are those of `handover rehearsal up`.
package struct RehearsalPlan: Sendable {
    /// The first site begins as the primary, the others as its standbys.
    package var siteNames: [String]
    /// Where the block of ports begins; `nil` chooses a free block. A taken block is passed over in any case.
    package var basePort: Int?
    /// How long a pod takes to become ready.
    package var podStartDelay: Duration
    /// How long a pod takes to go away.
    package var podStopDelay: Duration
    /// Whether the first primary acknowledges a commit only when one standby has it (`ANY 1`), so that no acknowledged
    /// row can die with it. `false` is plain asynchronous replication.
    package var isSynchronous: Bool
    /// The program that runs `rehearsal site`, `forwarder` and `writer`; `nil` is the running one.
    package var executable: String?
    /// The programs of others to use; without `helm` the workloads are put there as if Helm had.
    package var programs: InstalledPrograms
    /// PostgreSQL's server programs; `nil` finds the newest installed.
    package var postgresPrograms: String?
    /// Whether each site's cluster has a stand-in for external-dns, which runs at the site that serves.
    package var hasExternalDNS: Bool
    /// Whether the topology names a firewall in each site's cluster, whose policies the stand-in for Synapse feels.
    package var hasFirewalls: Bool
    /// Whether each site's PostgreSQL runs in the one pod of a StatefulSet, in place of a process of its own; see
    /// ``LocalContainers``. A site of such a plan breaks as a whole.
    package var hasStatefulSets: Bool

    package init(
        siteNames: [String] = ["dc1", "dc2", "dc3"], basePort: Int? = nil,
        podStartDelay: Duration = .milliseconds(400), podStopDelay: Duration = .milliseconds(200),
        isSynchronous: Bool = true, executable: String? = nil, programs: InstalledPrograms = InstalledPrograms(),
        postgresPrograms: String? = nil, hasExternalDNS: Bool = false, hasFirewalls: Bool = false,
        hasStatefulSets: Bool = false
    ) {
        self.siteNames = siteNames
        self.basePort = basePort
        self.podStartDelay = podStartDelay
        self.podStopDelay = podStopDelay
        self.isSynchronous = isSynchronous
        self.executable = executable
        self.programs = programs
        self.postgresPrograms = postgresPrograms
        self.hasExternalDNS = hasExternalDNS
        self.hasFirewalls = hasFirewalls
        self.hasStatefulSets = hasStatefulSets
    }
}

/// What `breakSite` does to a site.
package enum Breakage: Equatable, Sendable {
    /// Everything there dies at once.
    case everything
    /// Only PostgreSQL dies.
    case postgres
    /// Only the Kubernetes API and the ingress die.
    case kubernetes
    /// Nothing dies, but the tool no longer reaches the site; the other sites and the writer still do.
    case partition(Partition)

    /// How the way to a partitioned site feels.
    package enum Partition: String, CaseIterable, Equatable, Sendable {
        /// Connections are accepted and never answered, established ones stall.
        case silent
        /// Connections are refused.
        case refused
    }
}
