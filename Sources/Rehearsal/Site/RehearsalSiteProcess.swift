import Foundation

/// One site's Kubernetes API and its ingress, in one process.
package enum RehearsalSiteProcess {
    /// Serves until the task is cancelled; throws where the directory holds no such site or a port is taken.
    package static func run(directory: String, site name: String) async throws {
        let files = RehearsalFiles(directory: directory)
        let record = try files.requireRecord()
        let site = try record.site(named: name)
        let server = try KubernetesAPIServer(configuration: kubernetes(site, of: record, files: files))
        let synapse = SiteSynapse(site, of: record, files: files)
        let ready = {
            @Sendable (kind: String, name: String) in
            await server.workloadReady(namespace: StandInRelease.namespace, kind: kind, name: name)
        }
        let isReady = { @Sendable in await ready("StatefulSet", StandInRelease.synapse) }
        let mayConnect = {
            @Sendable in
            await server.workloadMayConnect(
                namespace: StandInRelease.namespace, kind: "StatefulSet", name: StandInRelease.synapse)
        }
        let database = try PostgresSite(site, of: record, files: files)
        let drill = drill(of: site, database, server, files)
        let service = StandInService(
            site: name, database: database, files: files,
            workloads: SiteWorkloads(ready: ready, mayConnect: mayConnect),
            signingKey: {
                await server.secretValue(
                    namespace: StandInRelease.namespace, name: StandInRelease.generatedSecret,
                    key: "SYNAPSE_SIGNING_KEY")
            }, synapse: synapse.map { SynapseProxy(port: $0.port) },
            drill: { request, host in await drill.respond(to: request, as: host) })
        let tlsIngress = TLSIngress(
            port: site.ports.ingressTLS, certificates: IngressCertificates(files: files), service: service)
        let ingress = Ingress(
            site: name, port: site.ports.ingress, database: database,
            readySynapse: isReady, mayConnect: mayConnect, synapse: synapse.map { SynapseProxy(port: $0.port) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await ingress.run() }
            if let external = ExternalDNSStandIn(site.name, of: record, files: files) {
                group.addTask { try await external.run(server) }
            }
            group.addTask { try await tlsIngress.run() }
            group.addTask {
                try await StandInSFU(port: site.ports.rtc).run { await ready("Deployment", StandInRelease.sfu) > 0 }
            }
            if let synapse {
                group.addTask {
                    try await synapse.run {
                        guard await isReady() > 0 else { return false }
                        return await mayConnect()
                    }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// What answers for a drill's release: the same, with the release's own workloads and the copy of the database.
    private static func drill(
        of site: RehearsalRecord.Site, _ database: PostgresSite, _ server: KubernetesAPIServer, _ files: RehearsalFiles
    ) -> StandInService {
        let namespace = StandInRelease.drill
        var database = database
        database.port = site.ports.drill
        let own = { @Sendable (name: String) in name.replacing("\(StandInRelease.name)-", with: "\(namespace)-") }
        return StandInService(
            site: site.name, database: database, files: files,
            workloads: SiteWorkloads(
                ready: { kind, name in
                    await server.workloadReady(namespace: namespace, kind: kind, name: own(name))
                },
                mayConnect: {
                    await server.workloadMayConnect(
                        namespace: namespace, kind: "StatefulSet", name: own(StandInRelease.synapse))
                }),
            signingKey: { nil }, synapse: nil)
    }

    private static func kubernetes(
        _ site: RehearsalRecord.Site, of record: RehearsalRecord, files: RehearsalFiles
    ) -> KubernetesAPIConfiguration {
        let certificates = Certificates(files: files)
        var configuration = KubernetesAPIConfiguration(
            certificateChainPath: certificates.server, privateKeyPath: certificates.serverKey,
            clientCAPath: certificates.authority, stateFilePath: files.clusterState(site.name),
            faultFilePath: "\(files.clusters)/\(site.name)-faults.json",
            podStartDelayMilliseconds: Int(record.podStartDelayMilliseconds),
            podTerminationDelayMilliseconds: Int(record.podStopDelayMilliseconds))
        configuration.port = site.ports.kubernetes
        if record.hasStatefulSets {
            configuration.containers = LocalContainers(
                claims: [PostgresStatefulSet.claim: record.dataRoot],
                directory: "\(files.clusters)/\(site.name)-containers")
        }
        return configuration
    }

    /// Makes a site's objects before its API is started for the first time.
    static func seed(
        _ site: String, isServing: Bool, withWorkloads: Bool, withExternalDNS: Bool, advertised: String,
        database: PostgresStatefulSet?, files: RehearsalFiles
    ) async throws {
        let cluster = try KubernetesCluster(
            stateFilePath: files.clusterState(site), timing: PodTiming(startDelay: .zero, terminationDelay: .zero))
        try await StandInRelease.install(
            into: cluster, isServing: isServing, withWorkloads: withWorkloads,
            signingKey: files.readSecret(SynapseFiles.signingKeyName), advertised: advertised)
        if withExternalDNS { try await StandInRelease.installExternalDNS(into: cluster, isServing: isServing) }
        try await database?.install(into: cluster)
        try await cluster.makeDurable()
    }
}
