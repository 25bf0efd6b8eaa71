extension KubernetesCluster {
    /// Removes objects whose owners are all gone, and finishes foreground and orphan deletions.
    func collectGarbage() {
        var byOwner: [String: [ObjectKey]] = [:]
        var uids: Set<String> = []
        for objects in objects.values {
            for (key, object) in objects {
                uids.insert(object.value.uid)
                for owner in object.value.owners { byOwner[owner["uid"]?.text ?? "", default: []].append(key) }
            }
        }
        for (uid, dependents) in byOwner where !uids.contains(uid) {
            for key in dependents.sorted() { dropOwner(uid, of: key, knownUIDs: uids) }
        }
        for type in ResourceRegistry.types {
            for (key, object) in list(type) where object.value.isTerminating {
                finishDeletion(key, object.value, dependents: byOwner[object.value.uid] ?? [])
            }
        }
    }

    /// A dependent with no owner left is deleted; one with other owners only forgets the one that is gone.
    private func dropOwner(_ uid: String, of key: ObjectKey, knownUIDs: Set<String>) {
        guard var object = value(key) else { return }
        let rest = object.owners.filter { $0["uid"]?.text != uid }
        if rest.contains(where: { knownUIDs.contains($0["uid"]?.text ?? "") }) {
            object["metadata", "ownerReferences"] = .array(rest)
            control(object, key: key, by: .controller)
        } else if !object.isTerminating {
            _ = try? delete(key, options: ObjectDeleteOptions())
        }
    }

    private func finishDeletion(_ key: ObjectKey, _ object: APIValue, dependents: [ObjectKey]) {
        var object = object
        if object.finalizers.contains("orphan") {
            for key in dependents {
                guard var dependent = value(key) else { continue }
                let rest = dependent.owners.filter { $0["uid"]?.text != object.uid }
                dependent["metadata", "ownerReferences"] = rest.isEmpty ? nil : .array(rest)
                control(dependent, key: key, by: .controller)
            }
            object.setFinalizers(object.finalizers.filter { $0 != "orphan" })
            control(object, key: key, by: .controller)
        } else if object.finalizers.contains("foregroundDeletion") {
            let left = dependents.filter { value($0) != nil }
            for key in left where value(key)?.isTerminating == false {
                let isPod = key.type == ResourceRegistry.pods
                _ = try? delete(key, options: ObjectDeleteOptions(propagation: isPod ? .background : .foreground))
            }
            guard left.isEmpty else { return }
            object.setFinalizers(object.finalizers.filter { $0 != "foregroundDeletion" })
            control(object, key: key, by: .controller)
        }
    }

    /// Empties namespaces that are being deleted, and removes them once they are empty.
    func finishNamespaces() {
        for (key, object) in list(ResourceRegistry.namespaces) where object.value.isTerminating {
            var isEmpty = true
            for type in ResourceRegistry.types where type.namespaced {
                for (key, object) in list(type, namespace: key.name) {
                    isEmpty = false
                    if !object.value.isTerminating { _ = try? delete(key, options: ObjectDeleteOptions()) }
                }
            }
            if isEmpty, object.value.finalizers.isEmpty { remove(key) }
        }
    }
}
