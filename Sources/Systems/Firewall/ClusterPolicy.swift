import FailoverModel

/// One policy object of our own in the release's namespace: looked at, applied and taken away, whatever its kind.
struct ClusterPolicy: Sendable {
    static let name = "handover-block-outbound"
    static let runAnnotation = "handover/run"

    let client: KubernetesClient
    /// `networking.k8s.io/v1`.
    let version: String
    let kind: String
    let resource: String
    /// Who brings this kind to a cluster, where not every cluster has it.
    var provider: String?
    var name = Self.name

    var title: String { "the \(kind) \(name) in namespace \(client.namespace)" }

    var collection: APIPath { APIPath(version: version, namespace: client.namespace, resource: resource) }
    var path: APIPath { APIPath(version: version, namespace: client.namespace, resource: resource, name: name) }

    /// - Parameter isWhole: whether a spec closes all that it should.
    func look(isWhole: (JSONValue) -> Bool) async throws(Fault) -> (seen: BlockSeen, object: JSONValue?) {
        guard let found = try await client.get(path) else {
            try await requireKind()
            return (.nothing, nil)
        }
        let metadata = found["metadata"]
        let spec = found["spec"] ?? .null
        let run = metadata?["annotations"]?[Self.runAnnotation]?.text
        let seen = BlockSeen(
            saved: ["spec": spec, "run": JSONValue(run)], isWhole: isWhole(spec),
            mark: found.isAppliedByUs ? run : nil, uid: metadata?["uid"]?.text)
        return (seen, found)
    }

    /// That there is no such object and that there is no such kind look the same to who asks for one.
    private func requireKind() async throws(Fault) {
        guard let provider else { return }
        let path = APIPath(segments: ["apis"] + version.split(separator: "/").map(String.init))
        let resources = try await client.get(path)?["resources"]?.elements ?? []
        guard resources.contains(where: { $0["name"]?.text == resource }) else {
            throw Fault(
                .invalid, "the cluster knows no \(kind) of \(version)", at: client.place(path),
                next: "Choose another driver in the topology, or install what \(provider) has for it.")
        }
    }

    /// - Parameter isWhole: whether what the server made of it is what was meant; another manager's fields stay in an apply.
    func apply(
        _ spec: JSONValue, run: String, annotations: [String: String] = [:], isDryRun: Bool = false,
        isWhole: (JSONValue) -> Bool
    ) async throws(Fault) {
        let manifest: JSONValue = [
            "apiVersion": .string(version), "kind": .string(kind),
            "metadata": [
                "name": .string(name), "namespace": .string(client.namespace),
                "labels": ["app.kubernetes.io/managed-by": .string(KubernetesClient.fieldManager)],
                "annotations": .object(
                    annotations.mapValues { .string($0) }.merging([Self.runAnnotation: .string(run)]) { $1 }),
            ],
            "spec": spec,
        ]
        let answer: JSONValue
        do throws(Fault) { answer = try await client.apply(path, manifest, isDryRun: isDryRun) } catch {
            guard error.kind == .conflict else { throw error }
            throw Fault(
                .conflict, "somebody else has a hand in \(title): \(error.what)", at: error.place,
                next: "Have that manager give the policy up, or delete it, then resume.")
        }
        // What another manager has added stays, and it may allow something.
        guard isWhole(answer["spec"] ?? .null) else {
            throw Fault(
                .conflict, "somebody else has added to the rules of \(title)", at: client.place(path),
                next:
                    "Look at it with kubectl get \(resource).\(version.split(separator: "/")[0]) \(name) -o yaml "
                    + "--show-managed-fields, and delete it.")
        }
    }

    /// The uid makes sure that it is this object that goes, not one made in its place just now.
    func delete(_ seen: BlockSeen) async throws(Fault) { try await client.delete(path, uid: seen.uid) }
}
