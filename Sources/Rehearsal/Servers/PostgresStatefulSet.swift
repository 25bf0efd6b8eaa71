import FailoverModel
import Systems

/// A site's PostgreSQL in the one pod of a StatefulSet, which the site's Kubernetes API really runs.
struct PostgresStatefulSet {
    static let name = "postgres"
    /// Its volume is the folder of all sites' data, so that there is something beside the data directory.
    static let claim = "data-postgres-0"
    /// Where the pod has that, which is nowhere on this machine.
    private static let volume = "/var/lib/postgresql/volume"

    var server: PostgresSite

    private var data: String { "\(Self.volume)/\(server.name)" }

    /// What a topology says of it, below a server.
    var topology: String {
        ["databaseHost:", "  driver: statefulset", "  name: \(Self.name)", "  data: \(data)"]
            .joined(separator: "\n        ")
    }

    /// As a site's own people have installed it; scaled to 1 when its volume holds a database.
    func install(into cluster: KubernetesCluster) async throws(APIFailure) {
        _ = try await cluster.create(
            manifest, type: ResourceRegistry.statefulSets, namespace: StandInRelease.namespace,
            options: ObjectWriteOptions(writer: FieldWriter(manager: "kubectl-create", operation: .update)))
    }

    func scaleUp() async throws {
        let text = SmallFile.text(at: server.files.topology) ?? ""
        let topology = try Topology.decode(
            SourceText(file: server.files.topology, text: text), directory: server.files.directory)
        let access = KubernetesAccess(topology: topology, baseDirectory: server.files.directory, environment: [:])
        let scale = APIPath(
            version: "apps/v1", namespace: StandInRelease.namespace, resource: "statefulsets", name: Self.name,
            subresource: "scale")
        _ = try await access.client(site: server.name).merge(scale, ["spec": ["replicas": 1]])
    }

    /// Waits until the server takes connections.
    func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                return try await server.connect(as: "postgres", database: "postgres").close()
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private var manifest: APIValue {
        let labels: APIValue = ["app": .string(Self.name)]
        var pod: APIValue = [
            "hostNetwork": true, "terminationGracePeriodSeconds": 60,
            "containers": [
                [
                    "name": .string(Self.name), "image": "postgres:15",
                    "command": ["postgres", "-D", .string(data)],
                    "env": [["name": "PATH", "value": .string("\(server.programs):/usr/bin:/bin")]],
                    "volumeMounts": [["name": "data", "mountPath": .string(Self.volume)]],
                ]
            ],
        ]
        if let account = server.account {
            pod["securityContext"] = [
                "runAsUser": .integer(Int64(account.user)), "runAsGroup": .integer(Int64(account.group)),
            ]
        }
        return [
            "metadata": ["name": .string(Self.name)],
            "spec": [
                "replicas": 0, "serviceName": .string(Self.name), "selector": ["matchLabels": labels],
                "template": [
                    "metadata": [
                        "labels": labels, "annotations": [KubernetesCluster.stopSignalAnnotation: "SIGINT"],
                    ],
                    "spec": pod,
                ],
                "volumeClaimTemplates": [
                    ["metadata": ["name": "data"], "spec": ["accessModes": ["ReadWriteOncePod"]]]
                ],
            ],
        ]
    }
}
