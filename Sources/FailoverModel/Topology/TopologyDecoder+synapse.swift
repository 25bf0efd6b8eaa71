extension TopologyDecoder {
    /// `synapse:` of the topology itself.
    mutating func synapse(_ node: YAMLNode) -> SynapseDatabase? {
        let keys = ["cluster", "database", "margin"]
        guard let fields = node.mapping(called: "\"synapse\"", keys: keys, &problems) else { return nil }
        let clusters = servers.map(\.server.cluster)
        let cluster = name("cluster", fields, example: "cluster: synapse")
        if let cluster, let place = fields["cluster"]?.place, !clusters.isEmpty, !clusters.contains(cluster) {
            problems.add(
                "\"synapse\" is in the cluster \(quote(cluster)), which no site has", at: place,
                fix: Suggestion.fix(for: cluster, among: clusters, these: "clusters"))
        }
        let margin = fields["margin"]?
            .integer("margin", in: 1...1_000_000_000_000, example: "margin: 1000000", &problems)
        return SynapseDatabase(
            cluster: cluster ?? "", database: requiredText("database", fields, example: "database: synapse") ?? "",
            margin: margin ?? 1_000_000)
    }
}
