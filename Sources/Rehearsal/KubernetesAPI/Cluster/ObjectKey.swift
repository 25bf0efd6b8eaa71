/// Where an object lies in the store.
struct ObjectKey: Sendable, Hashable, Comparable {
    let type: ResourceType
    /// Empty for objects that belong to the whole cluster.
    let namespace: String
    let name: String

    /// The name order of lists and of their continue tokens.
    var sortText: String { "\(namespace)/\(name)" }

    static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.namespace == right.namespace ? left.name < right.name : left.namespace < right.namespace
    }
}

/// An object with its bytes, encoded once for lists, watches and the state file.
struct StoredObject: Sendable {
    let value: APIValue
    let encoded: [UInt8]

    init(_ value: APIValue) {
        self.value = value
        self.encoded = value.encoded()
    }
}

extension APIValue {
    var name: String { self["metadata", "name"]?.text ?? "" }
    var namespace: String { self["metadata", "namespace"]?.text ?? "" }
    var uid: String { self["metadata", "uid"]?.text ?? "" }
    var resourceVersion: Int64 { Int64(self["metadata", "resourceVersion"]?.text ?? "") ?? 0 }
    var generation: Int { self["metadata", "generation"]?.int ?? 0 }
    var labels: [String: String] { self["metadata", "labels"]?.texts ?? [:] }
    var annotations: [String: String] { self["metadata", "annotations"]?.texts ?? [:] }
    var isTerminating: Bool { self["metadata", "deletionTimestamp"] != nil }
    var finalizers: [String] { (self["metadata", "finalizers"]?.items ?? []).compactMap(\.text) }
    var owners: [APIValue] { self["metadata", "ownerReferences"]?.items ?? [] }

    /// The uid of the owner that controls this object.
    var controllerUID: String? { owners.first { $0["controller"]?.flag == true }?["uid"]?.text }

    mutating func setFinalizers(_ finalizers: [String]) {
        self["metadata", "finalizers"] = finalizers.isEmpty ? nil : .array(finalizers.map { .string($0) })
    }
}
