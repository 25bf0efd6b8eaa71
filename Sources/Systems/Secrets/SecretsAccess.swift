package import FailoverModel
import Foundation

/// Reads and compares the Secrets of the sites' releases.
package struct SecretsAccess: Sendable {
    let access: KubernetesAccess
    let scope: SecretScope
    private let now: @Sendable () -> Moment

    /// `now` is the time that certificates are judged by.
    package init(
        access: KubernetesAccess, topology: Topology,
        now: @escaping @Sendable () -> Moment = {
            Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        }
    ) {
        self.access = access
        self.now = now
        scope = topology.secrets
    }

    /// Compares a site with the reference site. A site that does not answer makes every verdict `unknown`; whatever
    /// else keeps it from being read (credentials, a wrong namespace) is an error.
    package func compare(reference: String, site: String) async throws(Fault) -> SecretsComparison {
        let (first, second) = (
            try SiteSecrets(site: reference, access: access), try SiteSecrets(site: site, access: access)
        )
        async let firstRead = read(first)
        async let secondRead = read(second)
        let (right, found) = (await firstRead, await secondRead)
        var away: (reference: Fault?, site: Fault?)
        var pair: (SiteSecrets?, SiteSecrets?)
        (pair.0, away.reference) = try Self.away(right)
        (pair.1, away.site) = try Self.away(found)
        if let one = pair.0, let other = pair.1 { (pair.0, pair.1) = try await complete(one, other) }
        return SecretsComparison(
            reference: (reference, pair.0), site: (site, pair.1), scope: scope, away: away, at: now())
    }

    /// Both sites, each with what only the other's labels named too.
    func readBoth(_ reference: String, _ site: String) async throws(Fault) -> (SiteSecrets, SiteSecrets) {
        var first = try SiteSecrets(site: reference, access: access)
        var second = try SiteSecrets(site: site, access: access)
        try await first.read(names: scope.names)
        try await second.read(names: scope.names)
        return try await complete(first, second)
    }

    private func complete(
        _ first: SiteSecrets, _ second: SiteSecrets
    ) async throws(Fault) -> (SiteSecrets, SiteSecrets) {
        var (one, other) = (first, second)
        try await one.read(second.objects.keys)
        try await other.read(first.objects.keys)
        return (one, other)
    }

    /// `async let` does not carry typed errors, a result does.
    private func read(_ secrets: SiteSecrets) async -> Result<SiteSecrets, Fault> {
        var secrets = secrets
        do throws(Fault) {
            try await secrets.read(names: scope.names)
            return .success(secrets)
        } catch {
            return .failure(error)
        }
    }

    private static func away(_ result: Result<SiteSecrets, Fault>) throws(Fault) -> (SiteSecrets?, Fault?) {
        switch result {
        case .success(let secrets): return (secrets, nil)
        case .failure(let fault):
            switch fault.kind {
            case .unreachable, .uncertain, .throttled, .unavailable: return (nil, fault)
            case .rejected, .forbidden, .conflict, .refused, .invalid: throw fault
            }
        }
    }
}
