/// One place at which a site's outbound traffic can be closed.
///
/// A site has several where one does not cover all: a policy in the cluster, and the hosts of its databases. Each is closed and
/// opened by a step of its own, so that one that cannot be reached does not hold up the others.
package struct SiteFirewall: Equatable, Sendable {
    /// What it is called in steps and messages: `cluster`, `edge`.
    package var name: String
    package var driver: Driver
    /// What tells whether traffic gets through, tried from inside.
    package var probes: [Probe]

    package enum Driver: Equatable, Sendable {
        /// A NetworkPolicy in the namespace of the site's release.
        case networkPolicy
        /// A table of nftables on a host; `program` is how `nft` is called there, `allow` what stays reachable.
        case nftables(program: [String], allow: [InternetNetwork])
        /// A CiliumNetworkPolicy in the namespace of the site's release; `allow` is of addresses outside of the cluster.
        case cilium(allow: [InternetNetwork])
        /// Calico's NetworkPolicy there, first in its tier.
        case calico(allow: [InternetNetwork], tier: String)
        /// Whatever programs of one's own can close: a cloud's security group, an appliance.
        case program(Programs)
    }

    /// Programs that look at a firewall, close and open it; each a program and its arguments.
    package struct Programs: Equatable, Sendable {
        /// Ends with 0 where it is closed, and its last line is the run that closed it; with 1 where it is open.
        package var look: [String]
        package var block: [String]
        package var open: [String]
        /// The variables of Handover's own environment that they get, by name.
        package var environment: [String]
        /// How long each may take.
        package var timeLimitMilliseconds: Int64

        package init(
            look: [String], block: [String], open: [String], environment: [String] = [],
            timeLimitMilliseconds: Int64 = 20_000
        ) {
            self.look = look
            self.block = block
            self.open = open
            self.environment = environment
            self.timeLimitMilliseconds = timeLimitMilliseconds
        }
    }

    /// A program and its arguments that ends with 0 where what it tries to reach can be reached.
    package struct Probe: Equatable, Sendable {
        package var name: String
        package var program: [String]

        package init(name: String, program: [String]) {
            self.name = name
            self.program = program
        }
    }

    package init(name: String, driver: Driver, probes: [Probe] = []) {
        self.name = name
        self.driver = driver
        self.probes = probes
    }
}
