import Foundation
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// A small Kubernetes API server: real paths, objects, conflicts and watches, and controllers that make pods follow
/// replicas. It is good enough for `kubectl`, and runs no container but those of ``LocalContainers``.
///
/// The model is Kubernetes 1.31. What it does not do: schemas (an unknown field is kept), admission by webhooks,
/// custom resources, exec, logs of pods that are not run, cron schedules and autoscaling.
package struct KubernetesAPIServer: Sendable {
    /// What goes wrong on purpose.
    package let faults: KubernetesFaultSwitch
    private let configuration: KubernetesAPIConfiguration
    let cluster: KubernetesCluster
    private let tls: TLSConfiguration

    /// Reads the certificates and the state file. Throws ``KubernetesAPIServerError`` when one of them is unusable.
    package init(configuration: KubernetesAPIConfiguration) throws {
        self.configuration = configuration
        self.faults = KubernetesFaultSwitch(filePath: configuration.faultFilePath)
        self.tls = try Self.tls(configuration)
        self.cluster = try KubernetesCluster(
            stateFilePath: configuration.stateFilePath,
            timing: PodTiming(
                startDelay: .milliseconds(configuration.podStartDelayMilliseconds),
                terminationDelay: .milliseconds(configuration.podTerminationDelayMilliseconds)),
            containers: configuration.containers)
    }

    /// Serves until the task is cancelled; `onReady` gets the port once clients can connect.
    package func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        _ = await cluster.reconcile()
        try await cluster.makeDurable()
        let front = KubernetesHTTPFront(
            handler: APIRequestHandler(cluster: cluster, access: KubernetesAccessControl(rules: configuration.access)),
            tokens: configuration.tokens, faults: faults)
        var logger = Logger(label: "rehearsal.kubernetes-api")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder { request, context in await front.respond(to: request, context: context) },
            server: try .tls(.http1(), tlsConfiguration: tls),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? configuration.port) },
            logger: logger)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await application.run() }
                group.addTask { try await cluster.runControllers() }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await cluster.endContainers()
            throw error
        }
        await cluster.endContainers()
    }

    /// How many pods of a workload are ready and not on their way out; `kind` is `Deployment` or `StatefulSet`.
    /// Zero when there is no such workload.
    package func workloadReady(namespace: String, kind: String, name: String) async -> Int {
        await cluster.readyPods(namespace: namespace, kind: kind, name: name)
    }

    /// Whether NetworkPolicies let its pods begin connections.
    package func workloadMayConnect(namespace: String, kind: String, name: String) async -> Bool {
        await cluster.letsOut(namespace: namespace, kind: kind, name: name)
    }

    /// The hosts of all Ingresses, in all namespaces.
    package func ingressHosts() async -> Set<String> { await cluster.ingressHosts() }

    /// A value of a Secret, as its pods have it; `nil` where there is none.
    package func secretValue(namespace: String, name: String, key: String) async -> String? {
        await cluster.secretValue(namespace: namespace, name: name, key: key)
    }

    private static func tls(_ configuration: KubernetesAPIConfiguration) throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(configuration.certificateChainPath)
            let key = try NIOSSLPrivateKey(file: configuration.privateKeyPath, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            if let path = configuration.clientCAPath {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
                tls.certificateVerification = .optionalVerification
            }
            return tls
        } catch {
            throw KubernetesAPIServerError(
                problem: "the Kubernetes API cannot use its certificates (\(configuration.certificateChainPath), key "
                    + "\(configuration.privateKeyPath), client CA \(configuration.clientCAPath ?? "none")): \(error)",
                remedy: "check that the files exist and are PEM")
        }
    }
}

extension KubernetesCluster {
    func ingressHosts() -> Set<String> {
        let rules = values(ResourceRegistry.ingresses).flatMap { $0["spec", "rules"]?.items ?? [] }
        return Set(rules.compactMap { $0["host"]?.text })
    }

    func secretValue(namespace: String, name: String, key: String) -> String? {
        value(ObjectKey(type: ResourceRegistry.secrets, namespace: namespace, name: name))?["data", key]?.text
            .flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The ready pods under a workload, through its ReplicaSets where it has them.
    func readyPods(namespace: String, kind: String, name: String) -> Int {
        guard let type = ResourceRegistry.type(apiVersion: "apps/v1", kind: kind),
            let workload = value(ObjectKey(type: type, namespace: namespace, name: name))
        else { return 0 }
        let replicaSets = values(ResourceRegistry.replicaSets, namespace: namespace)
            .filter { $0.controllerUID == workload.uid }
        let owners = [workload] + replicaSets
        return owners.flatMap { pods(of: $0) }.count { $0.object.isReadyPod && $0.object.isActivePod }
    }
}
