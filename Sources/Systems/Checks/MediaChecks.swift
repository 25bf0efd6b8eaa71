import FailoverModel

/// The checks of the buckets that sites keep media in. They read; only a run writes.
struct MediaChecks: Sendable {
    let topology: Topology
    let media: MediaAccess

    private static let readable = Check(
        id: "media.readable", why: "a site that cannot read the media serves its users without pictures and files")
    private static let clock = Check(
        id: "media.clock", why: "a storage refuses what is signed by a clock that is minutes away from its own")

    func parts(at sites: [String], within limit: Duration) -> [CheckPart] {
        sites.filter { topology.site(named: $0)?.media != nil }.map { site in
            CheckPart(Self.readable, at: site, within: limit) { await results(at: site) }
        }
    }

    private func results(at site: String) async -> [CheckResult] {
        let check = Self.readable
        do throws(Fault) {
            let bucket = try media.bucket(of: site, in: topology)
            let clock = await clock(of: bucket.client, site)
            switch try await bucket.look() {
            case .readable(let object): return [check.ok(site, "\(object) in \(bucket.name) can be read")] + clock
            case .empty:
                return [
                    check.failing(
                        site, "\(bucket.name) has no object",
                        fix: "Correct \"bucket\" and \"prefix\" in the topology, or see why nothing arrives there")
                ] + clock
            }
        } catch { return [check.unseen(site, error)] }
    }

    /// From the Date of any answer: to whoever asks unsigned a storage says no, and when.
    private func clock(of client: BucketClient, _ site: String) async -> [CheckResult] {
        let begun = Moment.now
        guard let answer = try? await client.unsignedAnswer(), let text = answer.headers["Date"],
            let time = HTTPDate.moment(text)
        else { return [] }
        return [
            ClockSkew(time, begun, .now, wholeSeconds: true).result(Self.clock, site, "the storage of \(site)")
        ]
    }
}
