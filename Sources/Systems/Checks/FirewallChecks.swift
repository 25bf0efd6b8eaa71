import FailoverModel

/// The checks of the places at which the sites' outbound traffic can be closed.
struct FirewallChecks: Sendable {
    let topology: Topology
    let access: FirewallAccess
    /// The site that serves; nil where that is not known.
    let serving: String?
    let to: String?

    func results() async -> [CheckResult] { await parts(within: .seconds(60)).report().results }

    func parts(within limit: Duration) -> [CheckPart] {
        topology.checked(from: serving, to: to).compactMap { topology.site(named: $0) }
            .filter { !$0.firewalls.isEmpty }.map { site in
                CheckPart(Self.driver, at: site.name, within: limit) {
                    var results = [outside(site)]
                    for firewall in site.firewalls { results += await self.results(of: firewall, at: site.name) }
                    return results
                }
            }
    }

    private static let driver = Check(
        id: "firewall.driver", why: "a block that cannot be made is noticed in the middle of the failover")

    private func outside(_ site: Topology.Site) -> CheckResult {
        let check = Check(
            id: "firewall.outside",
            why: "a site that fails may have lost its API server, and then nothing there can be closed")
        let others = site.firewalls.filter { !$0.driver.isInCluster }.map(\.name)
        return others.isEmpty
            ? check.warning(
                site.name, "every firewall of \(site.name) is in its own cluster",
                fix:
                    "Add one with the driver nftables or program, at its edge or on its hosts; it covers the way to PostgreSQL too"
            )
            : check.ok(site.name, "closed without the API server: \(others.inWords)")
    }

    private func results(of firewall: SiteFirewall, at site: String) async -> [CheckResult] {
        let check = Self.driver
        do throws(Fault) {
            let place = try access.firewall(firewall, at: site)
            let (driver, seen) = (place.driver, try await place.driver.look())
            if seen.isForeign {
                return [
                    check.failing(
                        site, "\(driver.title) is there and was not made by Handover",
                        fix: "Take it away or give it another name")
                ]
            }
            let holes = try await driver.holes()
            if !holes.isEmpty {
                return [
                    check.failing(
                        site, "\(driver.title) would be defeated by \(holes.inWords)",
                        fix: "Take these away, or know that the run will ask who answers for what they let out")
                ]
            }
            if seen.isThere {
                let closed = "\(driver.title) is in place since \(seen.mark ?? "an unknown run")"
                return [
                    site == serving
                        ? check.failing(
                            site, "\(closed), and \(site) serves", fix: "Take it away: it closes a site that serves")
                        : check.ok(site, closed)
                ]
            }
            try await driver.rehearse(mark: "check")
            return [check.ok(site, "\(driver.title) can be made")] + Self.probes(await place.tryProbes(), driver, site)
        } catch { return [check.failing(site, error)] }
    }

    /// Nothing is closed here, so each of them has to get through.
    private static func probes(
        _ probed: ProbeResults, _ driver: any FirewallDriver, _ site: String
    ) -> [CheckResult] {
        let check = Check(
            id: "firewall.probes", why: "a probe that does not get through before proves nothing afterwards")
        guard !probed.results.isEmpty else { return [] }
        return [
            probed.notThrough.isEmpty
                ? check.ok(site, "\(probed.through.inWords) got through")
                : check.warning(
                    site,
                    "\(driver.title) is not in place, and \((probed.cut + probed.unknown).inWords) did not get through",
                    fix: "Correct the probe in the topology, or open what closes it")
        ]
    }
}
