import FailoverModel

/// The checks of the buckets that sites keep media in. They read; only a run writes.
struct MediaChecks: Sendable {
    let topology: Topology
    let media: MediaAccess

    func results(at sites: [String]) async -> [CheckResult] {
        let check = Check(
            id: "media.readable", why: "a site that cannot read the media serves its users without pictures and files")
        var results: [CheckResult] = []
        for site in sites where topology.site(named: site)?.media != nil {
            do throws(Fault) {
                let bucket = try media.bucket(of: site, in: topology)
                switch try await bucket.look() {
                case .readable(let object): results.append(check.ok(site, "\(object) in \(bucket.name) can be read"))
                case .empty:
                    results.append(
                        check.failing(
                            site, "\(bucket.name) has no object",
                            fix: "Correct \"bucket\" and \"prefix\" in the topology, or see why nothing arrives there"))
                }
            } catch { results.append(check.failing(site, error)) }
        }
        return results
    }
}
