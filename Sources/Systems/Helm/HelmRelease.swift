import FailoverModel
import Foundation

/// A release as `helm status` and `helm upgrade --dry-run` print it. It may hold secrets, and is never shown or kept.
struct HelmRelease: Decodable, Sendable {
    struct Info: Decodable, Sendable {
        var status: String
        /// Why the revision was made, in the words of who made it, or why it failed.
        var description: String
        var lastDeployed: String

        private enum CodingKeys: String, CodingKey {
            case status, description
            case lastDeployed = "last_deployed"
        }
    }

    struct Chart: Decodable, Sendable {
        var name: String
        var version: String

        init(name: String, version: String) {
            self.name = name
            self.version = version
        }

        private enum Keys: String, CodingKey { case metadata, name, version }

        init(from decoder: any Decoder) throws {
            let metadata = try decoder.container(keyedBy: Keys.self)
                .nestedContainer(keyedBy: Keys.self, forKey: .metadata)
            name = try metadata.decode(String.self, forKey: .name)
            version = try metadata.decode(String.self, forKey: .version)
        }
    }

    /// The values that were given, where they tell what must not be upgraded.
    struct Values: Decodable, Sendable {
        struct Authentication: Decodable, Sendable {
            struct Migration: Decodable, Sendable { var enabled: Bool? }
            var syn2mas: Migration?
        }
        struct RTC: Decodable, Sendable {
            struct SFU: Decodable, Sendable { var manualIP: String? }
            var sfu: SFU?
        }
        var matrixAuthenticationService: Authentication?
        var matrixRTC: RTC?
        /// The name behind every user's; it is in certificates, tokens and the database.
        var serverName: String?
        var clusterDomain: String?
    }

    var info: Info
    /// The revision.
    var version: Int64
    var manifest: String
    /// Only `nil` where Helm left it out.
    var chart: Chart?
    var config: Values?
    /// What is run around an upgrade.
    var hooks: [Hook]?

    struct Hook: Decodable, Sendable { var name: String }

    /// `pending-install`, `pending-upgrade`, `pending-rollback`: a Helm is at work, or was killed.
    var isPending: Bool { info.status.hasPrefix("pending-") }
    var isDeployed: Bool { info.status == "deployed" }

    /// Whether the migration from Synapse's own accounts would be run, which works on both databases at once.
    var migratesAccounts: Bool { config?.matrixAuthenticationService?.syn2mas?.enabled == true }

    /// When the revision was begun; `nil` where Helm's time cannot be read.
    var begunAt: Moment? {
        let text = info.lastDeployed.replacing(/\.[0-9]+/, with: "")
        guard let date = try? Date.ISO8601FormatStyle().parse(text) else { return nil }
        return Moment(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000))
    }
}
