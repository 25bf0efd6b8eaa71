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
