import Foundation

/// What a client may ask of a deletion: the body of a DELETE, or its query.
struct ObjectDeleteOptions: Sendable {
    enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    var propagation = Propagation.background
    var gracePeriodSeconds: Int?
    var uid: String?
    var resourceVersion: String?
    var dryRun = false
}

extension KubernetesCluster {
    /// Deletes an object, or marks it as going when it has a grace period or finalizers.
    ///
    /// Returns the object while it still goes, and `nil` once it is gone.
    func delete(_ key: ObjectKey, options: ObjectDeleteOptions) throws(APIFailure) -> (object: APIValue, gone: Bool) {
        guard var object = value(key) else { throw .notFound(key.type, name: key.name) }
        try checkPreconditions(options, object: object, key: key)
        var finalizers = object.finalizers
        switch options.propagation {
        case .background: break
        case .foreground: if !finalizers.contains("foregroundDeletion") { finalizers.append("foregroundDeletion") }
        case .orphan: if !finalizers.contains("orphan") { finalizers.append("orphan") }
        }
        let isPod = key.type == ResourceRegistry.pods
        let podGrace = object["spec", "terminationGracePeriodSeconds"]?.int ?? 30
        let grace = isPod ? options.gracePeriodSeconds ?? podGrace : 0
        let isNamespace = key.type == ResourceRegistry.namespaces
        if options.dryRun { return (object, finalizers.isEmpty && grace == 0 && !isNamespace) }
        if finalizers.isEmpty, grace == 0, !isNamespace {
            remove(key)
            return (object, true)
        }
        if object.isTerminating, finalizers == object.finalizers { return (object, false) }
        if !object.isTerminating {
            object["metadata", "deletionTimestamp"] = .string(
                APITimestamp.text(Date().addingTimeInterval(Double(grace))))
            object["metadata", "deletionGracePeriodSeconds"] = .integer(Int64(grace))
            if key.type.hasGeneration { object["metadata", "generation"] = .integer(Int64(object.generation + 1)) }
        }
        object.setFinalizers(finalizers)
        if isNamespace { object["status", "phase"] = "Terminating" }
        return (put(key, object).value, false)
    }

    private func checkPreconditions(
        _ options: ObjectDeleteOptions, object: APIValue, key: ObjectKey
    ) throws(APIFailure) {
        if let uid = options.uid, uid != object.uid {
            throw .conflict(
                key.type, name: key.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(object.uid)")
        }
        if let version = options.resourceVersion, version != object["metadata", "resourceVersion"]?.text {
            throw .conflict(
                key.type, name: key.name,
                "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object meta: "
                    + "\(object.resourceVersion)")
        }
    }
}
