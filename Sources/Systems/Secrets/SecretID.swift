/// Which object: a Secret, or the chart's ConfigMap of deployment markers, which must be the same everywhere just so.
package struct SecretID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case secret = "Secret"
        case configMap = "ConfigMap"

        var resource: String {
            switch self {
            case .secret: "secrets"
            case .configMap: "configmaps"
            }
        }
    }

    package var kind: Kind
    package var name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    /// As verdicts name it: `ess-generated`, `configmap/ess-markers`.
    package var description: String {
        switch kind {
        case .secret: name
        case .configMap: "configmap/\(name)"
        }
    }
}

/// How the ESS chart marks its Secrets, and what it calls them.
enum ChartSecrets {
    static let managedBy = "app.kubernetes.io/managed-by"
    static let name = "app.kubernetes.io/name"
    /// Made by the chart's hook before every install and upgrade; without this label the hook fails.
    static let generator = "matrix-tools-init-secrets"
    /// Secrets of users that ESS Pro makes; there may be none.
    static let user = "matrix-tools-matrix-user"
    static let markers = "matrix-tools-deployment-markers"
    /// Labels that others look for; the rest (a chart's version) may differ between sites.
    static let identifying = [managedBy, name]

    static func generated(release: String) -> SecretID { SecretID(.secret, "\(release)-generated") }
    static func markers(release: String) -> SecretID { SecretID(.configMap, "\(release)-markers") }
}
