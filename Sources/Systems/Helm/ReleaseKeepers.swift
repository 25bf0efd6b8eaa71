extension ReleaseWorkloads {
    /// Those that put a workload back to what a repository says, whatever a person or Helm has made of it.
    var keepers: [String] {
        var found: Set<String> = []
        for metadata in workloads.map(\.object.metadata) {
            let marks = (metadata.labels ?? [:]).merging(metadata.annotations ?? [:]) { first, _ in first }
            for (mark, keeper) in Self.marks {
                guard let value = marks[mark] else { continue }
                // A tracking-id goes on with group, kind and name behind the application's name.
                found.insert("\(keeper) \(value.prefix { $0 != ":" }.onOneLine(limit: 80))")
            }
        }
        return found.sorted()
    }

    private static let marks = [
        "argocd.argoproj.io/instance": "Argo CD's application",
        "argocd.argoproj.io/tracking-id": "Argo CD's application",
        "helm.toolkit.fluxcd.io/name": "Flux's HelmRelease", "kustomize.toolkit.fluxcd.io/name": "Flux's Kustomization",
    ]
}
