import FailoverModel

/// The manifest of a `kubernetes.apply` step, and the API path of its object.
struct ApplyTarget {
    var manifest: JSONValue
    var path: APIPath
    var title: String

    private struct ResourceList: Decodable, Sendable {
        struct Resource: Decodable, Sendable {
            var name: String
            var kind: String
            var namespaced: Bool
        }
        var resources: [Resource]?
    }

    /// Finds the resource of the manifest's kind by discovery (`/api/v1`, `/apis/GROUP/VERSION`).
    init(_ context: StepContext, _ client: KubernetesClient) async throws(Fault) {
        let place = "step \(context.step), manifest"
        func invalid(_ what: String, _ next: String) -> Fault { Fault(.invalid, what, at: place, next: next) }
        guard var fields = context.parameters["manifest"]?.fields, let version = fields["apiVersion"]?.text,
            let kind = fields["kind"]?.text, var metadata = fields["metadata"]?.fields,
            let name = metadata["name"]?.text,
            !version.isEmpty, !kind.isEmpty, !name.isEmpty
        else { throw invalid("it needs apiVersion, kind and metadata.name", "Complete the manifest.") }
        guard kind != "Secret" || version != "v1" else {
            throw invalid(
                "a Secret in a runbook would put its value into the journal", "Use the secrets commands instead.")
        }
        guard metadata["managedFields"] == nil, fields["status"] == nil else {
            throw invalid("it holds status or metadata.managedFields, which are the server's", "Remove them.")
        }
        let discovery = APIPath(
            segments: (version.contains("/") ? ["apis"] : ["api"]) + version.split(separator: "/").map(String.init))
        guard let list = try await client.get(discovery, as: ResourceList.self),
            let resource = list.resources?.first(where: { $0.kind == kind && !$0.name.contains("/") })
        else {
            throw Fault(
                .rejected, "the API server knows no \(kind) of \(version)", at: client.place(discovery),
                next: "Install its CustomResourceDefinition, or correct apiVersion and kind.")
        }
        var namespace: String?
        if resource.namespaced {
            let own = metadata["namespace"]?.text ?? client.namespace
            metadata["namespace"] = .string(own)
            fields["metadata"] = .object(metadata)
            namespace = own
        }
        manifest = .object(fields)
        path = APIPath(version: version, namespace: namespace, resource: resource.name, name: name)
        title = "\(kind) \(name)" + (namespace.map { " in namespace \($0)" } ?? "")
    }
}

extension JSONValue {
    /// This object's values under the keys that `pattern` has; lists are taken whole.
    func limited(to pattern: JSONValue) -> JSONValue {
        guard case .object(let own) = self, case .object(let wanted) = pattern else { return self }
        var kept: [String: JSONValue] = [:]
        for (key, part) in wanted { if let value = own[key] { kept[key] = value.limited(to: part) } }
        return .object(kept)
    }

    /// Without what changes by itself or by being looked at: for comparing an object with its dry run.
    var withoutBookkeeping: JSONValue {
        guard case .object(var fields) = self else { return self }
        fields["status"] = nil
        if case .object(var metadata)? = fields["metadata"] {
            for key in ["managedFields", "resourceVersion", "generation"] { metadata[key] = nil }
            fields["metadata"] = .object(metadata)
        }
        return .object(fields)
    }
}
