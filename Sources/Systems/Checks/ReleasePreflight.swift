import FailoverModel

/// What a release must be able to do before anybody needs it: be stopped by values, and be another at each site where it must.
struct ReleasePreflight: Sendable {
    let look: ReleaseLook
    let site: String

    private static let overlay = Check(
        id: "helm.standby-values",
        why: "a release that is only scaled to 0 is started again by the next upgrade or sync at the old site")
    private static let addresses = Check(
        id: "helm.own-addresses", why: "an SFU that tells callers another site's address takes no call")

    func results() async -> [CheckResult] { [await standbyValues()] }

    /// The chart is rendered with the values that would stop it, as `helm.stand-down` would.
    private func standbyValues() async -> CheckResult {
        let check = Self.overlay
        if look.isTooOldForValues {
            return check.warning(
                site, "\(look.title): before 26.7.0 its values know no replicas, so it can only be scaled",
                fix:
                    "Upgrade the chart to 26.7.0 or newer at every site; until then know that an upgrade undoes the scale"
            )
        }
        guard !look.stored.isPending else {
            return check.failing(site, "a pending release cannot be rendered", fix: "See helm.release")
        }
        do throws(Fault) {
            let rendered = try await look.program.rendered(try look.standbyOverlay())
            let manifest = try ReleaseManifest(rendered.manifest, at: look.program.release.place)
            return Self.standby(manifest, hooks: (rendered.hooks ?? []).map(\.name), at: site)
        } catch { return check.unseen(site, error) }
    }

    /// `manifest` and `hooks` are what the chart renders with the values that would stop it.
    static func standby(_ manifest: ReleaseManifest, hooks: [String], at site: String) -> CheckResult {
        let running = manifest.workloads.filter { $0.replicas > 0 }.map(\.key.name)
        guard running.isEmpty else {
            return overlay.failing(
                site, "no values are known that stop \(running.joined(separator: ", "))",
                fix: "Name a file that does as standbyValues of the topology's chart")
        }
        let hindering = hooks.filter { $0.hasSuffix("synapse-check-config") }
        guard hindering.isEmpty else {
            return overlay.failing(
                site, "\(hindering.joined(separator: ", ")) would run, and fails where a stream writer is at 0",
                fix: "Set synapse.checkConfigHook.enabled to false in a file of standbyValues")
        }
        return overlay.ok(
            site, "values stop all \(manifest.workloads.count) workloads, and no hook stands in the way")
    }

    /// `manualIP` is the address that the SFU tells callers: each site has its own, or finds it by itself.
    static func ownAddresses(_ releases: [(site: String, stored: HelmRelease)]) -> [CheckResult] {
        let named = releases.compactMap { site, stored in
            stored.config?.matrixRTC?.sfu?.manualIP.map { (site: site, address: $0) }
        }
        return named.map { site, address in
            let others = named.filter { $0.site != site && $0.address == address }.map(\.site)
            return others.isEmpty
                ? addresses.ok(site, "the SFU of \(site) tells callers an address of its own")
                : addresses.failing(
                    site,
                    "matrixRTC.sfu.manualIP is \(address.onOneLine(limit: 60)), which is that of "
                        + others.joined(separator: ", "), fix: "Give \(site) its own address in its values")
        }
    }
}
