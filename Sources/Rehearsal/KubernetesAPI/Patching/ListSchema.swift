/// How Kubernetes treats the lists and maps of its objects when it merges them.
///
/// The rows are the `+listType`, `+mapType` and `patchMergeKey` marks of the Kubernetes 1.31 types, found by the
/// field's name and its parent's, which is enough to tell a container's `ports` from a Service's.
enum ListSchema {
    enum Kind: Sendable, Hashable {
        /// Replaced as a whole.
        case atomic
        /// A set of plain values.
        case set
        /// Items with an identity, made of these keys.
        case map([String])
    }

    /// The list's kind for server-side apply.
    static func kind(of path: [String]) -> Kind {
        let field = path.last ?? ""
        let parent = path.dropLast().last ?? ""
        switch field {
        case "containers", "initContainers", "ephemeralContainers", "env", "imagePullSecrets", "volumes",
            "resourceClaims", "schedulingGates":
            return parent == "metadata" || (field == "imagePullSecrets" && parent == "") ? .atomic : .map(["name"])
        case "secrets": return parent == "" ? .map(["name"]) : .atomic
        case "volumeMounts": return .map(["mountPath"])
        case "volumeDevices": return .map(["devicePath"])
        case "hostAliases": return .map(["ip"])
        case "podIPs", "hostIPs": return .map(["ip"])
        case "topologySpreadConstraints": return .map(["topologyKey", "whenUnsatisfiable"])
        case "conditions": return .map(["type"])
        case "ownerReferences": return .map(["uid"])
        case "finalizers": return .set
        case "ports":
            if parent == "spec" { return .map(["port", "protocol"]) }
            return parent.hasPrefix(itemMark) ? .map(["containerPort", "protocol"]) : .atomic
        default: return .atomic
        }
    }

    /// The key by which a strategic merge patch merges the list; `nil` means the list is replaced.
    static func strategicKey(of path: [String]) -> String? {
        switch path.last ?? "" {
        case "topologySpreadConstraints": return "topologyKey"
        case "imagePullSecrets": return "name"
        case "ports":
            if case .map(let keys) = kind(of: path) { return keys[0] }
            return nil
        default:
            if case .map(let keys) = kind(of: path) { return keys[0] }
            return nil
        }
    }

    /// Whether a strategic merge patch merges the list of plain values.
    static func isStrategicSet(_ path: [String]) -> Bool { path.last == "finalizers" }

    /// Whether a map is owned and replaced as a whole in server-side apply.
    static func isAtomicMap(_ path: [String]) -> Bool {
        let field = path.last ?? ""
        let parent = path.dropLast().last ?? ""
        switch field {
        case "selector": return parent == "spec"
        case "nodeSelector", "podSelector", "namespaceSelector", "labelSelector", "secretRef", "configMapKeyRef",
            "secretKeyRef", "fieldRef", "resourceFieldRef", "involvedObject", "scaleTargetRef", "roleRef":
            return true
        default: return false
        }
    }

    /// How a path names one item of a list, so that the fields below know they lie in an item.
    static let itemMark = "["
}
