extension KubernetesCluster {
    /// What the `generate-secrets` of the ESS chart's hook does in a cluster: each `SECRET:KEY:TYPE` that is not there is made
    /// up, whatever another site has; one that is there is left alone. Returns the exit code.
    ///
    /// Source: ess-helm, matrix-tools/internal/pkg/secret/secret.go.
    func generateSecrets(_ pod: APIValue) -> Int64 {
        let arguments = (pod["spec", "containers"]?.items?.first?["args"]?.items ?? []).compactMap(\.text)
        guard arguments.first == "generate-secrets" else { return 0 }
        let label = "app.kubernetes.io/managed-by"
        let maker = "matrix-tools-init-secrets"
        for argument in arguments.dropFirst() {
            let parts = argument.split(separator: ":").map(String.init)
            guard parts.count == 3 else { return 2 }
            let key = ObjectKey(type: ResourceRegistry.secrets, namespace: pod.namespace, name: parts[0])
            let found = list(ResourceRegistry.secrets, namespace: pod.namespace).first { $0.key == key }?.object.value
            if let found {
                guard found.labels[label] == maker else { return 1 }
                if found["data", parts[1]] != nil { continue }
                return 1
            }
            let secret: APIValue = [
                "metadata": ["name": .string(parts[0]), "labels": .texts([label: maker])],
                "stringData": .object([parts[1]: .string(SynapseFiles.newSigningKey(version: "1"))]),
            ]
            let options = ObjectWriteOptions(writer: FieldWriter(manager: "matrix-tools", operation: .update))
            guard
                (try? create(secret, type: ResourceRegistry.secrets, namespace: pod.namespace, options: options)) != nil
            else { return 1 }
        }
        return 0
    }
}
