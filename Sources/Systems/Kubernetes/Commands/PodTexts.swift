/// Sentences about pods, for people who wait for them.
enum PodTexts {
    private static let shown = 5

    /// What still keeps workloads at 0 from being stopped.
    static func remaining(_ workloads: [ReleaseWorkloads.Workload]) -> String {
        let pods = workloads.flatMap(\.runningPods)
        guard !pods.isEmpty else {
            return "their controllers have not seen it yet: \(list(workloads.map(\.name)))"
        }
        let texts = pods.map { pod in
            let state = pod.isTerminating ? "terminating" : (pod.status?.phase ?? "Unknown").lowercased()
            let node = pod.spec?.nodeName.map { " on \($0.onOneLine(limit: 80))" } ?? ""
            return "\(pod.metadata.name) (\(state.onOneLine(limit: 40))\(node))"
        }
        return "pods still there (\(pods.count)): \(list(texts))"
    }

    /// What workloads that are to run still lack, with the reasons that Kubernetes gives.
    static func unready(_ workloads: [ReleaseWorkloads.Workload]) -> String {
        let names = workloads.map { "\($0.name) \($0.ready)/\($0.wanted)" }
        let reasons = workloads.compactMap(\.trouble) + workloads.flatMap(\.pods).compactMap(\.trouble)
        return "not ready yet: \(list(names))" + (reasons.isEmpty ? "" : "; \(list(reasons))")
    }

    /// Either, by what each workload is to be.
    static func unsettled(_ workloads: [ReleaseWorkloads.Workload]) -> String {
        let (stopping, starting) = (workloads.filter { $0.wanted == 0 }, workloads.filter { $0.wanted > 0 })
        let parts = [
            starting.isEmpty ? nil : unready(starting), stopping.isEmpty ? nil : remaining(stopping),
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    /// Pods that exist and run nothing: they do not hold a step up, but they are said.
    static func ended(_ workloads: [ReleaseWorkloads.Workload]) -> String {
        let ended = workloads.flatMap(\.pods).filter { !$0.mayRun }
        guard !ended.isEmpty else { return "" }
        let texts = ended.map {
            "\($0.metadata.name) (\(($0.status?.reason ?? $0.status?.phase ?? "").onOneLine(limit: 40)))"
        }
        return "; ended pods left behind that run nothing (\(ended.count)): \(list(texts))"
    }

    private static func list(_ texts: [String]) -> String {
        texts.prefix(shown).joined(separator: ", ") + (texts.count > shown ? " and \(texts.count - shown) more" : "")
    }
}
