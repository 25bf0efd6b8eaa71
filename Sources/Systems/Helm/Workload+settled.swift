extension ReleaseWorkloads.Workload {
    /// Whether it is at its count, every pod of it is ready and of the present revision, and none runs beside them.
    var isSettled: Bool { wanted == 0 ? isStopped : isServing && runningPods.count <= wanted }

    /// Whether it has the count that was meant for it. An autoscaler may choose another one, except none at all.
    func isAt(_ intended: Int64) -> Bool {
        wanted == intended || (!autoscalers.isEmpty && wanted > 0 && intended > 0)
    }
}

extension PodTexts {
    /// What still keeps a release from being as it was meant, with the names of the pods and Kubernetes' reasons.
    static func unsettledRelease(_ workloads: [ReleaseWorkloads.Workload]) -> String {
        let crowded = workloads.filter { $0.wanted > 0 && $0.isServing }
        let stale = workloads.filter { $0.wanted > 0 && !$0.isServing && $0.ready >= $0.wanted }
        let texts =
            [unsettled(workloads.filter { $0.wanted == 0 || !$0.isServing })] + stale.map(earlier)
            + crowded.map(surplus)
        return texts.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// Enough are ready, and not all of what its template says now.
    private static func earlier(_ workload: ReleaseWorkloads.Workload) -> String {
        "not all pods of \(workload.name) are of its new revision: "
            + workload.runningPods.prefix(5).map(\.metadata.name).joined(separator: ", ")
    }

    /// All that is wanted is ready, and pods of an earlier revision, or strange ones, run as well.
    private static func surplus(_ workload: ReleaseWorkloads.Workload) -> String {
        let pods = workload.runningPods.filter { $0.isTerminating || $0.trouble != nil || !$0.isReady }
        let named = (pods.isEmpty ? workload.runningPods : pods).map { pod in
            pod.trouble
                ?? "\(pod.metadata.name) (\(pod.isTerminating ? "terminating" : (pod.status?.phase ?? "Unknown").lowercased()))"
        }
        return "\(workload.name) has \(workload.runningPods.count) pods, and \(workload.wanted) are wanted: "
            + named.prefix(5).map { $0.onOneLine(limit: 200) }.joined(separator: ", ")
    }
}

extension PodObject {
    var isReady: Bool { status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true }
}
