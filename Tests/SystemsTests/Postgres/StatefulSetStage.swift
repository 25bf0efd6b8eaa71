import FailoverModel
import Foundation
import HandoverTestSupport
import Rehearsal
import Testing

@testable import Systems

/// A trio of which dc1 runs in a StatefulSet: its pod, and every Job, is really run by the rehearsal's Kubernetes API, with
/// the trio's folder as the claim's volume.
struct StatefulSetStage {
    var topology: Topology
    var kubernetes: KubernetesAccess

    /// Where the volume is in the container, which is nowhere else on this machine.
    private static let volume = "/var/lib/postgresql/volume"
    static let data = "\(volume)/dc1"

    static func with(_ body: @Sendable @escaping (PostgresTrio, StatefulSetStage) async throws -> Void) async throws {
        try await PostgresTrio.with { trio in
            let directory = FileManager.default.temporaryDirectory.appending(path: "sts-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            try await SecretsStage.makeCertificate(directory)
            try await trio.stop("dc1", mode: "fast")
            try await SecretsStage.serve(
                "dc1", in: directory,
                configure: {
                    $0.podStartDelayMilliseconds = 50
                    $0.containers = LocalContainers(claims: ["data-postgres-0": trio.directory], directory: directory)
                },
                { port in
                    try SecretsStage.writeKubeconfig("dc1", port, in: directory)
                    let stage = StatefulSetStage(trio, directory)
                    try await stage.install(trio)
                    try await body(trio, stage)
                })
        }
    }

    private init(_ trio: PostgresTrio, _ directory: String) {
        topology = trio.topology
        topology.sites[0].kubernetes = KubernetesRelease(kubeconfig: "\(directory)/dc1.yaml", release: "ess")
        topology.sites[0].postgres[0].databaseHost = DatabaseHost(
            driver: .statefulSet(.init(name: "postgres")), binaries: "", data: Self.data)
        kubernetes = KubernetesAccess(topology: topology, baseDirectory: directory, environment: [:])
    }

    func runner(_ trio: PostgresTrio) -> StepRunner {
        StepRunner(
            topology, of: trio,
            PostgresAccess(
                secrets: TrioSecrets(), limits: .test, kubernetes: kubernetes,
                hosts: DatabaseHosts(patience: .seconds(5))))
    }

    private func install(_ trio: PostgresTrio) async throws {
        let account = try #require(getpwnam("postgres")).pointee
        let client = try kubernetes.client(site: "dc1")
        _ = try await client.apply(
            APIPath(version: "v1", namespace: nil, resource: "namespaces", name: "ess"),
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "ess"]])
        let words = [
            "postgres", "-D", Self.data, "-c", "port=\(trio.port(of: "dc1"))", "-c",
            "unix_socket_directories=\(trio.directory)",
        ]
        let template: JSONValue = [
            "metadata": [
                "labels": ["app": "postgres"], "annotations": ["rehearsal.handover/stop-signal": "SIGINT"],
            ],
            "spec": [
                "hostNetwork": true, "terminationGracePeriodSeconds": 60,
                "securityContext": [
                    "runAsUser": .integer(Int64(account.pw_uid)), "runAsGroup": .integer(Int64(account.pw_gid)),
                ],
                "containers": [
                    [
                        "name": "postgres", "image": "postgres:15", "command": .array(words.map(JSONValue.string)),
                        "env": [
                            ["name": "PATH", "value": "/usr/lib/postgresql/15/bin:/usr/bin:/bin"],
                            ["name": "POSTGRES_PASSWORD", "value": "of-the-image"],
                        ],
                        "volumeMounts": [["name": "data", "mountPath": .string(Self.volume)]],
                    ]
                ],
            ],
        ]
        _ = try await client.apply(
            APIPath(version: "apps/v1", namespace: "ess", resource: "statefulsets", name: "postgres"),
            [
                "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "postgres"],
                "spec": [
                    "replicas": 1, "serviceName": "postgres", "selector": ["matchLabels": ["app": "postgres"]],
                    "template": template,
                    "volumeClaimTemplates": [
                        ["metadata": ["name": "data"], "spec": ["accessModes": ["ReadWriteOncePod"]]]
                    ],
                ],
            ])
        try await trio.wait(at: "dc1", for: "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'")
    }

    /// What somebody does by hand.
    func scale(_ trio: PostgresTrio, to count: Int64) async throws {
        let client = try kubernetes.client(site: "dc1")
        let path = APIPath(version: "apps/v1", namespace: "ess", resource: "statefulsets", name: "postgres")
        var scale = path
        scale.segments.append("scale")
        _ = try await client.merge(scale, ["spec": ["replicas": .integer(count)]])
        if count > 0 { return try await trio.wait(at: "dc1", for: "SELECT true") }
        while try await !pods().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
    }

    func pods() async throws -> [PodObject] {
        try await kubernetes.client(site: "dc1").list(
            APIPath(version: "v1", namespace: "ess", resource: "pods").with("labelSelector", "app=postgres"),
            of: PodObject.self)
    }

    /// As the API has them, for the search for secrets.
    func jobs() async throws -> JSONValue {
        try #require(
            try await kubernetes.client(site: "dc1").get(
                APIPath(version: "batch/v1", namespace: "ess", resource: "jobs")))
    }

    func secretNames() async throws -> [String] {
        let all: JSONValue? = try await kubernetes.client(site: "dc1").get(
            APIPath(version: "v1", namespace: "ess", resource: "secrets"))
        return (all?["items"]?.elements ?? []).compactMap { $0["metadata"]?["name"]?.text }
    }
}
