extension KubernetesCluster {
    /// Stores a changed object under the rules for its subresource; an unchanged one is left as it is.
    func replace(
        _ live: APIValue, with body: APIValue, key: ObjectKey, options: ObjectWriteOptions
    ) throws(APIFailure) -> APIValue {
        let type = key.type
        if let wanted = body["metadata", "resourceVersion"]?.text, !wanted.isEmpty, wanted != "0",
            wanted != live["metadata", "resourceVersion"]?.text
        {
            throw .conflict(type, name: key.name)
        }
        if !body.uid.isEmpty, body.uid != live.uid {
            throw .conflict(
                type, name: key.name,
                "Precondition failed: UID in precondition: \(body.uid), UID in object meta: \(live.uid)")
        }
        var object = body
        if options.writer.subresource == "status" {
            object = live
            object["status"] = body["status"]
            object["metadata", "managedFields"] = body["metadata", "managedFields"]
        } else if type.subresources.contains("status") {
            object["status"] = live["status"]
        }
        keepServerFields(of: live, in: &object, type: type)
        if options.writer.subresource != "status" {
            object = admitted(ObjectDefaults.applied(to: object, type: type), type: type, live: live)
            if object.removingManagedFields != live.removingManagedFields {
                try ObjectValidation.check(object, type: type, old: live)
            }
        }
        return finish(object, live: live, key: key, options: options)
    }

    /// Counts the generation, records the managed fields, and stores the object, or lets it go when it was waiting
    /// for its last finalizer.
    private func finish(
        _ changed: APIValue, live: APIValue, key: ObjectKey, options: ObjectWriteOptions
    ) -> APIValue {
        var object = changed
        let isReset = object["metadata", "managedFields"] == [.object([:])]
        if options.writer.operation == .update {
            var managed = ManagedFields(of: isReset ? .object([:]) : live)
            let isScale = options.writer.subresource == "scale"
            managed.recordUpdate(
                from: isScale ? live.asScaled : live, to: isScale ? object.asScaled : object, by: options.writer)
            object["metadata", "managedFields"] = managed.entries.isEmpty ? nil : managed.value
        }
        if key.type.hasGeneration, object["spec"] != live["spec"] {
            object["metadata", "generation"] = .integer(Int64(live.generation + 1))
        }
        object["metadata", "resourceVersion"] = live["metadata", "resourceVersion"]
        if object == live || options.dryRun { return object }
        let stored = put(key, object).value
        if stored.isTerminating, stored.finalizers.isEmpty, key.type != ResourceRegistry.pods { remove(key) }
        return stored
    }

    /// Stores what a controller changed, with its managed fields; nothing when nothing changed.
    func control(_ object: APIValue, key: ObjectKey, by writer: FieldWriter) {
        guard let live = value(key) else { return }
        _ = finish(object, live: live, key: key, options: ObjectWriteOptions(writer: writer))
    }

    private func keepServerFields(of live: APIValue, in object: inout APIValue, type: ResourceType) {
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        for field in [
            "name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generateName",
        ] {
            object["metadata", field] = live["metadata", field]
        }
        for field in ["labels", "annotations", "finalizers", "ownerReferences"]
        where object["metadata", field]?.isEmpty == true {
            object["metadata", field] = nil
        }
    }
}

extension APIValue {
    /// The object as its Scale shows it to the managed fields: zero replicas are left out there, so that nobody owns the
    /// count after a scale to zero, and the next apply sets it without a conflict.
    fileprivate var asScaled: APIValue {
        var object = self
        if object["spec", "replicas"] == 0 { object["spec", "replicas"] = nil }
        return object
    }

    /// The object without the record of who set what.
    var removingManagedFields: APIValue {
        var object = self
        object["metadata", "managedFields"] = nil
        return object
    }
}
