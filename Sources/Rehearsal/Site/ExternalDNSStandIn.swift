import FailoverModel
import Foundation
import Systems

/// The stand-in for a site's external-dns with `--policy=sync`: as long as its Deployment has a ready pod, the hosts of the
/// site's Ingresses lead to the site, whatever anybody has made of them since.
struct ExternalDNSStandIn: Sendable {
    private let site: String
    private let address: String
    private let files: RehearsalFiles

    /// `nil` where the rehearsal has none.
    init?(_ site: String, of record: RehearsalRecord, files: RehearsalFiles) {
        guard record.hasExternalDNS, let index = try? record.index(of: site) else { return nil }
        self.site = site
        self.files = files
        address = RehearsalNames.address(of: index)
    }

    /// Looks four times a second, where the real one does once a minute.
    func run(_ server: KubernetesAPIServer) async throws {
        while true {
            let ready = await server.workloadReady(
                namespace: StandInRelease.externalDNSNamespace, kind: "Deployment", name: StandInRelease.externalDNS)
            // What does not work now is tried again, as the real one does.
            if ready > 0 { try? await write(await server.ingressHosts()) }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func write(_ hosts: Set<String>) async throws {
        guard let text = SmallFile.text(at: files.topology) else { return }
        var topology = try Topology.decode(
            SourceText(file: files.topology, text: text), directory: files.directory)
        guard let zone = topology.dns, let index = topology.sites.firstIndex(where: { $0.name == site }) else { return }
        topology.sites[index].dns = hosts.filter { $0.hasSuffix(".\(zone.name)") }.sorted().map {
            DNSRecordSet($0, .address4, [address], ttlSeconds: zone.ttlSeconds)
        }
        let access = DNSAccess(secrets: SecretFiles()) {
            Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        }
        guard let command = DNSCommands.all(access: access)["dns.point"] else { return }
        let context = StepContext(
            run: "external-dns", step: "external-dns", site: site, from: site, to: site, others: [], topology: topology)
        let finding = try await command.examine(context)
        if finding.verdict == .needed { try await command.act(context, on: finding) }
    }

    private struct SecretFiles: SecretSource {
        func value(of reference: SecretReference) throws(Fault) -> Secret {
            guard case .file(let path) = reference, let text = SmallFile.text(at: path) else {
                throw Fault(.invalid, "the key cannot be read", at: "external-dns", next: "See the rehearsal's secrets")
            }
            return Secret(text.trimmingCharacters(in: .newlines))
        }
    }
}
