/// One kind of object the API serves: the row of the registry that discovery, paths and messages come from.
struct ResourceType: Sendable, Hashable {
    let group: String
    let version: String
    let plural: String
    let kind: String
    let namespaced: Bool
    let shortNames: [String]
    let subresources: [String]
    let categories: [String]

    init(
        _ group: String, _ version: String, _ plural: String, _ kind: String, namespaced: Bool = true,
        short: [String] = [], subresources: [String] = [], all: Bool = false
    ) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.namespaced = namespaced
        self.shortNames = short
        self.subresources = subresources
        self.categories = all ? ["all"] : []
    }

    /// `v1` or `apps/v1`.
    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// `pods` or `deployments.apps`, as messages name it.
    var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
    /// The store's name of this type.
    var storeName: String { "\(group)/\(plural)" }
    /// The path of the type's group version: `/api/v1` or `/apis/apps/v1`.
    var groupPath: String { group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)" }
    /// Whether a change of the spec bumps `metadata.generation`.
    var hasGeneration: Bool { Self.withGeneration.contains(storeName) }

    private static let withGeneration: Set<String> = [
        "apps/deployments", "apps/statefulsets", "apps/replicasets", "apps/daemonsets", "batch/jobs",
        "batch/cronjobs", "networking.k8s.io/ingresses", "networking.k8s.io/networkpolicies",
        "policy/poddisruptionbudgets", "cilium.io/ciliumnetworkpolicies",
    ]
}

/// Every type the API serves, in the order discovery lists them.
enum ResourceRegistry {
    static let namespaces = ResourceType(
        "", "v1", "namespaces", "Namespace", namespaced: false, short: ["ns"], subresources: ["status", "finalize"])
    static let pods = ResourceType("", "v1", "pods", "Pod", short: ["po"], subresources: ["status", "log"], all: true)
    static let services = ResourceType(
        "", "v1", "services", "Service", short: ["svc"], subresources: ["status"], all: true)
    static let configMaps = ResourceType("", "v1", "configmaps", "ConfigMap", short: ["cm"])
    static let secrets = ResourceType("", "v1", "secrets", "Secret")
    static let serviceAccounts = ResourceType("", "v1", "serviceaccounts", "ServiceAccount", short: ["sa"])
    static let events = ResourceType("", "v1", "events", "Event", short: ["ev"])
    static let nodes = ResourceType(
        "", "v1", "nodes", "Node", namespaced: false, short: ["no"], subresources: ["status"])
    static let endpoints = ResourceType("", "v1", "endpoints", "Endpoints", short: ["ep"])
    static let volumeClaims = ResourceType(
        "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", short: ["pvc"], subresources: ["status"])
    static let deployments = ResourceType(
        "apps", "v1", "deployments", "Deployment", short: ["deploy"], subresources: ["scale", "status"], all: true)
    static let statefulSets = ResourceType(
        "apps", "v1", "statefulsets", "StatefulSet", short: ["sts"], subresources: ["scale", "status"], all: true)
    static let replicaSets = ResourceType(
        "apps", "v1", "replicasets", "ReplicaSet", short: ["rs"], subresources: ["scale", "status"], all: true)
    static let daemonSets = ResourceType(
        "apps", "v1", "daemonsets", "DaemonSet", short: ["ds"], subresources: ["status"], all: true)
    static let jobs = ResourceType("batch", "v1", "jobs", "Job", subresources: ["status"], all: true)
    static let cronJobs = ResourceType(
        "batch", "v1", "cronjobs", "CronJob", short: ["cj"], subresources: ["status"], all: true)
    static let budgets = ResourceType(
        "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", short: ["pdb"], subresources: ["status"])

    static let networkPolicies = ResourceType(
        "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", short: ["netpol"])

    static let storageClasses = ResourceType(
        "storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced: false, short: ["sc"])
    static let ingressClasses = ResourceType(
        "networking.k8s.io", "v1", "ingressclasses", "IngressClass", namespaced: false)
    /// Policies of network plugins, as if one of each were installed.
    static let ciliumPolicies = ResourceType(
        "cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", short: ["cnp", "ciliumnp"])
    static let calicoPolicies = ResourceType("projectcalico.org", "v3", "networkpolicies", "NetworkPolicy")
    static let ingresses = ResourceType(
        "networking.k8s.io", "v1", "ingresses", "Ingress", short: ["ing"], subresources: ["status"])

    static let types: [ResourceType] = [
        namespaces, pods, services, configMaps, secrets, serviceAccounts, events, nodes, endpoints, volumeClaims,
        deployments, statefulSets, replicaSets, daemonSets, jobs, cronJobs, budgets,
        ingresses, networkPolicies, ingressClasses, storageClasses,
        ResourceType("rbac.authorization.k8s.io", "v1", "roles", "Role"),
        ResourceType("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
        ResourceType("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", namespaced: false),
        ResourceType(
            "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced: false),
        ResourceType("coordination.k8s.io", "v1", "leases", "Lease"),
        ResourceType(
            "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", short: ["hpa"],
            subresources: ["status"], all: true),
        ciliumPolicies, calicoPolicies,
        ResourceType(
            "projectcalico.org", "v3", "globalnetworkpolicies", "GlobalNetworkPolicy", namespaced: false, short: ["gnp"]
        ),
        ResourceType("projectcalico.org", "v3", "tiers", "Tier", namespaced: false),
    ]

    /// Types that are only asked with a POST and never stored.
    static let reviews: [ResourceType] = [
        ResourceType(
            "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", namespaced: false),
        ResourceType(
            "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", namespaced: false),
    ]

    private static let byPath = Dictionary(
        (types + reviews).map { ("\($0.apiVersion)/\($0.plural)", $0) }, uniquingKeysWith: { first, _ in first })
    private static let byStoreName = Dictionary(
        types.map { ($0.storeName, $0) }, uniquingKeysWith: { first, _ in first })
    private static let byKind = Dictionary(
        types.map { ("\($0.apiVersion)/\($0.kind)", $0) }, uniquingKeysWith: { first, _ in first })

    static func type(apiVersion: String, plural: String) -> ResourceType? { byPath["\(apiVersion)/\(plural)"] }
    static func type(apiVersion: String, kind: String) -> ResourceType? { byKind["\(apiVersion)/\(kind)"] }
    static func type(storeName: String) -> ResourceType? { byStoreName[storeName] }

    /// The API groups besides the core, each with its version, in order of first mention.
    static let groups: [(group: String, version: String)] = {
        var seen: Set<String> = [""]
        return (types + reviews).filter { seen.insert($0.group).inserted }.map { ($0.group, $0.version) }
    }()
}
