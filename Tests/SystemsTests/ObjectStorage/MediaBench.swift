import FailoverModel
import Foundation
import Testing

@testable import Systems

/// `media.check` on a topology of two sites, whose keys are those of the signature's verifier.
struct MediaBench {
    var bucket: MediaBucket
    var accessKey = SignatureVerifier().accessKey
    var secretKey = SignatureVerifier().secretKey
    var token: String?

    init(url: String, bucket: String = "ess-media", region: String = "eu-central-1", prefix: String = "") {
        self.bucket = MediaBucket(
            url: url, bucket: bucket, region: region, prefix: prefix,
            keys: AWSKeys(accessKey: .environment("ACCESS"), secretKey: .environment("SECRET")))
    }

    var topology: Topology {
        var bucket = bucket
        if token != nil { bucket.keys.sessionToken = .environment("TOKEN") }
        return Topology(
            name: "t",
            sites: [Topology.Site(name: "dc1", postgres: []), Topology.Site(name: "dc2", postgres: [], media: bucket)])
    }

    var access: MediaAccess {
        MediaAccess(secrets: Values(values: ["ACCESS": accessKey, "SECRET": secretKey, "TOKEN": token]))
    }

    var command: MediaCheckCommand { MediaCheckCommand(access: access) }

    var client: BucketClient {
        get throws { try access.bucket(of: "dc2", in: topology).client }
    }

    func context(run: String = "run-1", accepted: Set<String> = []) -> StepContext {
        StepContext(
            run: run, step: "media", site: "dc2", from: "dc1", to: "dc2", others: [], topology: topology,
            accepted: accepted)
    }

    /// The step from its beginning to its proof.
    func check(run: String = "run-1") async throws -> Finding {
        let finding = try await command.examine(context(run: run))
        guard finding.verdict == .needed else { return finding }
        try await command.act(context(run: run), on: finding)
        return try await command.verify(context(run: run), after: finding)
    }

    private struct Values: SecretSource {
        var values: [String: String?]

        func value(of reference: SecretReference) throws(Fault) -> Secret {
            guard case .environment(let name) = reference, let value = values[name] ?? nil else {
                throw Fault(.invalid, "no such secret", at: "test", next: "Correct the test")
            }
            return Secret(value)
        }
    }
}
