import Foundation

/// What a client asks for beside the object itself.
struct ObjectWriteOptions: Sendable {
    var writer: FieldWriter
    var dryRun = false
    var force = false
}

/// How a client wants an object changed.
enum ObjectPatch: Sendable {
    case merge(APIValue)
    case json(JSONPatch)
    case strategic(APIValue)
    case apply(APIValue)
}

extension KubernetesCluster {
    /// Creates an object: names it, fills in what the server owns and the defaults, checks it, and stores it.
    func create(
        _ body: APIValue, type: ResourceType, namespace: String, options: ObjectWriteOptions
    ) throws(APIFailure) -> APIValue {
        var object = body
        if object.name.isEmpty, let prefix = object["metadata", "generateName"]?.text, !prefix.isEmpty {
            object["metadata", "name"] = .string(prefix + Self.randomSuffix())
        }
        try checkNamespace(&object, type: type, namespace: namespace)
        let key = ObjectKey(type: type, namespace: type.namespaced ? namespace : "", name: object.name)
        if type.namespaced { try checkNamespaceIsOpen(namespace, for: key) }
        if value(key) != nil { throw .alreadyExists(type, name: key.name) }
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        object["metadata", "uid"] = .string(UUID().uuidString.lowercased())
        object["metadata", "creationTimestamp"] = .string(APITimestamp.now())
        object["metadata", "resourceVersion"] = nil
        object["metadata", "deletionTimestamp"] = nil
        object["metadata", "selfLink"] = nil
        object["metadata", "generation"] = type.hasGeneration ? 1 : nil
        if type.subresources.contains("status"), type.storeName != "/namespaces" { object["status"] = nil }
        object = admitted(ObjectDefaults.applied(to: object, type: type), type: type)
        try ObjectValidation.check(object, type: type)
        if options.writer.operation == .update {
            var managed = ManagedFields(of: .object([:]))
            managed.recordUpdate(from: .object([:]), to: object, by: options.writer)
            object["metadata", "managedFields"] = managed.value
        }
        if options.dryRun { return object }
        return put(key, object).value
    }

    /// Replaces an object (PUT). The body's resource version, if any, must be the live one.
    func update(
        _ body: APIValue, key: ObjectKey, options: ObjectWriteOptions
    ) throws(APIFailure) -> APIValue {
        guard let live = value(key) else { throw .notFound(key.type, name: key.name) }
        var object = body
        try checkNamespace(&object, type: key.type, namespace: key.namespace)
        guard object.name == key.name else {
            throw .badRequest(
                "the name of the object (\(object.name)) does not match the name on the URL (\(key.name))")
        }
        return try replace(live, with: object, key: key, options: options)
    }

    /// Changes an object by a patch; an apply creates it when it does not exist. Tells whether it was created.
    func patch(
        _ patch: ObjectPatch, key: ObjectKey, options: ObjectWriteOptions
    ) throws(APIFailure) -> (object: APIValue, created: Bool) {
        guard let live = value(key) else {
            guard case .apply(let configuration) = patch, options.writer.subresource.isEmpty else {
                throw .notFound(key.type, name: key.name)
            }
            if !(configuration.uid.isEmpty) {
                throw .conflict(
                    key.type, name: key.name,
                    "uid mismatch: the provided object specified uid "
                        + "\(configuration.uid), and no existing object was found")
            }
            let start: APIValue = ["metadata": ["name": .string(key.name)]]
            let object = try apply(configuration, to: start, key: key, options: options)
            return (try create(object, type: key.type, namespace: key.namespace, options: options), true)
        }
        let object: APIValue
        switch patch {
        case .merge(let body): object = live.merging(body)
        case .json(let operations): object = try operations.applied(to: live)
        case .strategic(let body): object = try StrategicMergePatch.apply(body, to: live)
        case .apply(let body): object = try apply(body, to: live, key: key, options: options)
        }
        return (try replace(live, with: object, key: key, options: options), false)
    }

    private func apply(
        _ configuration: APIValue, to live: APIValue, key: ObjectKey, options: ObjectWriteOptions
    ) throws(APIFailure) -> APIValue {
        let type = key.type
        guard configuration["apiVersion"]?.text == type.apiVersion, configuration["kind"]?.text == type.kind else {
            throw .badRequest(
                "invalid object type: expected apiVersion \(type.apiVersion) and kind \(type.kind), not "
                    + "\(configuration["apiVersion"]?.text ?? "none") and \(configuration["kind"]?.text ?? "none")")
        }
        var configuration = configuration
        if configuration.name.isEmpty { configuration["metadata", "name"] = .string(key.name) }
        try checkNamespace(&configuration, type: type, namespace: key.namespace)
        if type.subresources.contains("status"), options.writer.subresource.isEmpty { configuration["status"] = nil }
        if configuration["metadata", "managedFields"]?.isEmpty == false {
            throw .badRequest("metadata.managedFields must be nil")
        }
        return try ServerSideApply(type: type, writer: options.writer, force: options.force)
            .apply(configuration, to: live)
    }

    private func checkNamespace(
        _ object: inout APIValue, type: ResourceType, namespace: String
    ) throws(APIFailure) {
        guard type.namespaced else {
            object["metadata", "namespace"] = nil
            return
        }
        if !object.namespace.isEmpty, object.namespace != namespace {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        object["metadata", "namespace"] = .string(namespace)
    }

    private func checkNamespaceIsOpen(_ namespace: String, for key: ObjectKey) throws(APIFailure) {
        let namespaceKey = ObjectKey(type: ResourceRegistry.namespaces, namespace: "", name: namespace)
        guard let found = value(namespaceKey) else {
            throw .notFound(ResourceRegistry.namespaces, name: namespace)
        }
        guard found.isTerminating else { return }
        throw APIFailure(
            code: 403, reason: "Forbidden",
            message: "\(key.type.qualifiedName) \"\(key.name)\" is forbidden: unable to create new content in "
                + "namespace \(namespace) because it is being terminated",
            name: key.name, group: key.type.group, kind: key.type.plural)
    }

    /// Five letters as Kubernetes' name generator makes them.
    static func randomSuffix() -> String {
        String((0..<5).compactMap { _ in "bcdfghjklmnpqrstvwxz2456789".randomElement() })
    }
}
