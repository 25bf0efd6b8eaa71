package import FailoverModel
import Foundation
import Synchronization

/// Gives the client of each site's release; clients are kept for a while, and with them connections and plugin credentials.
package final class KubernetesAccess: Sendable {
    private let topology: Topology
    private let baseDirectory: String
    private let environment: [String: String]
    private let transport: any HTTPTransport
    private let retry: KubernetesRetry
    private let clients = Mutex<[String: Kept]>([:])

    private struct Kept: Sendable {
        var client: KubernetesClient
        var madeAt: ContinuousClock.Instant
    }

    /// Then the kubeconfig is read again, so that renewed credentials are taken up by a program that runs for days.
    private static let lifetime = Duration.seconds(120)

    /// `baseDirectory` is what relative paths of the topology are relative to. `environment` gives `KUBECONFIG`, `HOME` and the
    /// in-cluster variables.
    package convenience init(
        topology: Topology, baseDirectory: String, environment: [String: String] = ProcessInfo.processInfo.environment,
        transport: any HTTPTransport = HTTPClient()
    ) {
        self.init(
            topology: topology, baseDirectory: baseDirectory, environment: environment, transport: transport,
            retry: KubernetesRetry())
    }

    init(
        topology: Topology, baseDirectory: String, environment: [String: String], transport: any HTTPTransport,
        retry: KubernetesRetry
    ) {
        self.topology = topology
        self.baseDirectory = baseDirectory
        self.environment = environment
        self.transport = transport
        self.retry = retry
    }

    /// The API client of the site's release.
    package func client(site: String) throws(Fault) -> KubernetesClient {
        try release(at: site).client
    }

    /// The workloads of the site's release as they are now.
    package func observe(site: String) async throws(Fault) -> SiteObservation {
        SiteObservation(site: site, seen: .workloads(try await release(at: site).look().observation))
    }

    func release(at site: String) throws(Fault) -> ReleaseAtSite {
        guard var release = topology.site(named: site)?.kubernetes else {
            throw Fault(
                .invalid, "the topology gives it no kubernetes", at: "site \(site)",
                next: "Add kubernetes: to the site, or take the step out of the runbook.")
        }
        let now = ContinuousClock.now
        if let known = clients.withLock({ $0[site] }), known.madeAt.duration(to: now) < Self.lifetime {
            return releaseAtSite(site, release, known.client)
        }
        if let file = release.kubeconfig, !file.hasPrefix("/") {
            release.kubeconfig = URL(filePath: baseDirectory).appending(path: file).standardizedFileURL.path
        }
        let endpoint = try KubernetesEndpoint.of(release, environment: environment)
        let made = KubernetesClient(site: site, endpoint, transport: transport, retry: retry)
        clients.withLock { $0[site] = Kept(client: made, madeAt: now) }
        return releaseAtSite(site, release, made)
    }

    private func releaseAtSite(_ site: String, _ release: KubernetesRelease, _ client: KubernetesClient)
        -> ReleaseAtSite
    {
        let sets = (topology.site(named: site)?.postgres ?? []).compactMap { $0.databaseHost?.statefulSet }
        let here = sets.filter { ($0.namespace ?? client.namespace) == client.namespace }
        return ReleaseAtSite(site: site, release: release, client: client, databases: Set(here.map(\.name)))
    }
}
