import FailoverModel

/// The pods that a workload would have, as its template says: what they want of a cluster.
struct PodTemplateObject: Decodable, Sendable {
    struct Container: Decodable, Sendable {
        struct Probe: Decodable, Sendable {}
        struct Resources: Decodable, Sendable {
            var requests: [String: ResourceQuantity]?
            var limits: [String: ResourceQuantity]?
        }
        var name: String
        var image: String?
        var imagePullPolicy: String?
        var readinessProbe: Probe?
        var livenessProbe: Probe?
        var resources: Resources?

        /// A limit without a request is the request too (Kubernetes, "Resource Management for Pods and Containers").
        func request(_ name: String) -> Int64 {
            (resources?.requests?[name] ?? resources?.limits?[name])?.thousandths ?? 0
        }
    }

    struct Volume: Decodable, Sendable {
        struct Claim: Decodable, Sendable { var claimName: String }
        var persistentVolumeClaim: Claim?
    }

    struct Toleration: Decodable, Sendable {
        var key: String?
        var `operator`: String?
    }

    struct Named: Decodable, Sendable { var name: String? }

    struct Spec: Decodable, Sendable {
        var containers: [Container]?
        var initContainers: [Container]?
        var volumes: [Volume]?
        var tolerations: [Toleration]?
        var nodeSelector: [String: String]?
        var imagePullSecrets: [Named]?
        var nodeName: String?

        /// In thousandths of a core or byte: what the scheduler sets aside for one such pod.
        func request(_ name: String) -> Int64 {
            let running = (containers ?? []).reduce(0) { $0 + $1.request(name) }
            return max(running, (initContainers ?? []).map { $0.request(name) }.max() ?? 0)
        }

        var images: [String] {
            ((initContainers ?? []) + (containers ?? [])).compactMap(\.image)
        }
    }

    /// A template has no name.
    struct Metadata: Decodable, Sendable { var labels: [String: String]? }
    var metadata: Metadata?
    var spec: Spec?
}

/// A Deployment or StatefulSet with its pods' template.
struct TemplatedWorkload: Decodable, Sendable {
    struct Spec: Decodable, Sendable {
        struct Claim: Decodable, Sendable {
            struct Spec: Decodable, Sendable { var storageClassName: String? }
            var metadata: ObjectMetadata
            var spec: Spec?
        }
        var replicas: Int64?
        var selector: LabelSelector?
        var template: PodTemplateObject?
        var volumeClaimTemplates: [Claim]?
    }
    var metadata: ObjectMetadata
    var spec: Spec

    var pod: PodTemplateObject.Spec? { spec.template?.spec }
    var podLabels: [String: String] { spec.template?.metadata?.labels ?? [:] }
}

extension ReleaseAtSite {
    /// The release's workloads with their templates, by name.
    func templates() async throws(Fault) -> [TemplatedWorkload] {
        var found: [TemplatedWorkload] = []
        for kind in WorkloadKind.allCases {
            let path = APIPath(version: "apps/v1", namespace: client.namespace, resource: kind.resource)
                .with("labelSelector", release.selector)
            found += try await client.list(path, of: TemplatedWorkload.self).filter { isOurs($0.metadata) }
        }
        return found.sorted { $0.metadata.name < $1.metadata.name }
    }
}

/// A quantity of the Kubernetes API (`100m`, `1.5`, `256Mi`, `1e9`), in thousandths of its unit.
struct ResourceQuantity: Decodable, Equatable, Sendable {
    var thousandths: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try (try? container.decode(String.self)) ?? String(container.decode(Double.self))
        guard let quantity = ResourceQuantity(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a quantity")
        }
        self = quantity
    }

    init?(_ text: String) {
        let number = text.prefix { $0.isNumber || ".+-".contains($0) }
        var suffix = String(text.dropFirst(number.count))
        guard var value = Double(number) else { return nil }
        if suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()) {
            for _ in 0..<min(abs(power), 30) { value = power < 0 ? value / 10 : value * 10 }
            suffix = ""
        }
        guard let factor = Self.factors[suffix] else { return nil }
        let product = value * factor * 1000
        guard product.isFinite, product.magnitude < 9e18 else { return nil }
        thousandths = Int64(product.rounded(.up))
    }

    private static let factors: [String: Double] = [
        "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
        "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776, "Pi": 1_125_899_906_842_624,
        "Ei": 1_152_921_504_606_846_976,
    ]
}
