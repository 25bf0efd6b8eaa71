import FailoverModel
import Foundation

/// A site's media: what is there already, and a probe that is written beside it.
struct SiteMedia: Sendable {
    let client: BucketClient

    /// What an old object says about all of them.
    enum Sight: Equatable {
        /// One could be read; how it is called in a sentence.
        case readable(String)
        /// The list is right, and has nothing in it but probes.
        case empty
    }

    /// Lists the media and reads one byte of the oldest that the first page shows. Changes nothing.
    func look() async throws(Fault) -> Sight {
        let objects = try await client.list(client.bucket.prefix, most: 100)
            .filter { !$0.key.hasPrefix(probePrefix) && $0.bytes > 0 }
        guard let oldest = objects.min(by: { $0.modified < $1.modified }) else { return .empty }
        guard let byte = try await client.get(oldest.key, firstByteOnly: true), !byte.isEmpty else {
            throw Fault(
                .rejected, "an object is listed, and cannot be read", at: client.place,
                next: "See whether the bucket is a copy that has not arrived.")
        }
        return .readable(oldest.day.map { "an object of \($0)" } ?? "an object")
    }

    /// Where probes are: nothing else is ever written or deleted.
    var probePrefix: String { client.bucket.prefix + "handover-probe/" }

    func probeKey(_ context: StepContext) -> String { probePrefix + context.idempotencyKey }

    /// Deletes the probe and those that interrupted tries left behind; says why where that fails.
    ///
    /// Left ones are harmless, and whether media can be served is known by then: so it is no failure of the check.
    func cleanUp(_ key: String) async -> Fault? {
        do throws(Fault) {
            try await client.delete(key)
            for left in try await client.list(probePrefix, most: 100) where left.key != key {
                try await client.delete(left.key)
            }
            return nil
        } catch { return error }
    }

    /// `the bucket ess-media`, or `… below media/`.
    var name: String {
        let prefix = client.bucket.prefix
        return "the bucket \(client.bucket.bucket)" + (prefix.isEmpty ? "" : " below \(prefix)")
    }
}
