import FailoverModel

extension Runbook {
    /// What its steps `kubernetes.apply` need at a site, whichever part the site plays; found by the server's own discovery.
    func applyRights(_ client: KubernetesClient, at site: String, in topology: Topology) async throws(Fault)
        -> [NeededRight]
    {
        var rights: [NeededRight] = []
        for step in phases.flatMap(\.steps) where step.command == ApplyCommand.name {
            let context = StepContext(
                run: "check", step: step.id, site: site, from: site, to: site, others: [], parameters: step.parameters,
                topology: topology)
            let path = try await ApplyTarget(context, client).path
            rights += ["get", "create", "patch", "delete"].map { path.right($0) }
        }
        return rights
    }
}

extension APIPath {
    /// The right to do this with the object of the path.
    fileprivate func right(_ verb: String) -> NeededRight {
        let isCore = segments.first == "api"
        let rest = Array(segments.dropFirst(isCore ? 2 : 3))
        let isNamespaced = rest.first == "namespaces" && rest.count > 2
        return NeededRight(
            verb: verb, group: isCore ? "" : segments[1], resource: isNamespaced ? rest[2] : rest[0],
            namespace: isNamespaced ? rest[1] : nil)
    }
}
