import Foundation

/// A Secret or ConfigMap as a site's API showed it just now.
struct SecretObject: Sendable {
    var id: SecretID
    var uid: String?
    var resourceVersion: String?
    /// `Opaque`, `kubernetes.io/tls`; empty for a ConfigMap.
    var type: String
    var labels: [String: String]
    var annotations: [String: String]
    var isImmutable: Bool
    /// It was deleted and waits for its finalizers.
    var isGoing: Bool
    var values: [String: SecretBytes]

    static let signingKeyName = "SYNAPSE_SIGNING_KEY"

    /// Keys whose change breaks federation: the chart's own name, and whatever reads as a signing key.
    var signingKeys: Set<String> {
        Set(values.filter { $0.key == Self.signingKeyName || $0.value.isSigningKey }.keys)
    }

    var isGenerated: Bool { labels[ChartSecrets.managedBy] == ChartSecrets.generator }
    var hasKeyToRotate: Bool { values.values.contains(where: \.isSigningKeyToRotate) }
}

/// The parts of a Secret (`v1`) that count. Values are decoded from base 64.
struct SecretManifest: Decodable, Sendable {
    var metadata: SecretMetadata
    var type: String?
    var data: [String: Data]?
    var immutable: Bool?

    var object: SecretObject {
        metadata.object(
            .secret, type: type ?? "Opaque", isImmutable: immutable ?? false,
            values: (data ?? [:]).mapValues(SecretBytes.init))
    }
}

/// The parts of a ConfigMap (`v1`) that count: its texts. The chart writes no binary ones.
struct MarkersManifest: Decodable, Sendable {
    var metadata: SecretMetadata
    var data: [String: String]?
    var immutable: Bool?

    var object: SecretObject {
        metadata.object(
            .configMap, type: "", isImmutable: immutable ?? false,
            values: (data ?? [:]).mapValues { SecretBytes(Data($0.utf8)) })
    }
}

struct SecretMetadata: Decodable, Sendable {
    var name: String
    var uid: String?
    var resourceVersion: String?
    var labels: [String: String]?
    var annotations: [String: String]?
    var deletionTimestamp: String?

    func object(
        _ kind: SecretID.Kind, type: String, isImmutable: Bool, values: [String: SecretBytes]
    ) -> SecretObject {
        SecretObject(
            id: SecretID(kind, name), uid: uid, resourceVersion: resourceVersion, type: type, labels: labels ?? [:],
            annotations: annotations ?? [:], isImmutable: isImmutable, isGoing: deletionTimestamp != nil, values: values
        )
    }
}
