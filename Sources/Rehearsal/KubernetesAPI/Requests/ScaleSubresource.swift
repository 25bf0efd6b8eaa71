/// The `scale` subresource: the replica count of a workload as an object of its own.
enum ScaleSubresource {
    static func scale(of object: APIValue) -> APIValue {
        var scale: APIValue = [
            "kind": "Scale", "apiVersion": "autoscaling/v1",
            "spec": .object([:]), "status": ["replicas": object["status", "replicas"] ?? 0],
        ]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            scale["metadata", field] = object["metadata", field]
        }
        if let replicas = object["spec", "replicas"], replicas != 0 { scale["spec", "replicas"] = replicas }
        let selector = LabelSelector(object["spec", "selector"]).text
        if !selector.isEmpty { scale["status", "selector"] = .string(selector) }
        return scale
    }
}

extension KubernetesCluster {
    /// Sets the replica count from a whole Scale (PUT).
    func scale(_ key: ObjectKey, to scale: APIValue, options: ObjectWriteOptions) throws(APIFailure) -> APIValue {
        guard var object = value(key) else { throw .notFound(key.type, name: key.name) }
        if scale["kind"] != nil, scale["kind"] != "Scale" {
            throw .badRequest("the body of a scale must be of kind Scale, not \(scale["kind"]?.json ?? "")")
        }
        let replicas = scale["spec", "replicas"] ?? 0
        guard let count = replicas.int else { throw .badRequest("spec.replicas of a Scale must be a number") }
        if count < 0 {
            let cause = APIFailure.Cause(
                reason: "FieldValueInvalid",
                message: "Invalid value: \(count): must be greater than or equal to 0", field: "spec.replicas")
            throw APIFailure(
                code: 422, reason: "Invalid",
                message: "Scale.autoscaling \"\(key.name)\" is invalid: \(cause.field): \(cause.message)",
                name: key.name, group: "autoscaling", kind: "Scale", causes: [cause])
        }
        object["spec", "replicas"] = .count(count)
        object["metadata", "resourceVersion"] = scale["metadata", "resourceVersion"]
        return ScaleSubresource.scale(of: try update(object, key: key, options: options))
    }

    /// Changes the Scale by any kind of patch.
    func patchScale(_ key: ObjectKey, with patch: ObjectPatch, options: ObjectWriteOptions) throws(APIFailure)
        -> APIValue
    {
        guard let live = value(key) else { throw .notFound(key.type, name: key.name) }
        var before = ScaleSubresource.scale(of: live)
        before.setDefault(0, at: "spec", "replicas")
        switch patch {
        case .merge(let body), .strategic(let body):
            before["metadata", "resourceVersion"] = nil
            return try scale(key, to: before.merging(body), options: options)
        case .json(let operations):
            before["metadata", "resourceVersion"] = nil
            return try scale(key, to: operations.applied(to: before), options: options)
        case .apply(let body):
            var configuration: APIValue = [
                "apiVersion": .string(key.type.apiVersion), "kind": .string(key.type.kind),
                "metadata": ["name": .string(key.name)],
            ]
            configuration["spec", "replicas"] = body["spec", "replicas"] ?? 0
            return ScaleSubresource.scale(of: try self.patch(.apply(configuration), key: key, options: options).object)
        }
    }

    /// Replaces a namespace's own finalizers (`PUT …/finalize`).
    func finalize(_ key: ObjectKey, with body: APIValue) throws(APIFailure) -> APIValue {
        guard var object = value(key) else { throw .notFound(key.type, name: key.name) }
        object["spec", "finalizers"] = body["spec", "finalizers"]
        control(object, key: key, by: .controller)
        return value(key) ?? object
    }
}
