import FailoverModel
import Foundation

/// Whether every site can write its media, and what one site writes the others read within a time. The only checks that write: a
/// probe object below `handover-probe/check/`, which is deleted everywhere in the end, with those that a killed check left.
struct MediaProbeChecks: Sendable {
    let topology: Topology
    let media: MediaAccess
    let sites: [String]

    private static let writable = Check(
        id: "media.writable", why: "a site that cannot write its media takes no upload after a failover")
    private static let arrives = Check(
        id: "media.arrives", why: "what is written before a failover has to be there after it")

    func parts(within limit: Duration) -> [CheckPart] {
        let bound = limit + .milliseconds(topology.checks.mediaArriveWithinMilliseconds)
        return sites.filter { topology.site(named: $0)?.media != nil }.map { site in
            CheckPart(Self.writable, at: site, within: bound) { await results(writingAt: site) }
        }
    }

    private func results(writingAt site: String) async -> [CheckResult] {
        let bucket: SiteMedia
        do throws(Fault) { bucket = try media.bucket(of: site, in: topology) } catch {
            return [Self.writable.failing(site, error)]
        }
        let name = "check/\(site)/"
        let key = "\(bucket.probePrefix)\(name)\(UUID().uuidString)"
        let content = Data("a probe of handover check, which may be deleted\n\(UUID().uuidString)".utf8)
        var readers: [SiteMedia] = []
        let results: [CheckResult]
        do throws(Fault) {
            try await bucket.client.put(key, content)
            guard try await bucket.client.get(key) == content else {
                throw Fault(
                    .rejected, "the probe does not come back as it was written", at: bucket.client.place,
                    next: "See whether something on the way changes or keeps answers")
            }
            let others = sites.filter { $0 != site && topology.site(named: $0)?.media != nil }
            var arrived: [CheckResult] = []
            for other in others {
                let (reader, result) = await arrival(
                    of: key.dropFirst(bucket.probePrefix.count), content, site, at: other)
                if let reader { readers.append(reader) }
                arrived.append(result)
            }
            results = [Self.writable.ok(site, "\(bucket.name) took a probe, and gave it back as it was")] + arrived
        } catch {
            results = [Self.writable.unseen(site, error)]
        }
        return await cleaned(results, [bucket] + readers, name, site)
    }

    private func arrival(
        of key: Substring, _ content: Data, _ site: String, at other: String
    ) async -> (SiteMedia?, CheckResult) {
        let limit = topology.checks.mediaArriveWithinMilliseconds
        do throws(Fault) {
            let reader = try media.bucket(of: other, in: topology)
            let begun = ContinuousClock.now
            while true {
                let seen = try await reader.client.get(reader.probePrefix + key)
                let waited = begun.duration(to: .now).wholeMilliseconds
                if seen == content {
                    return (
                        reader, Self.arrives.ok(other, "what \(site) writes is at \(other) within \(Self.time(waited))")
                    )
                }
                guard waited < limit, !Task.isCancelled else { break }
                try? await Task.sleep(for: .milliseconds(min(500, max(20, limit / 20))))
            }
            return (
                reader,
                Self.arrives.failing(
                    other, "what \(site) writes is not at \(other) after \(Self.time(limit))",
                    fix:
                        "See the replication between the buckets; mediaArriveWithin of the topology's checks is the limit"
                )
            )
        } catch { return (nil, Self.arrives.unseen(other, error)) }
    }

    private static func time(_ milliseconds: Int64) -> String {
        milliseconds < 1000 ? "\(max(1, milliseconds)) ms" : "\(milliseconds / 1000) s"
    }

    /// Copies are deleted too: a deletion need not be replicated as the object was.
    private func cleaned(
        _ results: [CheckResult], _ buckets: [SiteMedia], _ name: String, _ site: String
    ) async -> [CheckResult] {
        var results = results
        for bucket in buckets {
            do throws(Fault) {
                for left in try await bucket.client.list(bucket.probePrefix + name, most: 1000) {
                    try await bucket.client.delete(left.key)
                }
            } catch {
                guard results.first?.verdict == .ok else { continue }
                results[0] = Self.writable.warning(
                    site, "a probe could not be deleted: \(error.what)",
                    fix: "Let the key delete below \(bucket.probePrefix), and delete what is left there")
            }
        }
        return results
    }
}
